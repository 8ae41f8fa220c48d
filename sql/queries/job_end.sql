-- job_end: what became of a job, while it is this worker's.
-- $1: job
-- $2: the worker
-- $3: outcome; null: it waits for its next attempt
-- $4: reason
-- $5: detail
-- $6: now, or when that attempt is
-- $7: attempts that it has had
-- $8: what it did, JSON, or null
update homeroom.job set
	attempts = $7::integer, outcome = $3, reason = $4, detail = $5,
	worker = null, lease = null, counts = $8::jsonb,
	wanted = case when $3::text is null then $6::timestamptz else wanted end,
	finished = case when $3::text is not null then $6::timestamptz end
where id = $1::bigint and worker = $2 and outcome is null
