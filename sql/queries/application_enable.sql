-- application_enable: lets an application in, or keeps it out and ends its
-- tokens for good. Does nothing when that is how it was.
-- $1: application
-- $2: whether it may come in
-- $3: who does it
with changed as (
	update homeroom.application
	set enabled = $2::boolean,
		epoch = epoch + case when $2::boolean then 0 else 1 end
	where id = $1::bigint and enabled <> $2::boolean
	returning district, name
)
insert into homeroom.setting_change (district, who, kind, name, before, after)
select district, $3::text, 'application', name,
	jsonb_build_object('enabled', not $2::boolean),
	jsonb_build_object('enabled', $2::boolean)
from changed
