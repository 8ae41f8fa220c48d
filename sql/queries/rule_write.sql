-- rule_write: makes a rule what its settings say.
-- $1: district
-- $2: name
-- $3: settings, JSON
insert into homeroom.rule (district, name, settings)
values ($1::integer, $2, $3::jsonb)
on conflict (district, name) do update set settings = excluded.settings
