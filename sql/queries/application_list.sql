-- application_list: a district's applications.
-- $1: district
-- $2: now
select a.id, a.district, a.epoch, a.name, a.client_id, a.enabled,
	coalesce(g.full_access, false),
	coalesce(array_to_string(g.scopes, ' '), ''),
	coalesce((
		select (extract(epoch from max(s.expires)) * 1000)::bigint
		from homeroom.secret s
		where s.application = a.id and s.expires > $2::timestamptz
	), 0),
	(
		select (extract(epoch from max(s.created)) * 1000)::bigint
		from homeroom.secret s
		where s.application = a.id and s.expires is null
	),
	coalesce((
		select string_agg(key ->> 'kid', ' ')
		from jsonb_array_elements(a.jwks -> 'keys') as key
	), ''),
	a.oauth1 is not null,
	a.profile
from homeroom.application a
left join homeroom."grant" g
	on g.application = a.id and g.district = a.district
where a.district = $1::integer
order by a.name collate "C"
