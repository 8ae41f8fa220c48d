-- directory_unlock: it does so no more.
-- $1: directory
select pg_advisory_unlock(hashtext('homeroom.directory'), $1::integer)
