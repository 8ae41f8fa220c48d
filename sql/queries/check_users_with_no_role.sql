-- check_users_with_no_role: people who have no role.
-- $1: district
select u.sourced_id, coalesce(u.primary_org_id, u.org_ids[1]), null
from roster.users u
where u.district = $1::integer and u.status = 'active'
and not exists (
	select from roster.roles r
	where r.district = u.district and r.user_id = u.sourced_id
	and r.status = 'active')
