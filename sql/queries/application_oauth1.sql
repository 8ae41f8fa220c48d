-- application_oauth1: a secret to sign requests with, in place of the one that
-- it has; or none; and the news of it.
-- $1: application
-- $2: the secret, sealed, in hexadecimal; or null
-- $3: who does it
with changed as (
	update homeroom.application set oauth1 = decode($2::text, 'hex')
	where id = $1::bigint
	returning id, district, name
), note as (
	insert into homeroom.setting_change (district, who, kind, name, after)
	select district, $3::text, 'application', name,
		jsonb_build_object('oauth1', $2::text is not null)
	from changed
)
select pg_notify('homeroom_keys', id::text) from changed
