-- message_retry: takes up what was given up of a notification.
-- $1: district
-- $2: its name
update homeroom.message m set given_up = null, attempts = 0
from homeroom.notification n
where n.id = m.notification and n.district = $1::integer and n.name = $2
	and m.given_up is not null
