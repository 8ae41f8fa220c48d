-- check_people_twice: people with the names and birth date of another one.
-- $1: district
select sourced_id, school, 'and ' || array_to_string(
	array_remove(others, sourced_id), ' ')
from (
	select u.sourced_id, coalesce(u.primary_org_id, u.org_ids[1]) as school,
		(array_agg(u.sourced_id) over same)[1:10] as others,
		count(*) over same as count
	from roster.users u
	join roster.demographics d
		on d.district = u.district and d.sourced_id = u.sourced_id
		and d.status = 'active' and d.birth_date is not null
	where u.district = $1::integer and u.status = 'active'
	window same as (partition by d.birth_date,
		regexp_replace(lower(u.given_name), '[^[:alnum:]]', '', 'g'),
		regexp_replace(lower(u.family_name), '[^[:alnum:]]', '', 'g'))
) as keyed
where count > 1
