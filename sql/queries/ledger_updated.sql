-- ledger_updated: attributes of an account are otherwise.
-- $1: plan
-- $2: number
-- $3: now
-- $4: its anchor
-- $5: its address
-- $6: the attribute by which one signs in
update homeroom.account h set
	attributes = (
		select coalesce(jsonb_object_agg(e.key, e.value), '{}')
		from jsonb_each(h.attributes || a.after) e
		where e.value <> '[]'),
	login = coalesce(a.after -> $6::text ->> 0, h.login),
	basis = coalesce(a.basis, h.basis)
from homeroom.action a join homeroom.plan p on p.id = a.plan
where a.plan = $1::bigint and a.number = $2::integer
	and a.state = 'taken' and a.hand = pg_backend_pid()
	and h.directory = p.directory and h.anchor = $4
	and $3::timestamptz is not null and $5::text is not null
