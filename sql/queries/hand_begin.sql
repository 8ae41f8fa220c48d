-- hand_begin: this session has actions of a directory; while it lasts they are
-- its own.
-- $1: directory
select pg_backend_pid(),
	pg_try_advisory_lock(hashtext('homeroom.hand'), pg_backend_pid()),
	pg_try_advisory_lock(hashtext('homeroom.hand of ' || $1::text),
		pg_backend_pid())
