-- audit_ends: where the audit's chain ends, and where what was purged did.
select h.number, encode(h.hash, 'hex'), p.number, encode(p.hash, 'hex')
from homeroom.audit_head h, homeroom.audit_purged p
