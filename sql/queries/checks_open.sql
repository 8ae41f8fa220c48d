-- checks_open: the version that is live, the one before it that was checked,
-- the day on which the roster is looked at, which is today or the nearest day
-- that its sessions have, today, and the district's name.
-- $1: district
-- $2: the clock, in milliseconds since 1970
with live as (
	select coalesce(max(version), 0) as version
	from homeroom.version where district = $1::integer
), clock as (
	select homeroom.day_of($1::integer,
		to_timestamp($2::bigint / 1000.0)) as today
), sessions as (
	select min(start_date) as first, max(end_date) - 1 as last
	from roster.academic_sessions
	where district = $1::integer and status = 'active'
)
select live.version,
	(select coalesce(max(r.version), 0) from homeroom.check_run r
	where r.district = $1::integer and r.version < live.version),
	least(greatest(today, first), last), today,
	(select name from homeroom.district where id = $1::integer)
from live, clock, sessions
