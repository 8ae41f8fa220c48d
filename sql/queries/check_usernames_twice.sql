-- check_usernames_twice: people with the user name of another one, in any
-- capitals.
-- $1: district
select u.sourced_id, coalesce(u.primary_org_id, u.org_ids[1]),
	'and ' || (select string_agg(o.sourced_id, ' ') from (
		select o.sourced_id from roster.users o
		where o.district = u.district and o.status = 'active'
		and o.username_key = u.username_key
		and o.sourced_id <> u.sourced_id
		order by o.sourced_id limit 9) as o)
from (
	select username_key from roster.users
	where district = $1::integer and status = 'active'
	and username_key <> ''
	group by username_key having count(*) > 1
) as same
join roster.users u on u.username_key = same.username_key
where u.district = $1::integer and u.status = 'active'
