-- message_open: the messages of a notification that are still to be sent; those
-- that failed stand behind.
-- $1: notification
select id, attempts, (extract(epoch from made) * 1000)::bigint, recipient
from homeroom.message
where notification = $1::integer and sent is null and given_up is null
order by attempts, id
