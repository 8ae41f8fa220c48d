-- version_list: a district's versions, the newest first.
-- $1: district
-- $2: how many at most
select version, (extract(epoch from published) * 1000)::bigint,
	coalesce(import, 0), note, purged
from homeroom.version
where district = $1::integer
order by version desc
limit $2::integer
