-- source_displaced: the source whose records make room for another's, unless
-- that is the same one, or says only what provisioning gave.
-- $1: district
-- $2: its name
-- $3: the other source's name
select id from homeroom.source
where district = $1::integer and name = $2::text and name <> $3::text
	and not exists (
		select from homeroom.source other
		where other.district = $1::integer and other.name = $3::text
			and other.kind = 'accounts')
