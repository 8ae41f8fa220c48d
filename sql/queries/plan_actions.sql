-- plan_actions: what a plan does, in the order in which it is done, after what
-- the directory refused.
-- $1: district
-- $2: plan
-- $3: at most
select a.number, a.kind, a.person, a.name, a.school,
	case when a.kind in ('join', 'leave') then a.target
		when a.kind in ('create', 'restore', 'make-place', 'make-group')
			then a.after ->> 'place'
		when a.kind = 'delete' then a.before ->> 'place'
		when a.kind = 'adopt' then null
		else homeroom.change_words(a.before, a.after) end,
	a.before, a.after - 'password', a.reason, a.rule, a.state,
	coalesce(a.words, '')
from homeroom.action a join homeroom.plan p on p.id = a.plan
where p.district = $1::integer and a.plan = $2::bigint
order by a.state = 'failed' desc, a.stage, a.target, a.number
limit $3::bigint
