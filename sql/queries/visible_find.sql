-- visible_find: whether a grant's readers know a record: as one that is gone, by a
-- pseudonym.
-- No row: they don't.
-- $1: grant
-- $2: entity, by number
-- $3: sourcedId
select gone, pseudonym from homeroom.visible
where grant_id = $1::bigint and entity = $2::smallint
	and sourced_id = $3::text and until is null
