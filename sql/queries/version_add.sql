-- version_add: makes a version: the last statement before its commit. Its time
-- lies a little after that, so that whoever read before it and asks later for
-- what changed after that reading misses nothing; and after the version
-- before.
-- $1: district
-- $2: version
-- $3: import, or 0
-- $4: how many rows each entity has more than before, JSON
-- $5: the clock, in milliseconds since 1970
-- $6: note, or null
insert into homeroom.version (district, version, published, import, rows, note)
select $1::integer, $2::bigint,
	greatest(to_timestamp(($5::bigint + 2000) / 1000.0),
		(select max(published) + interval '1 millisecond'
		from homeroom.version where district = $1::integer)),
	nullif($3::bigint, 0),
	coalesce((
		select jsonb_object_agg(entity, count)
		from (
			select key as entity, sum(value::bigint) as count
			from (
				select * from jsonb_each_text($4::jsonb)
				union all
				select each.* from homeroom.version,
					jsonb_each_text(rows) as each
				where district = $1::integer
				and version = $2::bigint - 1
			) as counts
			group by key
		) as sums
	), '{}'),
	$6::text
