-- schedule_paused: the setting that a schedule is from, as it would be if the
-- schedule rested, or did not; no row: there is no such schedule.
-- $1: district
-- $2: kind
-- $3: subject
-- $4: paused
with wanted as (
	select subject, case when $4::boolean then '{"paused": true}'::jsonb
		else '{}' end as says
	from homeroom.schedule
	where district = $1::integer and kind = $2 and subject = $3
)
select (s.settings - 'paused' || says)::text
from wanted
join homeroom.source s on s.district = $1::integer and s.name = subject
where $2 = 'source'
union all
select jsonb_strip_nulls(jsonb_build_object('kind', 'application',
	'name', a.name, 'district', d.name, 'enabled', a.enabled,
	'jwks', a.jwks, 'profile', a.profile,
	'push', a.push - 'paused' || says))::text
from wanted
join homeroom.application a on a.district = $1::integer and a.name = subject
join homeroom.district d on d.id = a.district
where $2 = 'push'
