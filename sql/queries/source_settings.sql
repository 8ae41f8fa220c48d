-- source_settings: what a source's settings say, and whether this connection is
-- the one that fetches it from now on.
-- $1: district
-- $2: name
select kind, settings::text, id,
	pg_try_advisory_lock(hashtext('homeroom.source'), id)
from homeroom.source
where district = $1::integer and name = $2 and settings <> '{}'
