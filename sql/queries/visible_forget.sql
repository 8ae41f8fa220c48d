-- visible_forget: a grant shares everything now: what it saw, and what left its
-- sight, is no list any more.
-- $1: grant
with scope as (
	delete from homeroom.scope where grant_id = $1::bigint
)
delete from homeroom.visible where grant_id = $1::bigint
