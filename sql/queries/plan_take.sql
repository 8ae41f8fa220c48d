-- plan_take: a plan is carried out from now on, or further; its state, and of
-- which version, reading and settings it was made.
-- $1: plan
-- $2: now
with old as (
	select id, state from homeroom.plan where id = $1::bigint for update)
update homeroom.plan p set
	state = 'applying', begun = coalesce(begun, $2::timestamptz)
from old
where p.id = old.id and old.state in ('ready', 'approved', 'applying')
returning p.id
