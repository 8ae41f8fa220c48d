-- hand_begin: this session has actions; while it lasts they are its own.
select pg_backend_pid(),
	pg_try_advisory_lock(hashtext('homeroom.hand'), pg_backend_pid())
