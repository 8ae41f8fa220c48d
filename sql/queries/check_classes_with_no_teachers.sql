-- check_classes_with_no_teachers: classes that are not over, and in which no
-- teacher is.
-- $1: district
-- $2: the day
select c.sourced_id, c.school_id, null
from homeroom.class_days c
where c.district = $1::integer and c.last_day >= $2::date
and not exists (
	select from roster.enrollments e
	where e.district = c.district and e.class_id = c.sourced_id
	and e.status = 'active' and e.role = 'teacher'
	and (e.end_date is null or e.end_date > $2::date))
