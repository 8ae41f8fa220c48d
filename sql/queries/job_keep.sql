-- job_keep: has a job for longer, while it is this worker's.
-- $1: job
-- $2: the worker
-- $3: seconds
update homeroom.job set lease = now() + $3::integer * interval '1 second'
where id = $1::bigint and worker = $2 and outcome is null
