-- notification_wake: a job for each notification that has something to tell
-- and none: an event may be written down just when a job ends.
-- $1: now
select homeroom.wake_notifications($1::timestamptz, null, null)
