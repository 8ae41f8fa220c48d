-- audit_purge: drops what is older; tells how many rows, and the chain's end.
-- $1: before which time (milliseconds since 1970)
select dropped, number, encode(hash, 'hex')
from homeroom.audit_purge(to_timestamp($1::bigint / 1000.0))
