-- reading_find: since when a source is to be asked for what changed, in
-- milliseconds since 1970, and how many readings the last full one is ago. None
-- when the roster was rolled back since, or took in other bundles of it.
-- $1: district
-- $2: the source's name
-- $3: key of its settings
select floor(extract(epoch from r.since) * 1000)::bigint, r.deltas
from homeroom.source s
join homeroom.source_reading r on r.source = s.id and r.key = $3
where s.district = $1::integer and s.name = $2
	and not exists (
		select from homeroom.version v
		left join homeroom.import i on i.id = v.import
		where v.district = s.district and v.version > r.version
		and (i.source = s.id or v.note like 'rollback%'))
