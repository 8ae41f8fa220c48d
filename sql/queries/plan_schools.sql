-- plan_schools: to which school those belong whom a plan is about.
-- $1: plan
update homeroom.action a set
	school = coalesce(u.primary_org_id, u.org_ids[1])
from homeroom.plan p, roster.users u
where a.plan = $1::bigint and p.id = a.plan
	and u.district = p.district and u.sourced_id = a.person
	and (u.primary_org_id is not null or cardinality(u.org_ids) > 0)
