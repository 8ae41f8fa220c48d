-- check_enrollments_outside_terms: enrollments that share no day with their
-- class's terms.
-- $1: district
select e.sourced_id, e.school_id, coalesce(e.begin_date::text, '') || ' to '
	|| coalesce(e.end_date::text, '') || ' in ' || e.class_id || ', '
	|| c.first_day || ' to ' || c.last_day
from roster.enrollments e
join homeroom.class_days c
	on c.district = e.district and c.sourced_id = e.class_id
where e.district = $1::integer and e.status = 'active'
and (e.begin_date > c.last_day or e.end_date <= c.first_day)
