-- waiting_list: the imports that wait for a person, the oldest first.
-- $1: district
select i.id, s.name, (extract(epoch from i.finished) * 1000)::bigint,
	i.report ->> 'reason'
from homeroom.import i
join homeroom.source s on s.id = i.source
where i.district = $1::integer and i.outcome = 'waiting'
order by i.id
