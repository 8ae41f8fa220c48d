-- audit_sums: what was read, in sums.
-- $1: district
-- $2: application, or null
-- $3: from when on (milliseconds since 1970), or null
-- $4: until when, or null
-- $5: what an endpoint begins with, or null
-- $6: lowest status
-- $7: highest status
-- $8: how many
-- $9: by application, day or endpoint
select case $9::text
		when 'day' then to_char(a.at at time zone 'utc', 'YYYY-MM-DD')
		when 'endpoint' then a.method || ' ' || a.endpoint
		else coalesce(p.name, 'application ' || a.application, a.who,
			'unknown')
	end as what, sum(a.requests),
	coalesce(sum(a.requests) filter (where a.status >= 400), 0),
	coalesce(sum(a.rows), 0),
	sum(a.bytes),
	to_char(min(a.at) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
	to_char(max(a.at) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
from homeroom.audit a
left join homeroom.application p on p.id = a.application
where (a.district = $1::integer or a.district is null)
and ($2::bigint is null or a.application = $2::bigint)
and ($3::bigint is null or a.at >= to_timestamp($3::bigint / 1000.0))
and ($4::bigint is null or a.at < to_timestamp($4::bigint / 1000.0))
and ($5::text is null or starts_with(a.endpoint, $5::text))
and coalesce(a.status, 200) between $6::integer and $7::integer
and a.method not in ('change', 'publish')
group by what
order by what
limit $8::integer
