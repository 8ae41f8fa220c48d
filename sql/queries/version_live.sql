-- version_live: a district's live version; 0 when it has none yet.
-- $1: district
select coalesce(max(version), 0) from homeroom.version
where district = $1::integer
