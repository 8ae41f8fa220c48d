-- grant_counts: how many records of each kind a grant sees, and how many of
-- them came and went in a version; not those that it shows otherwise.
-- $1: grant
-- $2: version
select entity,
	count(*) filter (where not gone),
	count(*) filter (where not gone and since = $2::bigint
		and (entity, sourced_id) not in (
			select before.entity, before.sourced_id
			from homeroom.visible as before
			where before.grant_id = $1::bigint
				and before.until = $2::bigint
				and not before.gone)),
	count(*) filter (where gone and since = $2::bigint)
from homeroom.visible
where grant_id = $1::bigint and until is null
group by entity order by entity
