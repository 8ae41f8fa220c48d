-- plan_state: a plan is made: ready, or held for a person. What somebody has
-- approved, all of it, is approved. Those made before for the same, or for a
-- part of it that nobody has approved, take their leave.
-- $1: plan
-- $2: why it is held; null: it is not
with new as (
	select * from homeroom.plan where id = $1::bigint),
approval as (
	select p.* from homeroom.plan p join new n
		on p.directory = n.directory and p.purpose = n.purpose
		and p.of is not distinct from n.of and p.scope = n.scope
	where p.id < n.id and p.state in ('approved', 'applying')
		and p.approved is not null
	order by p.id desc limit 1),
covered as (
	select approval.approved, approval.approved_by from approval
	where not exists (
		select from homeroom.action a
		where a.plan = $1::bigint and a.kind <> 'ask'
		and not exists (
			select from homeroom.action b
			where b.plan = approval.id and b.kind = a.kind
			and b.subject = a.subject
			and b.target is not distinct from a.target
			and b.after is not distinct from a.after))),
dropped as (
	update homeroom.plan p set state = 'dropped',
		note = 'plan ' || n.id || ' is newer'
	from new n
	where p.directory = n.directory and p.purpose = n.purpose
		and p.of is not distinct from n.of and p.id < n.id
		and (p.scope = n.scope
			and p.state in ('ready', 'held', 'approved')
		or p.scope @> n.scope and p.state in ('ready', 'held')))
update homeroom.plan p set
	state = case when $2::text is null then 'ready'
		when exists (select from covered) then 'approved'
		else 'held' end,
	held = case when $2::text is null then '{}'::text[]
		else string_to_array($2, '; ') end,
	approved = (select approved from covered),
	approved_by = (select approved_by from covered)
where p.id = $1::bigint
returning p.state
