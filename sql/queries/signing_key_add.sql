-- signing_key_add: a new key, and the news of it.
-- $1: its id
-- $2: its public half, as a JWK
-- $3: its private half, sealed, in hexadecimal
-- $4: when it is made
-- $5: when it signs no more
-- $6: when it verifies no more
with made as (
	insert into homeroom.signing_key
		(kid, algorithm, public_jwk, sealed, created, retires, expires)
	values ($1::text, 'ES256', $2::jsonb, decode($3::text, 'hex'),
		$4::timestamptz, $5::timestamptz, $6::timestamptz)
	returning kid
)
select pg_notify('homeroom_keys', kid) from made
