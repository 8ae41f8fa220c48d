-- notification_purge: forgets messages that were sent before, and what they
-- told of.
-- $1: before
with old as (
	delete from homeroom.message
	where coalesce(sent, given_up) < $1::timestamptz
	returning id
), told as (
	delete from homeroom.notice using old where message = old.id
	returning event
)
delete from homeroom.event e using told
where e.id = told.event and not exists (
	select from homeroom.notice n where n.event = e.id
		and (n.message is null or n.message not in (select id from old)))
