-- ledger_lost: the directory would not bring an account back; another is made.
-- $1: plan
-- $2: number
-- $3: its anchor
update homeroom.account h set lost = true
from homeroom.action a join homeroom.plan p on p.id = a.plan
where a.plan = $1::bigint and a.number = $2::integer
	and a.state = 'taken' and a.hand = pg_backend_pid()
	and h.directory = p.directory and h.anchor = $3
