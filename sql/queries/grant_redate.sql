-- grant_redate: dates anew what a grant sees of an entity whose fields it
-- shares otherwise than before, so that deltas tell of it.
-- $1: grant
-- $2: the version that is being made
-- $3: entity, by number
-- $4: the same, by name
-- $5: settings before, JSON; null: they withheld nothing
-- $6: settings now, JSON
with closed as (
	update homeroom.visible set until = $2::bigint
	where grant_id = $1::bigint and entity = $3::smallint
	and until is null and not gone and since < $2::bigint
	and $5::jsonb #> array['fields', $4::text]
		is distinct from $6::jsonb #> array['fields', $4::text]
	returning grant_id, entity, sourced_id
)
insert into homeroom.visible (grant_id, entity, sourced_id, since)
select grant_id, entity, sourced_id, $2::bigint from closed
