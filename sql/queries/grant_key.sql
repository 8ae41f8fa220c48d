-- grant_key: gives a grant the key of its pseudonyms, unless it has one.
-- $1: grant
-- $2: the key, sealed
update homeroom."grant" set pseudonym_key = $2::bytea
where id = $1::bigint and pseudonym_key is null
