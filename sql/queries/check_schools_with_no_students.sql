-- check_schools_with_no_students: schools that no student is at.
-- $1: district
-- $2: the day
select o.sourced_id, o.sourced_id, null
from roster.orgs o
where o.district = $1::integer and o.status = 'active' and o.type = 'school'
and not exists (
	select from roster.roles r
	where r.district = o.district and r.org_id = o.sourced_id
	and r.status = 'active' and r.role = 'student'
	and (r.end_date is null or r.end_date > $2::date))
