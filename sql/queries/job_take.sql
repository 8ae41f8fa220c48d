-- job_take: the longest due job that nobody has, for this worker. One whose
-- workers died each time is not taken for ever.
-- $1: the worker
-- $2: seconds for which it has it
-- $3: now
-- $4: attempts that a job has
with deadly as (
	update homeroom.job set outcome = 'failed', worker = null,
		finished = $3::timestamptz,
		reason = coalesce(reason || '; ', '') || 'its worker died'
	where outcome is null and lease < now() and attempts >= $4::integer
)
update homeroom.job set
	worker = $1, lease = now() + $2::integer * interval '1 second',
	attempts = attempts + 1, started = $3::timestamptz
where id = (
	select id from homeroom.job
	where outcome is null and wanted <= $3::timestamptz
	and (lease is null or lease < now()) and attempts < $4::integer
	order by wanted, id
	limit 1
	for update skip locked)
returning id, district, kind, subject, attempts, asked,
	(extract(epoch from due) * 1000)::bigint
