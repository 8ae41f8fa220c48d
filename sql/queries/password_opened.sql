-- password_opened: notes who opened passwords, and when.
-- $1: directory
-- $2: persons
-- $3: who
-- $4: now
update homeroom.password set opened = $4::timestamptz, opened_by = $3
where directory = $1::integer and person = any ($2::text[])
