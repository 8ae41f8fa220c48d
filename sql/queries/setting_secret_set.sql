-- setting_secret_set: keeps a secret that settings were given.
-- $1: district
-- $2: kind
-- $3: name
-- $4: path
-- $5: what settings show instead
-- $6: sealed, in hexadecimal
insert into homeroom.setting_secret
values ($1::integer, $2, $3, $4, $5, decode($6, 'hex'))
on conflict (district, kind, name, path) do update
set mark = excluded.mark, sealed = excluded.sealed
