-- action_take: the next actions of a plan, for this session. Whoever had one
-- and is gone has it no more; it may have been done all the same (sent).
-- $1: plan
-- $2: now
-- $3: how many
-- $4: seconds for which it has them
with open as (
	select a.number, a.sent
	from homeroom.action a
	join homeroom.plan p on p.id = a.plan and p.state = 'applying'
	where a.plan = $1::bigint and a.state in ('waiting', 'taken')
	and (a.wanted is null or a.wanted <= $2::timestamptz)
	and (a.state = 'waiting' or a.lease < now() or not exists (
		select from pg_catalog.pg_locks l
		where l.locktype = 'advisory' and l.objsubid = 2
		and l.classid = (hashtext('homeroom.hand')::bigint
			& 4294967295)::oid
		and l.objid = a.hand::oid))
	and not exists (
		select from homeroom.action b
		where b.plan = a.plan and b.state in ('waiting', 'taken')
		and b.stage < a.stage and b.stage <= 20)
	and not exists (
		select from homeroom.action b
		where b.plan = a.plan and b.subject = a.subject
		and b.state in ('waiting', 'taken') and b.stage < a.stage)
	order by a.stage, a.target, a.number
	limit $3::integer
	for update of a skip locked),
taken as (
	update homeroom.action a set
		state = 'taken', hand = pg_backend_pid(), sent = true,
		lease = now() + $4::integer * interval '1 second',
		attempts = a.attempts + 1
	from open o
	where a.plan = $1::bigint and a.number = o.number
	returning a.*, o.sent as was_sent)
select t.number, t.kind, t.person, coalesce(t.anchor, h.anchor), t.name, (
		select g.anchor from homeroom.directory_group g
		where g.directory = p.directory and t.target <> ''
		and lower(g.address) = lower(t.target) limit 1),
	t.target, t.subject, coalesce(t.before, '{}'), coalesce(t.after, '{}'),
	t.attempts, t.was_sent, h.name, h.place
from taken t
join homeroom.plan p on p.id = t.plan
left join homeroom.account h on h.directory = p.directory
	and (h.anchor = t.anchor or (t.anchor is null
		and h.person = t.person and h.gone is null))
order by t.stage, t.target, t.kind, t.number
