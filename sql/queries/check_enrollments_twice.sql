-- check_enrollments_twice: enrollments of one person in one class and one
-- role, on one day.
-- $1: district
select b.sourced_id, b.school_id, 'and ' || a.sourced_id
from roster.enrollments a
join roster.enrollments b on b.district = a.district
	and b.class_id = a.class_id and b.user_id = a.user_id and b.role = a.role
	and b.status = 'active' and b.sourced_id > a.sourced_id
	and coalesce(b.begin_date, '-infinity') < coalesce(a.end_date, 'infinity')
	and coalesce(a.begin_date, '-infinity') < coalesce(b.end_date, 'infinity')
where a.district = $1::integer and a.status = 'active'
