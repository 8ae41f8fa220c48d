-- reconcile_note: how much was found, for the trend.
-- $1: directory
-- $2: now
-- $3: plan
-- $4: counts, as JSON
insert into homeroom.reconciliation (directory, at, version, reading, counts)
select p.directory, $2::timestamptz, p.version, p.reading, $4::jsonb
from homeroom.plan p where p.id = $3::bigint and p.directory = $1::integer
