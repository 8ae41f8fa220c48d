-- check_usernames_twice: people with the user name of another one, in any
-- capitals.
-- $1: district
select sourced_id, school, 'and ' || array_to_string(
	array_remove(others, sourced_id), ' ')
from (
	select u.sourced_id, coalesce(u.primary_org_id, u.org_ids[1]) as school,
		(array_agg(u.sourced_id) over same)[1:10] as others,
		count(*) over same as count
	from roster.users u
	where u.district = $1::integer and u.status = 'active'
	and u.username_key <> ''
	window same as (partition by u.username_key)
) as keyed
where count > 1
