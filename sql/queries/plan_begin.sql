-- plan_begin: a plan is being made.
-- $1: directory
-- $2: purpose
-- $3: now
-- $4: who makes it
-- $5: of which reading
-- $6: fingerprint of settings
-- $7: scope
-- $8: the plan that it takes back; or null
insert into homeroom.plan (district, directory, purpose, made, made_by,
	version, reading, settings, scope, of, state)
select d.district, d.id, $2, $3::timestamptz, $4, coalesce((
	select max(v.version) from homeroom.version v
	where v.district = d.district), 0), $5::bigint, $6, $7::jsonb, $8::bigint, 'making'
from homeroom.directory d where d.id = $1::integer
returning id
