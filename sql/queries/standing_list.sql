-- standing_list: what every application may do, and what it would read now.
-- Times are milliseconds from now on, by the clock that session_open goes by; a
-- grant that is off is over.
-- $1: the day, UTC
select a.id, a.epoch, a.enabled::integer,
	ceil(extract(epoch from homeroom.midnight(g.district, g.valid_from)
		- now()) * 1000)::bigint,
	case when g.enabled then floor(extract(epoch from
		homeroom.midnight(g.district, g.valid_until + 1)
		- now()) * 1000)::bigint else 0 end,
	array_to_string(g.addresses, ' '), g.requests_per_minute,
	g.concurrency, g.bytes_per_day,
	coalesce(live.version, 0),
	concat_ws('.', g.id, g.revision, a.revision),
	coalesce(u.requests, 0), coalesce(u.bytes, 0)
from homeroom.application a
join homeroom."grant" g on g.application = a.id and g.district = a.district
left join (
	select district, max(version) as version from homeroom.version
	group by district
) as live on live.district = a.district
left join homeroom.usage u on u.application = a.id and u.day = $1::date
order by a.id
