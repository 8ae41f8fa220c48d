-- setting_list: the settings of a kind, by name.
-- $1: district
-- $2: kind
-- $3: name, or null for all
-- $4: the name that they shall have, or null
select name, (settings || case when $4::text is null then '{}'
	else jsonb_build_object('name', $4::text) end)::text
from (
	select 'grant' as kind, a.name, homeroom.settings_of_grant(g.id) as settings
	from homeroom."grant" g join homeroom.application a on a.id = g.application
	where g.district = $1::integer
	union all
	select 'application', name, jsonb_strip_nulls(jsonb_build_object(
		'kind', 'application', 'name', name, 'enabled', enabled,
		'jwks', jwks, 'profile', profile, 'push', push))
	from homeroom.application where district = $1::integer
	union all
	select 'source', name, settings
	from homeroom.source where district = $1::integer and settings <> '{}'
	union all
	select 'directory', name, settings
	from homeroom.directory where district = $1::integer
	union all
	select 'rule', name, settings
	from homeroom.rule where district = $1::integer
	union all
	select 'notification', name, settings
	from homeroom.notification where district = $1::integer
	union all
	select 'district', name, settings ||
		jsonb_build_object('kind', 'district', 'name', name)
	from homeroom.district
) as known
where kind = $2::text and name = coalesce($3::text, name)
order by name collate "C"
