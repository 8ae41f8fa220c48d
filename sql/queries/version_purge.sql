-- version_purge: notes that the history of all versions before one is gone.
-- $1: district
-- $2: the first version that is kept
update homeroom.version set purged = true
where district = $1::integer and version < $2::bigint and not purged
