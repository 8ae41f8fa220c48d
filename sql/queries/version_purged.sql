-- version_purged: whether a version's history is gone; no row when there is
-- no such version.
-- $1: district
-- $2: version
select purged::integer from homeroom.version
where district = $1::integer and version = $2::bigint
