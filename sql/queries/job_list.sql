-- job_list: jobs, the open ones first, then those that ended last.
-- $1: district
-- $2: kind, or null for all
-- $3: at most
-- $4: subject, or null for all
select id, kind, subject,
	case when outcome is not null then outcome
		when lease >= now() then 'running' else 'waiting' end,
	attempts, missed,
	(extract(epoch from wanted) * 1000)::bigint,
	(extract(epoch from started) * 1000)::bigint,
	(extract(epoch from finished) * 1000)::bigint,
	round(extract(epoch from finished - started), 1),
	asked, case when outcome = 'done' then detail else reason end, counts
from homeroom.job
where district = $1::integer and kind = coalesce($2::text, kind)
	and subject = coalesce($4::text, subject)
order by outcome is not null, coalesce(finished, wanted) desc, id desc
limit $3::integer
