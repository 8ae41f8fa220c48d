-- application_write: makes an application what its settings say; one that may
-- not come in any more loses its tokens for good.
-- $1: application
-- $2: settings, JSON
update homeroom.application set
	enabled = coalesce((s ->> 'enabled')::boolean, true),
	epoch = epoch + case when enabled and s ->> 'enabled' = 'false'
		then 1 else 0 end,
	push = s -> 'push',
	profile = s ->> 'profile'
from (select $2::jsonb as s) as settings
where id = $1::bigint
