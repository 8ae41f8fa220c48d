-- application_check: the application of a client id, in a row for each of its
-- secrets that are still good.
-- $1: client id
-- $2: now
select a.id, a.district, a.epoch, a.name, a.client_id, a.enabled,
	coalesce(g.full_access, false),
	coalesce(array_to_string(g.scopes, ' '), ''),
	coalesce((extract(epoch from s.expires) * 1000)::bigint, 0),
	encode(s.hash, 'hex')
from homeroom.application a
left join homeroom."grant" g
	on g.application = a.id and g.district = a.district
left join homeroom.secret s on s.application = a.id
	and (s.expires is null or s.expires > $2::timestamptz)
where a.client_id = $1::text
