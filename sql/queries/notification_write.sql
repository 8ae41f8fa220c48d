-- notification_write: makes a notification what its settings say.
-- $1: district
-- $2: name
-- $3: settings, JSON
insert into homeroom.notification (district, name, settings)
values ($1::integer, $2, $3::jsonb)
on conflict (district, name) do update set settings = excluded.settings
