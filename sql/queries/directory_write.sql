-- directory_write: makes a directory what its settings say.
-- $1: district
-- $2: name
-- $3: its type
-- $4: settings, JSON
insert into homeroom.directory (district, name, kind, settings)
values ($1::integer, $2, $3, $4::jsonb)
on conflict (district, name) do update
set kind = excluded.kind, settings = excluded.settings
