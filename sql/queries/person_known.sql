-- person_known: whether a directory has to do with a person: the roster has
-- them, or an account is theirs.
-- $1: directory
-- $2: person
select exists (
	select from roster.users u
	join homeroom.directory d on d.district = u.district
	where d.id = $1::integer and u.sourced_id = $2::text)
or exists (
	select from homeroom.account
	where directory = $1::integer and person = $2::text)
