-- ledger_joined: an account is in a group, by a rule; or by hand, where that
-- is taken back.
-- $1: plan
-- $2: number
-- $3: now
-- $4: its anchor
-- $5: the group's
insert into homeroom.membership as m (directory, "group", member, rule)
select p.directory, $5, $4, case
	when a.after ->> 'byHand' is null then coalesce(a.rule, '') end
from homeroom.action a join homeroom.plan p on p.id = a.plan
where a.plan = $1::bigint and a.number = $2::integer
	and a.state = 'taken' and a.hand = pg_backend_pid()
	and $3::timestamptz is not null
on conflict (directory, "group", member) do update set rule = excluded.rule
