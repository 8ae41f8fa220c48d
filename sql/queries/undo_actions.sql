-- undo_actions: the way back from what a plan has done, as the actions of
-- another; how many.
-- $1: the new plan
-- $2: the plan that was carried out
with back (kind, undone, stage) as (values
	('create', 'delete', 90), ('restore', 'delete', 90),
	('delete', 'restore', 30), ('disable', 'enable', 70),
	('enable', 'disable', 40), ('rename', 'rename', 50),
	('move', 'move', 55), ('update', 'update', 60),
	('join', 'leave', 80), ('leave', 'join', 80),
	('adopt', 'ask', 99), ('make-place', 'ask', 99),
	('make-group', 'ask', 99)),
done as (
	select a.*, b.undone, b.stage as back_stage, p.directory,
		coalesce(a.anchor, h.anchor) as whom
	from homeroom.action a
	join homeroom.plan p on p.id = a.plan
	join back b on b.kind = a.kind
	left join homeroom.account h on a.anchor is null
		and h.directory = p.directory and h.person = a.person
		and h.gone is null
	where a.plan = $2::bigint and a.state = 'done'),
known as (
	select d.*, d.undone = 'restore' and not coalesce((
		select h.restorable and not h.lost
		from homeroom.account h
		where h.directory = d.directory and h.anchor = d.whom), false)
		as lost
	from done d),
-- Who was deleted was in groups, which the directory may have forgotten.
groups as (
	select k.*, g ->> 'group' as "group", g - 'group' as how,
		exists (select from homeroom.directory_group h
			where h.directory = k.directory
			and lower(h.address) = lower(g ->> 'group')) as there
	from known k
	cross join lateral jsonb_array_elements(k.before -> 'groups') g
	where k.undone = 'restore' and not k.lost),
back_in as (
	insert into homeroom.action (plan, number, stage, kind, subject,
		person, anchor, name, school, target, after, reason, rule,
		state)
	select $1::bigint, (select count(*) from known)
			+ row_number() over (order by g.number desc, g."group"),
		case when g.there then 80 else 99 end,
		case when g.there then 'join' else 'ask' end, g.subject,
		g.person, g.whom, g.name, g.school, g."group",
		nullif(g.how, '{}'), case when g.there
			then 'it was in this group when it was deleted'
			else 'it was in a group that is not there any more: '
				|| g."group" end, null,
		case when g.there then 'waiting' else 'asking' end
	from groups g
	returning kind),
made as (
	insert into homeroom.action (plan, number, stage, kind, subject,
		person, anchor, name, school, target, before, after, reason,
		rule, state)
	select $1::bigint, row_number() over (order by k.number desc),
		case when k.lost then 99 else k.back_stage end,
		case when k.lost then 'ask' else k.undone end, k.subject,
		k.person, k.whom, k.name, k.school, k.target,
		case when k.undone = 'delete' then k.after - 'password'
			when k.undone = 'restore' then null else k.after end,
		case when k.undone = 'delete' then null
			else k.before - 'groups' end,
		case when k.lost then
			'it was deleted, and this directory can not bring it back'
		when k.kind = 'adopt' then
			'it stays linked: `homeroom account` can unlink it'
		when k.kind like 'make-%' then
			'it stays: empty, it does no harm'
		else 'takes back: ' || k.reason end, k.rule,
		case when k.lost or k.undone = 'ask' then 'asking'
			else 'waiting' end
	from known k
	returning kind)
select count(*) filter (where kind <> 'ask'),
	count(*) filter (where kind = 'ask')
from (select kind from made union all select kind from back_in) all_of_it
