-- plan_counts: how many accounts a plan changes in each way, in all and of each
-- school, and how many there are; where rules don't speak, with those that are
-- nobody's.
-- $1: plan
with changes as (
	select kind, school, count(*) as n from homeroom.action
	where plan = $1::bigint and kind <> 'ask'
	group by grouping sets ((kind), (kind, school))
	having grouping(school) = 1 or school is not null),
schools as (
	select coalesce(u.primary_org_id, u.org_ids[1]) as school,
		count(*) as n
	from homeroom.plan p
	join homeroom.account a on a.directory = p.directory
		and (a.person is not null or p.purpose <> 'sync')
		and a.gone is null
	left join roster.users u on u.district = p.district
		and u.sourced_id = a.person
	where p.id = $1::bigint
		and exists (select from changes)
	group by 1)
select c.kind, c.school, c.n,
	case when c.school is null then
		(select coalesce(sum(n), 0) from schools)
	else coalesce((select s.n from schools s where s.school = c.school), 0)
	end::bigint
from changes c
order by c.kind, c.school nulls first
