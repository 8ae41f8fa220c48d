-- setting_note: keeps who changed which setting, and what it was.
-- $1: district
-- $2: who
-- $3: kind
-- $4: name
-- $5: before, JSON or null
-- $6: after, JSON or null
insert into homeroom.setting_change (district, who, kind, name, before, after)
values ($1::integer, $2::text, $3::text, $4::text, $5::jsonb, $6::jsonb)
