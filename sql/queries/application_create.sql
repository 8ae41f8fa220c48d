-- application_create: an application with its secret and its grant; no row
-- when the name is taken.
-- $1: district
-- $2: name
-- $3: client id
-- $4: hash of the secret, in hexadecimal
-- $5: whether the grant is over everything
-- $6: the scopes it allows, with spaces between
-- $7: who creates it
with made as (
	insert into homeroom.application (district, name, client_id)
	values ($1::integer, $2::text, $3::text)
	on conflict (district, name) do nothing
	returning id, district, name
), secret as (
	insert into homeroom.secret (application, hash)
	select id, decode($4::text, 'hex') from made
), permission as (
	insert into homeroom."grant"
		(application, district, full_access, scopes)
	select id, district, $5::boolean, string_to_array($6::text, ' ')
	from made
), note as (
	insert into homeroom.setting_change (district, who, kind, name, after)
	select district, $7::text, 'application', name, jsonb_build_object(
		'enabled', true, 'full', $5::boolean,
		'scopes', to_jsonb(string_to_array($6::text, ' ')))
	from made
)
select id from made
