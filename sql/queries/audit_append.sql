-- audit_append: adds to the audit's chain.
-- $1: the spool that they come from, or null
-- $2: from which of its bytes on
-- $3: up to which
-- $4: a JSON array of objects with the names of homeroom.audit's columns
select homeroom.audit_append($1::text, $2::bigint, $3::bigint, $4::jsonb)
