-- migration_lock: waits until no other process migrates this database.
select pg_advisory_lock(hashtext('homeroom.migration'))
