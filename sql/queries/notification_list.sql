-- notification_list: what waits to be told, and messages, the newest first.
-- $1: district
-- $2: name of a notification, or null for all
-- $3: at most
select message, name, state, events, attempts,
	(extract(epoch from at) * 1000)::bigint, recipient, reason
from (
	select m.id as message, n.name,
		case when m.sent is not null then 'sent'
			when m.given_up is not null then 'failed'
			else 'waiting' end as state,
		(select count(*) from homeroom.notice o where o.message = m.id)
			as events,
		m.attempts, coalesce(m.sent, m.given_up, m.made) as at,
		m.recipient, m.reason
	from homeroom.message m
	join homeroom.notification n on n.id = m.notification
	where n.district = $1::integer and n.name = coalesce($2::text, n.name)
	union all
	select null, n.name, 'gathering', count(*), 0, min(e.at),
		null, null
	from homeroom.notice o
	join homeroom.notification n on n.id = o.notification
	join homeroom.event e on e.id = o.event
	where o.message is null and n.district = $1::integer
		and n.name = coalesce($2::text, n.name)
	group by n.name
) as all_of_them
order by message is not null, message desc, name
limit $3::integer
