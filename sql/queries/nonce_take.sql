-- nonce_take: takes what may be shown once only. No row is written when it was
-- taken before.
-- $1: application
-- $2: SHA-256 of it, in hexadecimal
-- $3: when it is too old by itself
insert into homeroom.nonce (application, hash, expires)
values ($1::bigint, decode($2::text, 'hex'), $3::timestamptz)
on conflict do nothing
