-- message_gather: a message for each recipient of all that a notification has
-- not told of yet.
-- $1: notification
-- $2: now
select homeroom.gather($1::integer, $2::timestamptz)
