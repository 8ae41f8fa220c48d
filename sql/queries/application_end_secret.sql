-- application_end_secret: ends the secret before the present one, and every
-- token. No row when there is none that works.
-- $1: application
-- $2: now
-- $3: who does it
with gone as (
	delete from homeroom.secret
	where application = $1::bigint and expires > $2::timestamptz
	returning application
), changed as (
	update homeroom.application set epoch = epoch + 1
	where id in (select application from gone)
	returning district, name, epoch
)
insert into homeroom.setting_change (district, who, kind, name, after)
select district, $3::text, 'application', name,
	jsonb_build_object('epoch', epoch, 'oldSecret', 'ended')
from changed
