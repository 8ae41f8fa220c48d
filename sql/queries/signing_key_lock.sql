-- signing_key_lock: waits until no other process makes a key, and keeps them
-- from it until the end of the transaction.
select pg_advisory_xact_lock(hashtext('homeroom.signing_key'))
