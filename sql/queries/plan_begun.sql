-- plan_begun: the plan of a directory that is to be ended first: one that was
-- begun, or one that is approved and of what is known now. Of one that was
-- begun and is older than the roster or the settings, what nobody has begun is
-- dropped.
-- $1: directory
-- $2: fingerprint of settings
with plans as (
	select p.*, p.settings = $2 and p.version = coalesce((
		select max(v.version) from homeroom.version v
		where v.district = p.district), 0) as current
	from homeroom.plan p
	where p.directory = $1::integer and p.state in ('applying', 'approved')),
dropped as (
	update homeroom.action a set state = 'dropped'
	from plans p
	where a.plan = p.id and p.state = 'applying' and not p.current
		and p.purpose = 'sync'
		and a.state = 'waiting' and not a.sent)
select p.id
from plans p join homeroom.directory d on d.id = p.directory
where p.state = 'applying'
	or p.purpose <> 'sync'
	or (p.current and p.reading = d.reading)
order by p.state <> 'applying', p.id
limit 1
