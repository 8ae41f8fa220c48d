-- waiting_find: an import that waits: its source, what was listed, its bundle,
-- where that is, and how many bundles the source keeps.
-- $1: district
-- $2: import
select s.name, s.id, encode(w.changes, 'hex'), encode(i.digest, 'hex'), w.host,
	w.path, coalesce(s.settings -> 'archive' ->> 'keep', '7')
from homeroom.waiting w
join homeroom.import i on i.id = w.import
join homeroom.source s on s.id = i.source
where i.district = $1::integer and i.id = $2::bigint and i.outcome = 'waiting'
