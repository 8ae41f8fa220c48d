-- notification_drop: drops a notification, and what it had still to tell.
-- $1: district
-- $2: name
delete from homeroom.notification where district = $1::integer and name = $2
