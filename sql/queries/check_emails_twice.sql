-- check_emails_twice: people at school with the e-mail address of another one
-- there.
-- $1: district
select u.sourced_id, coalesce(u.primary_org_id, u.org_ids[1]),
	'and ' || (select string_agg(o.sourced_id, ' ') from (
		select o.sourced_id from roster.users o
		where o.district = u.district and o.status = 'active'
		and o.email_key = u.email_key
		and o.sourced_id <> u.sourced_id
		and o.role not in ('parent', 'guardian', 'relative')
		order by o.sourced_id limit 9) as o)
from (
	select email_key from roster.users
	where district = $1::integer and status = 'active'
	and email_key <> ''
	and role not in ('parent', 'guardian', 'relative')
	group by email_key having count(*) > 1
) as same
join roster.users u on u.email_key = same.email_key
where u.district = $1::integer and u.status = 'active'
and u.role not in ('parent', 'guardian', 'relative')
