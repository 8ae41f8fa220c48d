-- audit_shipped: how many bytes of a spool are in the audit.
-- $1: its name
select homeroom.audit_shipped($1::text)
