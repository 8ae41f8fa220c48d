-- reading_keep: how far a source was read.
-- $1: source
-- $2: key of its settings
-- $3: since when to ask from now on
-- $4: readings since the last full one
-- $5: the version that is live
insert into homeroom.source_reading
values ($1::integer, $2, $3::timestamptz, $4::integer, $5::bigint)
on conflict (source) do update
set key = excluded.key, since = excluded.since, deltas = excluded.deltas,
	version = excluded.version
