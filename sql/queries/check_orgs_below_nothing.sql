-- check_orgs_below_nothing: schools and departments that belong to no org,
-- where others do.
-- $1: district
select o.sourced_id, case when o.type = 'school' then o.sourced_id end, o.type
from roster.orgs o
where o.district = $1::integer and o.status = 'active'
and o.type in ('school', 'department') and o.parent_id is null
and exists (
	select from roster.orgs d
	where d.district = $1::integer and d.status = 'active'
	and d.type in ('district', 'local', 'state', 'national'))
