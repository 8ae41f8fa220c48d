-- import_end: how an import ended. A newer reading of a source supersedes one
-- that waits.
-- $1: import
-- $2: outcome: committed, unchanged, refused, waiting, frozen
-- $3: the version that is live now
-- $4: the bundle's digest, in hexadecimal
-- $5: report, JSON
with superseded as (
	update homeroom.import set outcome = 'superseded'
	where outcome = 'waiting' and id <> $1::bigint
	and $2::text in ('committed', 'unchanged', 'waiting')
	and (district, source) = (
		select district, source from homeroom.import where id = $1::bigint)
)
update homeroom.import set outcome = $2::text, finished = now(),
	version = nullif($3::bigint, 0), digest = decode($4::text, 'hex'),
	report = $5::jsonb
where id = $1::bigint
