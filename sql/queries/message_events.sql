-- message_events: what a message tells of.
-- $1: message
-- $2: at most, or null for all
select e.kind, e.subject,
	homeroom.told_data(e.district, e.data, n.school)::text,
	(extract(epoch from e.at) * 1000)::bigint, count(*) over ()
from homeroom.notice n join homeroom.event e on e.id = n.event
where n.message = $1::bigint
order by e.id
limit $2::integer
