-- application_keys: the application of a client id, in a row for each of its
-- public keys.
-- $1: client id
select a.id, a.district, a.epoch, a.name, a.client_id, a.enabled,
	coalesce(g.full_access, false),
	coalesce(array_to_string(g.scopes, ' '), ''),
	0,
	key ->> 'kid', key ->> 'alg', key ->> 'kty', key ->> 'crv',
	key ->> 'x', key ->> 'y', key ->> 'n', key ->> 'e'
from homeroom.application a
left join homeroom."grant" g
	on g.application = a.id and g.district = a.district
left join jsonb_array_elements(a.jwks -> 'keys') as key on true
where a.client_id = $1::text
