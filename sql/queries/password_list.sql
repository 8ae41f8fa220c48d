-- password_list: passwords that wait, by school, class and name: as people are
-- called, whatever their accounts are. The class is the one asked for, or else
-- the person's homeroom.
-- $1: district
-- $2: directory, by name
-- $3: school, or null
-- $4: class, or null
-- $5: person, or null
-- $6: whether also those that were opened
-- $7: who sends it by mail: what need not be changed does not go that way, and
-- what they sent before counts as not opened; or null
select p.directory, p.person, p.login, coalesce(n.given || ' ' || n.family,
		p.name), coalesce(o.name, '') as school,
	coalesce(c.title, '') as class,
	(extract(epoch from p.made) * 1000)::bigint,
	(extract(epoch from p.opened) * 1000)::bigint, p.opened_by,
	encode(p.public, 'hex'), encode(p.sealed, 'hex')
from homeroom.directory d
join homeroom.password p on p.directory = d.id
left join roster.users u on u.district = d.district and u.sourced_id = p.person
left join lateral (
	select coalesce(u.preferred_first_name, u.given_name) as given,
		coalesce(u.preferred_last_name, u.family_name) as family
) as n on true
left join roster.orgs o on o.district = d.district
	and o.sourced_id = coalesce($3, u.primary_org_id, u.org_ids[1])
left join lateral (
	select k.sourced_id, k.title
	from roster.enrollments e
	join roster.classes k on k.district = e.district
		and k.sourced_id = e.class_id
	where e.district = d.district and e.user_id = p.person
	and e.status = 'active' and case when $4::text is null
		then k.class_type = 'homeroom' else k.sourced_id = $4 end
	order by k.title, k.sourced_id
	limit 1
) as c on true
where d.district = $1::integer and d.name = $2
and ($3::text is null or u.primary_org_id = $3 or $3 = any (u.org_ids))
and ($4::text is null or c.sourced_id is not null)
and ($5::text is null or p.person = $5)
and ($6::boolean or p.opened is null or p.opened_by = $7)
and ($7::text is null or not p.lasting)
order by school, class, n.family, n.given, p.name, p.person
