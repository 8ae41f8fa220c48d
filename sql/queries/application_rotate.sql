-- application_rotate: one new secret in place of all others, and the end of
-- every token.
-- $1: application
-- $2: hash of the new secret, in hexadecimal
-- $3: who does it
with changed as (
	update homeroom.application set epoch = epoch + 1
	where id = $1::bigint
	returning id, district, name, epoch
), gone as (
	delete from homeroom.secret where application = $1::bigint
), secret as (
	insert into homeroom.secret (application, hash)
	select id, decode($2::text, 'hex') from changed
)
insert into homeroom.setting_change (district, who, kind, name, before, after)
select district, $3::text, 'application', name,
	jsonb_build_object('epoch', epoch - 1),
	jsonb_build_object('epoch', epoch, 'secret', 'rotated')
from changed
