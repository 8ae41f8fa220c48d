-- ledger_deleted: an account is not there any more.
-- $1: plan
-- $2: number
-- $3: now
-- $4: its anchor
with gone as (
	update homeroom.account h set gone = $3::timestamptz, due = null
	from homeroom.action a join homeroom.plan p on p.id = a.plan
	where a.plan = $1::bigint and a.number = $2::integer
		and a.state = 'taken' and a.hand = pg_backend_pid()
		and h.directory = p.directory and h.anchor = $4
	returning h.directory, h.anchor)
delete from homeroom.membership m using gone g
where m.directory = g.directory and m.member = g.anchor
