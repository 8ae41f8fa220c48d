-- plan_contested: accounts that two persons could have: a person says whose
-- they are.
-- $1: plan
-- $2: persons, as a list of JSON's
with theirs as (
	select number, kind from homeroom.action
	where plan = $1::bigint and $2::jsonb ? person),
others as (
	delete from homeroom.action a using theirs t
	where a.plan = $1::bigint and a.number = t.number
		and t.kind <> 'adopt')
update homeroom.action a set kind = 'ask', stage = 99, state = 'asking',
	reason = 'another person could have this account as well'
from theirs t
where a.plan = $1::bigint and a.number = t.number and t.kind = 'adopt'
