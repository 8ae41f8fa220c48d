-- version_horizon: the last version that is older than what is kept; 0 when
-- there is none.
-- $1: district
-- $2: the clock, in milliseconds since 1970
-- $3: days that are kept
select coalesce(max(version), 0) from homeroom.version
where district = $1::integer
and published < to_timestamp($2::bigint / 1000.0) - $3::integer * interval '1 day'
