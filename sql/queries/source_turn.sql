-- source_turn: whether a scheduled run of a source may begin: from when on its
-- hours allow it (null: now), of which sources it waits (null: of none), until
-- when (null: for ever), whether it then goes on without them, and its
-- deadline as people write it.
-- $1: district
-- $2: name
-- $3: the clock, in milliseconds since 1970
-- $4: when it was due, likewise
with source as (
	select settings, coalesce(settings ->> 'timeZone', 'UTC') as zone,
		to_timestamp($3::bigint / 1000.0) as now,
		to_timestamp($4::bigint / 1000.0) as due
	from homeroom.source
	where district = $1::integer and name = $2 and settings <> '{}'
), span as (
	select now at time zone zone as here,
		split_part(settings ->> 'hours', '-', 1)::time as opens,
		split_part(settings ->> 'hours', '-', 2)::time as closes
	from source where settings ->> 'hours' is not null
), shut as (
	select case when here::time < opens then here::date + opens
		else here::date + 1 + opens end as until
	from span
	where not case when opens <= closes
		then here::time >= opens and here::time < closes
		else here::time >= opens or here::time < closes end
), late as (
	select a.name
	from source s
	cross join jsonb_array_elements_text(s.settings -> 'after') as a (name)
	join homeroom.schedule c on c.district = $1::integer
		and c.kind = 'source' and c.subject = a.name and not c.paused
	where not exists (
		select from homeroom.import i
		join homeroom.source o on o.id = i.source
		where o.district = $1::integer and o.name = a.name
		and i.outcome in ('committed', 'unchanged')
		-- Clocks of hosts differ a little.
		and i.started >= case when c.next <= s.now then c.next
			else c.due end - interval '1 minute')
	and (c.due is not null or c.next <= s.now)
), deadline as (
	select case when due at time zone zone < day + clock
		then day + clock else day + 1 + clock end at time zone zone
		as until
	from (
		select zone, due, (due at time zone zone)::date as day,
			(settings ->> 'deadline')::time as clock
		from source where settings ->> 'deadline' is not null
	) as said
)
select
	(select (extract(epoch from until at time zone zone) * 1000)::bigint
	from shut),
	(select string_agg(name, ', ' order by name) from late),
	(select (extract(epoch from until) * 1000)::bigint from deadline),
	coalesce(settings ->> 'late', 'go') = 'go', settings ->> 'deadline'
from source
