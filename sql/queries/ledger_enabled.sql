-- ledger_enabled: an account is enabled, or disabled.
-- $1: plan
-- $2: number
-- $3: now
-- $4: its anchor
update homeroom.account h set
	enabled = a.kind = 'enable',
	disabled = case when a.kind = 'disable' then $3::timestamptz end,
	disabled_by_us = a.kind = 'disable', due = null
from homeroom.action a join homeroom.plan p on p.id = a.plan
where a.plan = $1::bigint and a.number = $2::integer
	and a.state = 'taken' and a.hand = pg_backend_pid()
	and h.directory = p.directory and h.anchor = $4
