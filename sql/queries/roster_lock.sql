-- roster_lock: waits until nobody else writes this district's roster, and
-- then nobody else does until the session ends or unlocks.
-- $1: district
select pg_advisory_lock(hashtext('homeroom.roster'), $1::integer)
