-- application_lock: the application with this name, which nobody else changes
-- until the end of the transaction.
-- $1: district
-- $2: name
select id, client_id from homeroom.application
where district = $1::integer and name = $2::text
for update
