-- check_schools_with_no_classes: schools that have no class.
-- $1: district
select o.sourced_id, o.sourced_id, null
from roster.orgs o
where o.district = $1::integer and o.status = 'active' and o.type = 'school'
and not exists (
	select from roster.classes c
	where c.district = o.district and c.school_id = o.sourced_id
	and c.status = 'active')
