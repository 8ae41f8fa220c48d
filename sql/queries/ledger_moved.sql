-- ledger_moved: an account lies elsewhere, or has another name there.
-- $1: plan
-- $2: number
-- $3: now
-- $4: its anchor
-- $5: its address
update homeroom.account h set
	name = coalesce(a.after ->> 'name', h.name),
	place = coalesce(a.after ->> 'place', h.place), address = $5
from homeroom.action a join homeroom.plan p on p.id = a.plan
where a.plan = $1::bigint and a.number = $2::integer
	and a.state = 'taken' and a.hand = pg_backend_pid()
	and h.directory = p.directory and h.anchor = $4
	and $3::timestamptz is not null
