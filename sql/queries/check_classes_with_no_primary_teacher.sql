-- check_classes_with_no_primary_teacher: classes that are not over, and have
-- several teachers, none of whom is the main one.
-- $1: district
-- $2: the day
select e.class_id, c.school_id, string_agg(distinct e.user_id, ' ')
from roster.enrollments e
join homeroom.class_days c
	on c.district = e.district and c.sourced_id = e.class_id
where e.district = $1::integer and e.status = 'active'
and e.role = 'teacher' and c.last_day >= $2::date
group by e.class_id, c.school_id
having count(distinct e.user_id) > 1 and not bool_or(coalesce(e.is_primary, false))
