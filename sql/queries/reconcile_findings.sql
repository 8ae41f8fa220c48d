-- reconcile_findings: what is not as it should be in a directory: what only
-- the ledger knows, and what a plan would change.
-- $1: directory
-- $2: now
-- $3: how long a login may be
-- $4: characters that it may not have
-- $5: the plan
-- $6: at most
with found as (
	select * from homeroom.findings($1::integer, $2::timestamptz,
		$3::integer, $4)
	union all
	select case a.kind when 'create' then 'no-account'
		when 'restore' then 'no-account'
		when 'ask' then 'asks'
		when 'disable' then 'left'
		when 'enable' then 'disabled'
		when 'move' then 'misplaced'
		else 'differs' end,
		a.person, a.anchor, a.name, h.place,
		case when a.kind in ('update', 'rename', 'move') then
			homeroom.change_words(a.before, a.after) || coalesce(
			'; by us in plan ' || (
				select max(b.plan) from homeroom.action b
				where b.subject = a.subject
				and b.state = 'done' and b.plan < a.plan
				and b.kind in ('update', 'create', 'rename',
					'move')) || ', changed since',
			'; never by us')
		else a.reason end, a.kind, a.target
	from homeroom.action a
	left join homeroom.account h on h.directory = $1::integer
		and h.anchor = a.anchor
	where a.plan = $5::bigint and (a.kind <> 'disable'
		or h.unwanted is null) and a.kind in ('create', 'restore', 'ask',
		'disable', 'enable', 'move', 'rename', 'update')
	and not (a.kind = 'disable' and exists (
		select from homeroom.account g
		left join roster.users u on u.sourced_id = g.person
			and u.status = 'active' and u.district = (
				select d.district from homeroom.directory d
				where d.id = $1::integer)
		where g.directory = $1::integer and g.anchor = a.anchor
			and u.sourced_id is null)))
select finding, person, anchor, account, place, detail, proposed
from found
order by finding, account, person
limit $6::bigint
