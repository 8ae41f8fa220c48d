-- notification_purge: forgets messages that were sent before, and events that
-- nobody is to be told of any more.
-- $1: before
with old as (
	delete from homeroom.message
	where coalesce(sent, given_up) < $1::timestamptz
	returning id
)
delete from homeroom.event e
where e.at < $1::timestamptz and not exists (
	select from homeroom.notice n where n.event = e.id
		and (n.message is null or n.message not in (select id from old)))
