-- district_write: keeps what settings say of a district; people are to be
-- merged anew when that is decided otherwise now. If it says anything else
-- than before: the district, and whether there are any to merge.
-- $1: name
-- $2: settings, JSON
update homeroom.district d
set settings = said.now, remerge = d.remerge or said.other
from (
	select o.id, now, exists (
		select from unnest(array['sources', 'match', 'fields']) as key
		where o.settings -> key is distinct from now -> key) as other
	from homeroom.district o, (select $2::jsonb - 'kind' - 'name') as n (now)
	where o.name = $1::text and o.settings is distinct from now
) as said
where d.id = said.id
returning d.id, said.other and exists (
	select from roster.said_users s where s.district = d.id)
