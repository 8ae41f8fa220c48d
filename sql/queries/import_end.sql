-- import_end: how an import ended.
-- $1: import
-- $2: outcome: committed, unchanged, refused
-- $3: the version that is live now
-- $4: the bundle's digest, in hexadecimal
-- $5: report, JSON
update homeroom.import set outcome = $2::text, finished = now(),
	version = nullif($3::bigint, 0), digest = decode($4::text, 'hex'),
	report = $5::jsonb
where id = $1::bigint
