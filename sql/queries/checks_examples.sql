-- checks_examples: records that were found, those that are new first.
-- $1: district
-- $2: codes, an array
-- $3: the entities of which names are wanted, an array beside it
-- $4: of each at most
select c.place - 1, f.sourced_id, f.school, f.detail, f.since,
	coalesce(u.given_name || ' ' || u.family_name, k.title, o.name, s.title)
from unnest($2::text[], $3::text[])
	with ordinality as c (code, entity, place)
cross join lateral (
	select * from homeroom.check_finding
	where district = $1::integer and code = c.code and until is null
	order by since desc, sourced_id
	limit $4::integer) as f
left join roster.enrollments e on c.entity = 'enrollments'
	and e.district = f.district and e.sourced_id = f.sourced_id
left join roster.users u
	on c.entity in ('users', 'demographics', 'enrollments')
	and u.district = f.district
	and u.sourced_id = coalesce(e.user_id, f.sourced_id)
left join roster.classes k on c.entity = 'classes'
	and k.district = f.district and k.sourced_id = f.sourced_id
left join roster.orgs o on c.entity = 'orgs'
	and o.district = f.district and o.sourced_id = f.sourced_id
left join roster.academic_sessions s on c.entity = 'academicSessions'
	and s.district = f.district and s.sourced_id = f.sourced_id
order by c.place, f.since desc, f.sourced_id
