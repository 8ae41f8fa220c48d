-- zone_time: what clocks show in a time zone, in milliseconds; no row: there is
-- no such zone.
-- $1: time zone
-- $2: when
select (extract(epoch from $2::timestamptz at time zone name) * 1000)::bigint
from pg_timezone_names where name = $1
