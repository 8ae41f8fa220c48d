-- ledger_adopted: an account that was there is a person's.
-- $1: plan
-- $2: number
-- $3: now
-- $4: its anchor
update homeroom.account h set
	person = a.person, linked = $3::timestamptz,
	linked_by = a.after ->> 'by', basis = a.after ->> 'basis',
	rule = a.rule, unwanted = null
from homeroom.action a join homeroom.plan p on p.id = a.plan
where a.plan = $1::bigint and a.number = $2::integer
	and a.state = 'taken' and a.hand = pg_backend_pid()
	and h.directory = p.directory and h.anchor = $4
