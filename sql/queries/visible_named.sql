-- visible_named: the record that a grant's readers know by a pseudonym.
-- $1: grant
-- $2: entity, by number
-- $3: pseudonym
select sourced_id from homeroom.visible
where grant_id = $1::bigint and entity = $2::smallint
	and pseudonym = $3::text and until is null
