-- person_sources: the sources that say who there is, in the district's order;
-- last those that say of persons what provisioning gave them.
-- $1: district
-- $2: a source that counts in any case
-- $3: one that does not, or 0
select s.id, s.name, coalesce(s.settings ->> 'creates', 'true') <> 'false',
	s.kind = 'accounts'
from homeroom.source s
where s.district = $1::integer and s.id <> $3::integer
	and (s.id = $2::integer or exists (
		select from roster.said_users r
		where r.district = $1::integer and r.source = s.id))
order by s.kind = 'accounts', homeroom.source_place(s.id) nulls last, s.id
