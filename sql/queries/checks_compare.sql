-- checks_compare: of each check, what this version is the first to have, what
-- it has no more, and how many the run before had; null: it was not made then.
-- $1: district
-- $2: version
-- $3: the version of the run before
-- $4: codes, an array
select c.code,
	(select count(*) from homeroom.check_finding f
	where f.district = $1::integer and f.code = c.code
	and f.until is null and f.since = $2::bigint),
	(select count(*) from homeroom.check_finding f
	where f.district = $1::integer and f.code = c.code
	and f.until = $2::bigint),
	(r.results -> c.code ->> 'count')::bigint
from unnest($4::text[]) with ordinality as c (code, place)
left join homeroom.check_run r
	on r.district = $1::integer and r.version = $3::bigint
order by c.place
