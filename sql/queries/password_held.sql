-- password_held: the password that earlier attempts to make an account gave it.
-- $1: directory
-- $2: person
-- $3: login
select encode(held, 'hex') from homeroom.password
where directory = $1::integer and person = $2 and login = $3
	and held is not null
