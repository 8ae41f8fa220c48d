-- check_users_with_two_primary_roles: people who have two main roles at one
-- org.
-- $1: district
-- $2: the day
select user_id, org_id, string_agg(role, ' ' order by role)
from roster.roles
where district = $1::integer and status = 'active' and role_type = 'primary'
and (end_date is null or end_date > $2::date)
group by user_id, org_id
having count(*) > 1
