-- plan_done: nothing of a plan is left to do. What was planned before for the
-- same directory is older than what it holds.
-- $1: plan
-- $2: now
with done as (
	update homeroom.plan p set state = 'done', ended = $2::timestamptz
	where p.id = $1::bigint and p.state = 'applying'
	and not exists (select from homeroom.action a where a.plan = p.id
		and a.state in ('waiting', 'taken'))
	returning p.directory, p.id),
bumped as (
	update homeroom.directory d set reading = reading + 1
	from done
	where d.id = done.directory and exists (
		select from homeroom.action a
		where a.plan = done.id and a.state = 'done'))
select count(*) filter (where state = 'done'),
	count(*) filter (where state in ('failed', 'blocked')),
	exists (select from done)
from homeroom.action where plan = $1::bigint
