-- password_key_add: a key for a district that has none.
-- $1: district
-- $2: public key, in hexadecimal
-- $3: private key, sealed, likewise
-- $4: now
insert into homeroom.password_key (district, public, sealed, made)
values ($1::integer, decode($2, 'hex'), decode($3, 'hex'), $4::timestamptz)
on conflict do nothing
