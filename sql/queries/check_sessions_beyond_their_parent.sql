-- check_sessions_beyond_their_parent: sessions that begin before, or end
-- after, the one they are part of.
-- $1: district
select s.sourced_id, null, s.start_date || ' to ' || s.end_date || ' in '
	|| p.sourced_id || ', ' || p.start_date || ' to ' || p.end_date
from roster.academic_sessions s
join roster.academic_sessions p
	on p.district = s.district and p.sourced_id = s.parent_id
where s.district = $1::integer and s.status = 'active' and p.status = 'active'
and (s.start_date < p.start_date or s.end_date > p.end_date)
