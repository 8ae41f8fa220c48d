-- plan_end: what a plan does, in numbers, and a digest of it; how much of it is
-- to be done, and how much asks.
-- $1: plan
with counted as (
	select kind, count(*) as n from homeroom.action
	where plan = $1::bigint group by kind),
digested as (
	select md5(coalesce(string_agg(md5(concat_ws(' ', kind, subject,
		target, before::text, after::text)), '' order by kind, subject,
		target), '')) as digest
	from homeroom.action where plan = $1::bigint),
written as (
	update homeroom.plan set
		counts = coalesce((
			select jsonb_object_agg(kind, n) from counted), '{}'),
		digest = (select digest from digested)
	where id = $1::bigint)
select coalesce(sum(n) filter (where kind <> 'ask'), 0),
	coalesce(sum(n) filter (where kind = 'ask'), 0)
from counted
