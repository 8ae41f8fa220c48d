-- password_drop: forgets the password of a person.
-- $1: directory
-- $2: person
delete from homeroom.password where directory = $1::integer and person = $2
