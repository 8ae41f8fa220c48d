-- job_take: the longest due job that nobody has, for this worker.
-- $1: the worker
-- $2: seconds for which it has it
-- $3: now
update homeroom.job set
	worker = $1, lease = now() + $2::integer * interval '1 second',
	attempts = attempts + 1, started = coalesce(started, $3::timestamptz)
where id = (
	select id from homeroom.job
	where outcome is null and wanted <= $3::timestamptz
	and (lease is null or lease < now())
	order by wanted, id
	limit 1
	for update skip locked)
returning id, district, kind, subject, attempts
