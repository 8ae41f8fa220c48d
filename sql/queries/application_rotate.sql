-- application_rotate: a new secret beside the present one, which ends at a
-- time; or in place of all others, with the end of every token.
-- $1: application
-- $2: hash of the new secret, in hexadecimal
-- $3: when it is made
-- $4: when the present one ends; null: at once
-- $5: who does it
with changed as (
	update homeroom.application
	set epoch = epoch + case when $4::timestamptz is null then 1 else 0 end
	where id = $1::bigint
	returning id, district, name, epoch
), gone as (
	delete from homeroom.secret
	where application = $1::bigint
		and ($4::timestamptz is null or expires <= $3::timestamptz)
), kept as (
	update homeroom.secret set expires = $4::timestamptz
	where application = $1::bigint
		and $4::timestamptz is not null and expires is null
), secret as (
	insert into homeroom.secret (application, hash, created)
	select id, decode($2::text, 'hex'), $3::timestamptz from changed
)
insert into homeroom.setting_change (district, who, kind, name, after)
select district, $5::text, 'application', name, jsonb_strip_nulls(
	jsonb_build_object('epoch', epoch, 'secret', 'rotated',
		'oldSecretUntil', $4::timestamptz))
from changed
