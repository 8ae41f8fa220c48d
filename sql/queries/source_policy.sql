-- source_policy: what day it is where a source is, and what settings say of it
-- and of its district.
-- $1: district
-- $2: source, or 0
-- $3: now
select to_char($3::timestamptz at time zone coalesce(s.settings ->> 'timeZone', 'UTC'),
	'YYYY-MM-DD'), coalesce(s.settings, '{}')::text, d.settings::text
from homeroom.district d
left join homeroom.source s on s.district = d.id and s.id = $2::integer
where d.id = $1::integer
