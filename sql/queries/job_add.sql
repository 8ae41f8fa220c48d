-- job_add: a job, or the one of this kind and subject that is open already,
-- which then is not wanted later than this one.
-- $1: district
-- $2: kind
-- $3: subject
-- $4: not to begin before
-- $5: who asks for it, or null
-- $6: when it was due by its schedule, or null
-- $7: how many times of the schedule went by before
insert into homeroom.job (district, kind, subject, wanted, asked, due, missed)
values ($1::integer, $2, $3, $4::timestamptz, $5, $6::timestamptz, $7::integer)
on conflict (district, kind, subject) where outcome is null
do update set wanted = least(job.wanted, excluded.wanted),
	asked = coalesce(excluded.asked, job.asked),
	due = coalesce(job.due, excluded.due),
	missed = job.missed + excluded.missed
returning id
