-- grant_counts: how many records of each kind a grant sees, and how many of
-- them came and went in a version.
-- $1: grant
-- $2: version
select entity,
	count(*) filter (where not gone),
	count(*) filter (where not gone and since = $2::bigint),
	count(*) filter (where gone and since = $2::bigint)
from homeroom.visible
where grant_id = $1::bigint and until is null
group by entity order by entity
