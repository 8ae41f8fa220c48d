-- checks_lock: waits until nobody else checks this district, and then nobody
-- else does until the session ends or unlocks.
-- $1: district
select pg_advisory_lock(hashtext('homeroom.checks'), $1::integer)
