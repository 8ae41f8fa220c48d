-- password_forget: forgets passwords that were opened.
-- $1: district
-- $2: directory, by name
-- $3: person, or null for all
-- $4: school, or null
-- $5: class, or null
delete from homeroom.password p using homeroom.directory d
where d.id = p.directory and d.district = $1::integer and d.name = $2
	and p.opened is not null and ($3::text is null or p.person = $3)
	and ($4::text is null or exists (
		select from roster.users u
		where u.district = d.district and u.sourced_id = p.person
		and (u.primary_org_id = $4 or $4 = any (u.org_ids))))
	and ($5::text is null or exists (
		select from roster.enrollments e
		where e.district = d.district and e.user_id = p.person
		and e.class_id = $5 and e.status = 'active'))
