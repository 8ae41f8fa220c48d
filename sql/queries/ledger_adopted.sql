-- ledger_adopted: an account that was there is a person's.
-- $1: plan
-- $2: number
-- $3: now
-- $4: its anchor
with a as (
	select p.directory, a.person, a.after, a.rule
	from homeroom.action a join homeroom.plan p on p.id = a.plan
	where a.plan = $1::bigint and a.number = $2::integer
	and a.state = 'taken' and a.hand = pg_backend_pid()),
made as (
	update homeroom.password w set held = null from a
	where w.directory = a.directory and w.person = a.person)
update homeroom.account h set
	person = a.person, linked = $3::timestamptz,
	linked_by = a.after ->> 'by', basis = a.after ->> 'basis',
	rule = a.rule, unwanted = null
from a
where h.directory = a.directory and h.anchor = $4
