-- source_find: the id of a source.
-- $1: district
-- $2: its name
select id from homeroom.source where district = $1::integer and name = $2::text
