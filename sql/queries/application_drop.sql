-- application_drop: an application, its secrets, its grant and all that it saw.
-- $1: district
-- $2: name
delete from homeroom.application
where district = $1::integer and name = $2::text
