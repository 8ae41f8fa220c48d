-- checks_unlock: the next one may check it.
-- $1: district
select pg_advisory_unlock(hashtext('homeroom.checks'), $1::integer)
