-- directory_lock: this session reads a directory and plans for it, unless
-- another one does.
-- $1: directory
select pg_try_advisory_lock(hashtext('homeroom.directory'), $1::integer)
