-- ledger_left: an account is not in a group any more.
-- $1: plan
-- $2: number
-- $3: now
-- $4: its anchor
-- $5: the group's
delete from homeroom.membership m
using homeroom.action a join homeroom.plan p on p.id = a.plan
where a.plan = $1::bigint and a.number = $2::integer
	and a.state = 'taken' and a.hand = pg_backend_pid()
	and m.directory = p.directory and m."group" = $5 and m.member = $4
	and $3::timestamptz is not null
