-- setting_secret_find: a secret that settings were given: its mark, and itself
-- sealed, in hexadecimal.
-- $1: district
-- $2: kind
-- $3: name
-- $4: path
select mark, encode(sealed, 'hex') from homeroom.setting_secret
where district = $1::integer and kind = $2 and name = $3 and path = $4
