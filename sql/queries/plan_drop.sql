-- plan_drop: a plan that waits is never carried out: whether it could be
-- dropped, and what it was.
-- $1: district
-- $2: plan
-- $3: who says so
with old as (
	select id, state from homeroom.plan
	where district = $1::integer and id = $2::bigint
	for update),
done as (
	update homeroom.plan p set
		state = 'dropped', note = 'dropped by ' || $3::text
	from old
	where p.id = old.id and old.state in ('ready', 'held', 'approved')
	returning p.id)
select exists (select from done), state from old
