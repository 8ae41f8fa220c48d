-- usage_purge: forgets what was used on days that are long over.
-- $1: the day, UTC
delete from homeroom.usage where day < $1::date - 35
