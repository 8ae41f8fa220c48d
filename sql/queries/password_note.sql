-- password_note: keeps who opened or forgot passwords.
-- $1: district
-- $2: who
-- $3: directory, by name
-- $4: what, JSON
select homeroom.note_passwords($1::integer, $2, $3, $4::jsonb)
