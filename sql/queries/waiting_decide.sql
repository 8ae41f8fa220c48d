-- waiting_decide: what a person decided of an import that waits; no row when it
-- does not wait any more.
-- $1: import
-- $2: approved or dropped
-- $3: who
-- $4: the import that takes it in, or null
with decided as (
	update homeroom.import set outcome = $2::text
	where id = $1::bigint and outcome = 'waiting'
	returning id
)
update homeroom.waiting set decided = now(), who = $3::text, became = $4::bigint
from decided where import = decided.id
