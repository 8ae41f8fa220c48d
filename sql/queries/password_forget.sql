-- password_forget: forgets passwords that were opened.
-- $1: district
-- $2: directory, by name
-- $3: person, or null for all
delete from homeroom.password p using homeroom.directory d
where d.id = p.directory and d.district = $1::integer and d.name = $2
	and p.opened is not null and ($3::text is null or p.person = $3)
