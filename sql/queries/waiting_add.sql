-- waiting_add: notes that an import waits for a person.
-- $1: import
-- $2: digest of its changes, in hexadecimal
-- $3: the machine that has its bundle
-- $4: the bundle, within the folder that is kept
insert into homeroom.waiting (import, changes, host, path)
values ($1::bigint, decode($2::text, 'hex'), $3::text, $4::text)
