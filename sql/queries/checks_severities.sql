-- checks_severities: how grave checks are, where the district's settings say so.
-- $1: district
select s.code, s.severity
from homeroom.district d
cross join lateral jsonb_each_text(d.settings -> 'checks') as s (code, severity)
where d.id = $1::integer
