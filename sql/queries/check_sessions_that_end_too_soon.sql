-- check_sessions_that_end_too_soon: sessions that end before they begin.
-- $1: district
select sourced_id, null, start_date || ' to ' || end_date
from roster.academic_sessions
where district = $1::integer and status = 'active' and end_date <= start_date
