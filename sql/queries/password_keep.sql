-- password_keep: a password that waits to be handed over.
-- $1: directory
-- $2: person
-- $3: login
-- $4: name
-- $5: public key, in hexadecimal
-- $6: sealed password, likewise
-- $7: now
-- $8: whether it need not be changed
-- $9: the same, sealed with our own key
insert into homeroom.password (directory, person, login, name, public, sealed,
	made, lasting, held)
values ($1::integer, $2, $3, $4, decode($5, 'hex'), decode($6, 'hex'),
	$7::timestamptz, $8::boolean, decode($9, 'hex'))
on conflict (directory, person) do update
set login = excluded.login, name = excluded.name, public = excluded.public,
	sealed = excluded.sealed, made = excluded.made,
	lasting = excluded.lasting, held = excluded.held, opened = null,
	opened_by = null
