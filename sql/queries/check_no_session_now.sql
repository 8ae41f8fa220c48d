-- check_no_session_now: the last session, when none is on today, none will
-- be, or none was in the last three months.
-- $1: district
-- $2: the day
-- $3: today
select sourced_id, null, 'ended ' || end_date
from roster.academic_sessions
where district = $1::integer and status = 'active'
and not exists (
	select from roster.academic_sessions s
	where s.district = $1::integer and s.status = 'active'
	and s.start_date <= $2::date and s.end_date > $3::date)
and not exists (
	select from roster.academic_sessions s
	join roster.academic_sessions n on n.district = s.district
		and n.status = 'active' and n.start_date > $3::date
	where s.district = $1::integer and s.status = 'active'
	and s.end_date > $3::date - 92)
order by end_date desc, sourced_id
limit 1
