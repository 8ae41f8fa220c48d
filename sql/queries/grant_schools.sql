-- grant_schools: of each school that a grant sees something of: its classes,
-- its students and its teachers.
-- $1: district
-- $2: grant
select o.sourced_id, coalesce(o.name, ''), count(distinct e.class_id),
	count(distinct e.user_id) filter (where e.role = 'student'),
	count(distinct e.user_id) filter (where e.role = 'teacher')
from homeroom.visible v
join roster.enrollments e on e.district = $1::integer
	and e.sourced_id = v.sourced_id
join roster.orgs o on o.district = $1::integer and o.sourced_id = e.school_id
where v.grant_id = $2::bigint and v.entity = 8 and v.until is null
	and not v.gone
group by o.sourced_id, o.name order by o.sourced_id
