-- action_end: what became of an action, while this session has it.
-- $1: plan
-- $2: number
-- $3: state
-- $4: whether it may have been done
-- $5: not before; null: at once
-- $6: code
-- $7: words
-- $8: now, when it is over
update homeroom.action set
	state = $3, sent = $4::boolean, wanted = $5::timestamptz, code = $6,
	words = $7, ended = $8::timestamptz, hand = null, lease = null
where plan = $1::bigint and number = $2::integer and state = 'taken'
	and hand = pg_backend_pid()
