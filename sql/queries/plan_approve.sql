-- plan_approve: somebody approves of a plan; whose it is, whether it could be,
-- and what it was.
-- $1: district
-- $2: plan
-- $3: who
-- $4: now
with old as (
	select p.id, p.state, d.name
	from homeroom.plan p join homeroom.directory d on d.id = p.directory
	where p.district = $1::integer and p.id = $2::bigint
	for update of p),
done as (
	update homeroom.plan p set
		state = 'approved', approved = $4::timestamptz,
		approved_by = $3
	from old
	where p.id = old.id and old.state in ('ready', 'held')
	returning p.id)
select name, exists (select from done), state from old
