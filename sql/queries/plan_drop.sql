-- plan_drop: a plan that waits is never carried out.
-- $1: district
-- $2: plan
-- $3: who says so
update homeroom.plan set state = 'dropped', note = 'dropped by ' || $3::text
where district = $1::integer and id = $2::bigint
	and state in ('ready', 'held', 'approved')
