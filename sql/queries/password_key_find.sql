-- password_key_find: the key that a district's passwords are sealed with, in
-- hexadecimal.
-- $1: district
select encode(public, 'hex'), encode(sealed, 'hex')
from homeroom.password_key where district = $1::integer
