-- action_back: this session gives an action back, undone.
-- $1: plan
-- $2: number
-- $3: whether it may have been done before
update homeroom.action set
	state = 'waiting', attempts = attempts - 1, sent = $3::boolean,
	hand = null, lease = null
where plan = $1::bigint and number = $2::integer and state = 'taken'
	and hand = pg_backend_pid()
