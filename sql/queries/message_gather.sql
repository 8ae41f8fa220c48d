-- message_gather: one message of all that a notification has not told of yet.
-- $1: notification
-- $2: now
with made as (
	insert into homeroom.message (notification, made)
	select $1::integer, $2::timestamptz
	where exists (select from homeroom.notice
		where notification = $1::integer and message is null)
	returning id
)
update homeroom.notice set message = made.id
from made
where notification = $1::integer and message is null
