-- ledger_place: a container is made.
-- $1: plan
-- $2: number
-- $3: now
-- $4: its anchor
-- $5: its address
insert into homeroom.place as l (directory, anchor, address)
select p.directory, $4, $5
from homeroom.action a join homeroom.plan p on p.id = a.plan
where a.plan = $1::bigint and a.number = $2::integer
	and a.state = 'taken' and a.hand = pg_backend_pid()
	and $3::timestamptz is not null
on conflict (directory, anchor) do update set address = excluded.address
