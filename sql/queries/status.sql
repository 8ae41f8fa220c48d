-- status: what is live, what ran last and what waits, a line each.
-- $1: district
-- $2: the clock, in milliseconds since 1970
with clock as (
	select to_timestamp($2::bigint / 1000.0) as now
), live as (
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
	union all
	select 5, 0, 'checks', 'version ' || version || ': '
		|| coalesce((
			select string_agg(count || ' ' || severity, ', '
				order by severity)
			from (select value ->> 'severity' as severity, count(*)
				from jsonb_each(results)
				where (value ->> 'count')::bigint > 0
				group by 1) as found), 'nothing found')
	from homeroom.check_run
	where district = $1::integer and version = (select version from live)
	union all
	select 6, 0, 'missed', s.kind || ' ' || s.subject || ' was due '
		|| to_char(s.next at time zone 'utc',
			'YYYY-MM-DD"T"HH24:MI:SS"Z"')
		|| ', and no worker saw to it: does `homeroom work` run?'
	from homeroom.schedule s, clock
	where s.district = $1::integer and not s.paused
	and s.next < clock.now - interval '2 minutes'
	union all
	select 6, j.id, 'missed', j.kind || ' ' || j.subject || ' waits since '
		|| to_char(j.wanted at time zone 'utc',
			'YYYY-MM-DD"T"HH24:MI:SS"Z"')
		|| ', and no worker takes it: does `homeroom work` run?'
	from homeroom.job j, clock
	where j.district = $1::integer and j.outcome is null
	and j.kind <> 'checks'
	and coalesce(j.lease, j.wanted) < clock.now - interval '2 minutes'
	union all
	select 7, 0, 'paused', s.kind || ' ' || s.subject
	from homeroom.schedule s where s.district = $1::integer and s.paused
) as lines
order by place, sub, state
