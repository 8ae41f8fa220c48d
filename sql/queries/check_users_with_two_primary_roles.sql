-- check_users_with_two_primary_roles: people who have two main roles at one
-- org.
-- $1: district
-- $2: the day
select r.user_id, r.org_id, string_agg(r.role, ' ' order by r.role)
from (
	select user_id, org_id from roster.roles
	where district = $1::integer and status = 'active'
	and role_type = 'primary'
	and (end_date is null or end_date > $2::date)
	group by user_id, org_id having count(*) > 1
) as twice
join roster.roles r on r.user_id = twice.user_id and r.org_id = twice.org_id
where r.district = $1::integer and r.status = 'active'
and r.role_type = 'primary' and (r.end_date is null or r.end_date > $2::date)
group by r.user_id, r.org_id
