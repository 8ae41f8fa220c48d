-- schedule_set: writes a schedule. When it was due last stays, unless it is
-- said.
-- $1: district
-- $2: kind
-- $3: subject
-- $4: as crontab has it
-- $5: time zone
-- $6: whether it is paused
-- $7: when it is next, in milliseconds of that zone's clocks; null: never
-- $8: when it was due last, likewise
insert into homeroom.schedule as s
	(district, kind, subject, cron, zone, paused, next, due)
values ($1::integer, $2, $3, $4, $5, $6::boolean,
	(timestamp 'epoch' + $7::bigint * interval '1 ms') at time zone $5,
	(timestamp 'epoch' + $8::bigint * interval '1 ms') at time zone $5)
on conflict (district, kind, subject) do update set
	cron = excluded.cron, zone = excluded.zone, paused = excluded.paused,
	next = excluded.next, due = coalesce(excluded.due, s.due)
returning (extract(epoch from due) * 1000)::bigint
