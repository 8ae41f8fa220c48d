-- signing_key_list: the keys whose tokens may still be good.
-- $1: now
select kid, public_jwk::text, encode(sealed, 'hex'),
	(extract(epoch from retires) * 1000)::bigint
from homeroom.signing_key
where expires > $1::timestamptz and algorithm = 'ES256'
order by created, kid
