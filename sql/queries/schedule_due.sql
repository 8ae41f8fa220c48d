-- schedule_due: one schedule whose time has come, and what time it is there, in
-- milliseconds.
-- $1: now
select district, kind, subject, cron, zone,
	(extract(epoch from $1::timestamptz at time zone zone) * 1000)::bigint
from homeroom.schedule
where not paused and next <= $1::timestamptz
order by next
limit 1
for update skip locked
