-- schedule_list: schedules, and how they stand.
-- $1: district
-- $2: kind, or null for all
-- $3: the clock, in milliseconds since 1970
select s.kind, s.subject, s.cron, s.zone,
	case when s.paused then 'paused'
		when s.next is null then 'never'
		when s.next < to_timestamp($3::bigint / 1000.0)
			- interval '2 minutes' then 'overdue'
		else 'on' end,
	(extract(epoch from s.next) * 1000)::bigint,
	(extract(epoch from s.due) * 1000)::bigint,
	(select coalesce(outcome, case when lease >= now() then 'running'
		else 'waiting' end)
	from homeroom.job j
	where j.district = s.district and j.kind = s.kind
	and j.subject = s.subject
	order by id desc limit 1)
from homeroom.schedule s
where s.district = $1::integer and s.kind = coalesce($2::text, s.kind)
order by s.kind, s.subject
