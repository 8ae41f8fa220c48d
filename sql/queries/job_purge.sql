-- job_purge: drops jobs that ended before.
-- $1: before
delete from homeroom.job
where outcome is not null and finished < $1::timestamptz
