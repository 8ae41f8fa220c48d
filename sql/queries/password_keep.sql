-- password_keep: a password that waits to be handed over.
-- $1: directory
-- $2: person
-- $3: login
-- $4: name
-- $5: public key, in hexadecimal
-- $6: sealed password, likewise
-- $7: now
insert into homeroom.password (directory, person, login, name, public, sealed,
	made)
values ($1::integer, $2, $3, $4, decode($5, 'hex'), decode($6, 'hex'),
	$7::timestamptz)
on conflict (directory, person) do update
set login = excluded.login, name = excluded.name, public = excluded.public,
	sealed = excluded.sealed, made = excluded.made, opened = null,
	opened_by = null
