-- oauth1_prove: takes the nonce of a request whose signature is good, and tells
-- what its application may. No row: the nonce was taken before, or the
-- application is disabled or has another secret by now.
-- $1: application
-- $2: its secret, sealed, in hexadecimal, by which the signature was checked
-- $3: SHA-256 of the nonce, in hexadecimal
-- $4: when the nonce is too old by itself
with taken as (
	insert into homeroom.nonce (application, hash, expires)
	select id, decode($3::text, 'hex'), $4::timestamptz
	from homeroom.application
	where id = $1::bigint and enabled
		and oauth1 = decode($2::text, 'hex')
	on conflict do nothing
	returning application
)
select a.epoch, coalesce(g.full_access, false),
	coalesce(array_to_string(g.scopes, ' '), '')
from taken
join homeroom.application a on a.id = taken.application
left join homeroom."grant" g
	on g.application = a.id and g.district = a.district
