-- status: what is live, what ran last and what waits, a line each.
-- $1: district
with live as (
	select * from homeroom.version where district = $1::integer
	order by version desc limit 1
), last as (
	select i.*, s.name as source_name from homeroom.import i
	join homeroom.source s on s.id = i.source
	where i.district = $1::integer
	order by i.id desc limit 5
)
select what, state from (
	select 0 as place, 0::bigint as sub, 'schema' as what,
		max(number)::text as state from homeroom.migration
	union all
	select 1, 0, 'version', coalesce((select version || ', published '
		|| to_char(published at time zone 'utc',
			'YYYY-MM-DD"T"HH24:MI:SS"Z"') from live), 'none yet')
	union all
	select 2, -value::bigint, key, value || ' records'
	from live, jsonb_each_text(rows) where value::bigint > 0
	union all
	select 3, -id, 'import ' || id, source_name || ': '
		|| coalesce(outcome, 'running') || ', '
		|| to_char(coalesce(finished, started) at time zone 'utc',
			'YYYY-MM-DD"T"HH24:MI:SS"Z"')
		|| coalesce(', ' || (report ->> 'reason'), '')
	from last
	union all
	select 4, i.id, 'waits', 'import-' || i.id || ' of ' || s.name || ': '
		|| coalesce(i.report ->> 'reason', '')
	from homeroom.import i join homeroom.source s on s.id = i.source
	where i.district = $1::integer and i.outcome = 'waiting'
	union all
	select 5, -id, 'waits', 'import ' || id || ' of ' || source_name
		|| ' was refused: look at its report'
	from last l where outcome = 'refused'
	and not exists (select from last later
		where later.source = l.source and later.id > l.id)
) as lines
order by place, sub
