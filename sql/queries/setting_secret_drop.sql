-- setting_secret_drop: forgets a secret that settings were given.
-- $1: district
-- $2: kind
-- $3: name
-- $4: path, or null for all
delete from homeroom.setting_secret
where district = $1::integer and kind = $2 and name = $3
	and path = coalesce($4::text, path)
