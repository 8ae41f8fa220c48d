-- grant_changed: a grant became what it is with this version: its readers may
-- not go back behind it.
-- $1: grant
-- $2: version
update homeroom."grant" set changed = $2::bigint where id = $1::bigint
