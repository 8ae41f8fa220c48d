-- check_enrollments_twice: enrollments of one person in one class and one
-- role, on one day.
-- $1: district
select b.sourced_id, b.school_id, 'and ' || a.sourced_id
from (
	select class_id, user_id, role from roster.enrollments
	where district = $1::integer and status = 'active'
	group by class_id, user_id, role having count(*) > 1
) as same
join roster.enrollments a on a.class_id = same.class_id
	and a.user_id = same.user_id and a.role = same.role
	and a.district = $1::integer and a.status = 'active'
join roster.enrollments b on b.district = a.district
	and b.class_id = a.class_id and b.user_id = a.user_id and b.role = a.role
	and b.status = 'active' and b.sourced_id > a.sourced_id
	and coalesce(b.begin_date, '-infinity') < coalesce(a.end_date, 'infinity')
	and coalesce(a.begin_date, '-infinity') < coalesce(b.end_date, 'infinity')
