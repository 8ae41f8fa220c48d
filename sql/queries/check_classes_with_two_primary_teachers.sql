-- check_classes_with_two_primary_teachers: classes that have two main
-- teachers on one day.
-- $1: district
select a.class_id, min(a.school_id), string_agg(distinct a.user_id, ' ')
from roster.enrollments a
join roster.enrollments b on b.district = a.district
	and b.class_id = a.class_id and b.user_id <> a.user_id
	and b.status = 'active' and b.role = 'teacher' and b.is_primary
	and coalesce(b.begin_date, '-infinity') < coalesce(a.end_date, 'infinity')
	and coalesce(a.begin_date, '-infinity') < coalesce(b.end_date, 'infinity')
where a.district = $1::integer and a.status = 'active'
and a.role = 'teacher' and a.is_primary
group by a.class_id
