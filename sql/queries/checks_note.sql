-- checks_note: a run, in place of an earlier one of this version; runs of long
-- ago go.
-- $1: district
-- $2: version
-- $3: the clock, in milliseconds since 1970
-- $4: how long it took (ms)
-- $5: what came of each check, JSON
-- $6: how many of what each school has, JSON
with old as (
	delete from homeroom.check_run
	where district = $1::integer
	and at < to_timestamp($3::bigint / 1000.0) - interval '400 days'
)
insert into homeroom.check_run (district, version, at, ms, results, schools)
values ($1::integer, $2::bigint, to_timestamp($3::bigint / 1000.0),
	$4::integer, $5::jsonb, $6::jsonb)
on conflict (district, version) do update set at = excluded.at,
	ms = excluded.ms, results = excluded.results, schools = excluded.schools
