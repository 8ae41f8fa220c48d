-- grant_changed: a grant became what it is with this version: its readers may
-- not go back behind it.
-- $1: grant
-- $2: version
-- $3: whether it shares everything from now on
update homeroom."grant"
set changed = $2::bigint,
	widened = case when $3::boolean then $2::bigint else widened end
where id = $1::bigint
