-- source_drop: drops a source that never gave anything.
-- $1: district
-- $2: name
delete from homeroom.source
where district = $1::integer and name = $2
	and not exists (select from homeroom.import i where i.source = source.id)
