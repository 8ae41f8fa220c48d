-- job_add: a job, or the one of this kind and subject that is open already,
-- which then is not wanted later than this one.
-- $1: district
-- $2: kind
-- $3: subject
-- $4: not to begin before
insert into homeroom.job (district, kind, subject, wanted)
values ($1::integer, $2, $3, $4::timestamptz)
on conflict (district, kind, subject) where outcome is null
do update set wanted = least(job.wanted, excluded.wanted)
returning id
