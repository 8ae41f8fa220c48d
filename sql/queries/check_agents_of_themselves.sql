-- check_agents_of_themselves: people who stand for themselves.
-- $1: district
select u.sourced_id, coalesce(u.primary_org_id, u.org_ids[1]), null
from roster.users u
where u.district = $1::integer and u.status = 'active'
and u.sourced_id = any (u.agent_ids)
