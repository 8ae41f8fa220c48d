-- directory_find: a directory.
-- $1: district
-- $2: name
select id, kind, settings::text from homeroom.directory
where district = $1::integer and name = $2
