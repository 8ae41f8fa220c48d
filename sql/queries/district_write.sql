-- district_write: keeps what settings say of a district; people are to be
-- merged anew when that is decided otherwise now.
-- $1: name
-- $2: settings, JSON
update homeroom.district d
set settings = said.now, remerge = d.remerge or exists (
	select from unnest(array['sources', 'match', 'fields']) as key
	where d.settings -> key is distinct from said.now -> key)
from (select $2::jsonb - 'kind' - 'name' as now) as said
where d.name = $1::text and d.settings is distinct from said.now
