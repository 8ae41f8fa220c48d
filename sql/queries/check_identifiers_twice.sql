-- check_identifiers_twice: people with the identifier of another one of the
-- same role.
-- $1: district
select u.sourced_id, coalesce(u.primary_org_id, u.org_ids[1]),
	'and ' || (select string_agg(o.sourced_id, ' ') from (
		select o.sourced_id from roster.users o
		where o.district = u.district and o.status = 'active'
		and o.identifier_key = u.identifier_key
		and o.role is not distinct from u.role
		and o.sourced_id <> u.sourced_id
		order by o.sourced_id limit 9) as o)
from (
	select identifier_key, role from roster.users
	where district = $1::integer and status = 'active'
	and identifier_key <> ''
	group by identifier_key, role having count(*) > 1
) as same
join roster.users u on u.identifier_key = same.identifier_key
	and u.role is not distinct from same.role
where u.district = $1::integer and u.status = 'active'
