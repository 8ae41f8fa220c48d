-- check_users_away_from_their_org: people whose main org is none of those
-- that they have a role at.
-- $1: district
select u.sourced_id, u.primary_org_id, 'roles at '
	|| array_to_string(u.org_ids, ' ')
from roster.users u
where u.district = $1::integer and u.status = 'active'
and u.primary_org_id <> all (u.org_ids)
