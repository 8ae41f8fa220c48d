-- password_key_set: a key whose private one is not here.
-- $1: district
-- $2: public key, in hexadecimal
-- $3: now
insert into homeroom.password_key (district, public, made)
values ($1::integer, decode($2, 'hex'), $3::timestamptz)
on conflict (district) do update
set public = excluded.public, sealed = null, made = excluded.made
