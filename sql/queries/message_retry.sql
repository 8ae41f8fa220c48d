-- message_retry: takes up what was given up of a notification; where nobody was
-- found to be told, somebody is looked for again.
-- $1: district
-- $2: its name
with given_up as (
	select m.id, m.recipient
	from homeroom.message m
	join homeroom.notification n on n.id = m.notification
	where n.district = $1::integer and n.name = $2
		and m.given_up is not null),
again as (
	update homeroom.message m set given_up = null, attempts = 0
	from given_up g
	where m.id = g.id and g.recipient is distinct from ''),
looked_for as (
	update homeroom.notice o set message = null
	from given_up g
	where o.message = g.id and g.recipient = ''),
dropped as (
	delete from homeroom.message m using given_up g
	where m.id = g.id and g.recipient = '')
select count(*) from given_up
