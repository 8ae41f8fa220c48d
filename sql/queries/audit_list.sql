-- audit_list: what was read, the newest first.
-- $1: district
-- $2: application, or null
-- $3: from when on (milliseconds since 1970), or null
-- $4: until when, or null
-- $5: what an endpoint begins with, or null
-- $6: lowest status
-- $7: highest status
-- $8: how many
select to_char(l.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
	coalesce(p.name, 'application ' || l.application), abbrev(l.address),
	l.method, l.endpoint, l.filter, l.since, l.status, l.requests, l.rows,
	l.bytes, l.version, l.grant_id, l.who, l.request, l.number
from (
	select * from homeroom.audit a
	where (a.district = $1::integer or a.district is null)
	and ($2::bigint is null or a.application = $2::bigint)
	and ($3::bigint is null or a.at >= to_timestamp($3::bigint / 1000.0))
	and ($4::bigint is null or a.at < to_timestamp($4::bigint / 1000.0))
	and ($5::text is null or starts_with(a.endpoint, $5::text))
	and coalesce(a.status, 200) between $6::integer and $7::integer
	and a.change is null
	order by a.number desc
	limit $8::integer
) as l
left join homeroom.application p on p.id = l.application
order by l.number desc
