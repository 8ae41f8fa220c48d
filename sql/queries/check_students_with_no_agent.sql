-- check_students_with_no_agent: students for whom nobody stands, where most
-- others have somebody.
-- $1: district
select sourced_id, school, null
from (
	select u.sourced_id, coalesce(u.primary_org_id, u.org_ids[1]) as school,
		coalesce(cardinality(u.agent_ids), 0) = 0 as alone,
		count(*) over () as students,
		count(*) filter (where cardinality(u.agent_ids) > 0) over () as others
	from roster.users u
	where u.district = $1::integer and u.status = 'active'
	and u.role = 'student'
) as counted
where alone and others > students / 2
