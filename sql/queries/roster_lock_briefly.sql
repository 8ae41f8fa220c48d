-- roster_lock_briefly: waits until nobody else writes this district's roster,
-- and then nobody else does until the end of the transaction.
-- $1: district
select pg_advisory_xact_lock(hashtext('homeroom.roster'), $1::integer)
