-- reconcile_plan: what is proposed about some findings, as the actions of a
-- plan; how many.
-- $1: directory
-- $2: now
-- $3: how long a login may be
-- $4: characters that it may not have
-- $5: the plan
-- $6: the findings, with commas between
with proposed as (
	select distinct on (f.anchor, f.proposed, f.target) f.*
	from homeroom.findings($1::integer, $2::timestamptz, $3::integer,
		$4) f
	where f.proposed is not null
		and f.finding = any (string_to_array($6, ','))
	order by f.anchor, f.proposed, f.target, f.finding),
made as (
	insert into homeroom.action (plan, number, stage, kind, subject,
		person, anchor, name, target, reason)
	select $5::bigint, row_number() over (order by p.proposed, p.account),
		case p.proposed when 'disable' then 40 else 80 end,
		p.proposed, coalesce(p.person, p.anchor), p.person, p.anchor,
		p.account, p.target, p.finding || ': ' || p.detail
	from proposed p
	returning 1)
select count(*) from made
