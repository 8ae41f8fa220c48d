-- notification_wake: a job for each notification that has something to tell
-- and none: an event may be written down just when a job ends.
-- $1: now
insert into homeroom.job (district, kind, subject, wanted)
select n.district, 'notify', n.name,
	homeroom.after_quiet(n.settings, $1::timestamptz)
from homeroom.notification n
where exists (select from homeroom.notice o
		where o.notification = n.id and o.message is null)
	or exists (select from homeroom.message m
		where m.notification = n.id and m.sent is null
			and m.given_up is null)
on conflict (district, kind, subject) where outcome is null do nothing
