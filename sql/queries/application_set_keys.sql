-- application_set_keys: its public keys from now on. Where one of them is no
-- more, every token ends.
-- $1: application
-- $2: a JWK set, or null for none
update homeroom.application
set jwks = $2::jsonb,
	epoch = epoch + case when exists (
		select from jsonb_array_elements(jwks -> 'keys') as key
		where not coalesce($2::jsonb -> 'keys', '[]')
			@> jsonb_build_array(key)
	) then 1 else 0 end
where id = $1::bigint and jwks is distinct from $2::jsonb
