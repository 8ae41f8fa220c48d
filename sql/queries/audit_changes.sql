-- audit_changes: settings that changed, and by whom, the newest first.
-- $1: district
-- $2: the application whose name the setting has, or null
-- $3: from when on (milliseconds since 1970), or null
-- $4: until when, or null
-- $5: how many
select to_char(c.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
	c.who, c.kind, c.name, c.before::text, c.after::text
from homeroom.setting_change c
left join homeroom.application p on p.id = $2::bigint
where (c.district = $1::integer or c.district is null)
and ($2::bigint is null or c.name = p.name)
and ($3::bigint is null or c.at >= to_timestamp($3::bigint / 1000.0))
and ($4::bigint is null or c.at < to_timestamp($4::bigint / 1000.0))
order by c.id desc
limit $5::integer
