-- grant_find: an application's grant in its district, which nobody else changes
-- until the end of the transaction; what it says; whether it shares everything,
-- or a part; its fields; whether it has a key for pseudonyms.
-- $1: district
-- $2: the application's name
select g.id, homeroom.settings_of_grant(g.id)::text, g.full_access, g.defined,
	array_to_string(g.fields, ' '), g.pseudonym_key is not null
from homeroom.application a
join homeroom."grant" g on g.application = a.id and g.district = a.district
where a.district = $1::integer and a.name = $2::text
for update of g
