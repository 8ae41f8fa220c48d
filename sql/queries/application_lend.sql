-- application_lend: notes who was lent a token of an application's.
-- $1: application
-- $2: who
-- $3: until when
insert into homeroom.setting_change (district, who, kind, name, before, after)
select district, $2, 'application', name, null,
	jsonb_build_object('lent', 'a token', 'until', $3::timestamptz)
from homeroom.application where id = $1::bigint
