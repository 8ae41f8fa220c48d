-- ledger_group: a group is made.
-- $1: plan
-- $2: number
-- $3: now
-- $4: its anchor
-- $5: its address
insert into homeroom.directory_group as g (directory, anchor, name, place,
	address)
select p.directory, $4, a.after ->> 'name', a.after ->> 'place', $5
from homeroom.action a join homeroom.plan p on p.id = a.plan
where a.plan = $1::bigint and a.number = $2::integer
	and a.state = 'taken' and a.hand = pg_backend_pid()
	and $3::timestamptz is not null
on conflict (directory, anchor) do update set
	name = excluded.name, place = excluded.place, address = excluded.address
