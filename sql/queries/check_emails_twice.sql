-- check_emails_twice: people at school with the e-mail address of another one
-- there.
-- $1: district
select sourced_id, school, 'and ' || array_to_string(
	array_remove(others, sourced_id), ' ')
from (
	select u.sourced_id, coalesce(u.primary_org_id, u.org_ids[1]) as school,
		(array_agg(u.sourced_id) over same)[1:10] as others,
		count(*) over same as count
	from roster.users u
	where u.district = $1::integer and u.status = 'active'
	and u.email_key <> ''
	and u.role not in ('parent', 'guardian', 'relative')
	window same as (partition by u.email_key)
) as keyed
where count > 1
