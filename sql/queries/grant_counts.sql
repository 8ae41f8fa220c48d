-- grant_counts: how many records of each kind a grant sees, and how many of
-- them came and went in a version; not those that it shows otherwise.
-- $1: grant
-- $2: version
select entity,
	count(*) filter (where not gone),
	count(*) filter (where not gone and since = $2::bigint and not known),
	count(*) filter (where gone and since = $2::bigint)
from (
	select now.entity, now.gone, now.since, exists (
		select from homeroom.visible as before
		where before.grant_id = now.grant_id
			and before.entity = now.entity
			and before.sourced_id = now.sourced_id
			and before.until = $2::bigint and not before.gone
			and now.since = $2::bigint) as known
	from homeroom.visible as now
	where now.grant_id = $1::bigint and now.until is null) as seen
group by entity order by entity
