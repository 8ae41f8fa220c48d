-- plan_of: whose a plan is, and what became of it.
-- $1: district
-- $2: plan
select d.name, p.state, (
	select count(*) from homeroom.action a
	where a.plan = p.id and a.state = 'done')
from homeroom.plan p join homeroom.directory d on d.id = p.directory
where p.district = $1::integer and p.id = $2::bigint
