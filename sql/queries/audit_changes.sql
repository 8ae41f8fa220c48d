-- audit_changes: settings that changed, and by whom, the newest first.
-- $1: district
-- $2: the application whose name the setting has, or null
-- $3: from when on (milliseconds since 1970), or null
-- $4: until when, or null
-- $5: how many
-- $6: whether only what differs is told, for people to read
select to_char(c.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
	c.who, c.kind, c.name,
	case when $6::boolean then replace(differs.before, scope.of, '')
		else c.before::text end,
	case when $6::boolean then replace(differs.after, scope.of, '')
		else c.after::text end
from homeroom.setting_change c
cross join (values ('https://purl.imsglobal.org/spec/or/')) as scope (of)
cross join lateral (
	select jsonb_object_agg(key, b.value) filter (where b.value is not null)
			::text as before,
		jsonb_object_agg(key, a.value) filter (where a.value is not null)
			::text as after
	from (select concat_ws('.', o.key, i.key) as key,
			coalesce(i.value, o.value) as value
		from jsonb_each(case jsonb_typeof(c.before)
			when 'object' then c.before end) o
		left join jsonb_each(case jsonb_typeof(o.value)
			when 'object' then o.value end) i on true) b
	full join (select concat_ws('.', o.key, i.key) as key,
			coalesce(i.value, o.value) as value
		from jsonb_each(case jsonb_typeof(c.after)
			when 'object' then c.after end) o
		left join jsonb_each(case jsonb_typeof(o.value)
			when 'object' then o.value end) i on true) a using (key)
	where a.value is distinct from b.value) differs
left join homeroom.application p on p.id = $2::bigint
where (c.district = $1::integer or c.district is null)
and ($2::bigint is null or c.name = p.name)
and ($3::bigint is null or c.at >= to_timestamp($3::bigint / 1000.0))
and ($4::bigint is null or c.at < to_timestamp($4::bigint / 1000.0))
order by c.id desc
limit $5::integer
