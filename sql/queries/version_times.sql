-- version_times: when the versions of a district were published, in
-- milliseconds since 1970, oldest first.
-- $1: district
-- $2: those after this version
select version, floor(extract(epoch from published) * 1000)::bigint
from homeroom.version
where district = $1 and version > $2
order by version
