-- schedule_due: one schedule whose time has come, what time it is there, and
-- what time it was to be, in milliseconds of its zone's clocks.
-- $1: now
select district, kind, subject, cron, zone,
	(extract(epoch from $1::timestamptz at time zone zone) * 1000)::bigint,
	(extract(epoch from next at time zone zone) * 1000)::bigint
from homeroom.schedule
where not paused and next <= $1::timestamptz
order by next
limit 1
for update skip locked
