-- check_enrollments_at_another_school: enrollments whose school is not that
-- of their class.
-- $1: district
select e.sourced_id, e.school_id, 'class ' || e.class_id || ' of '
	|| coalesce(c.school_id, 'no school')
from roster.enrollments e
join roster.classes c
	on c.district = e.district and c.sourced_id = e.class_id
where e.district = $1::integer and e.status = 'active'
and e.school_id is distinct from c.school_id
