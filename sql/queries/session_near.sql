-- session_near: whether a session of a kind starts or ends near a day.
-- $1: district
-- $2: the kind
-- $3: start or end
-- $4: the day
-- $5: days before the session's
-- $6: days after it
select from roster.academic_sessions
where district = $1::integer and status = 'active' and type = $2::text
and $4::text::date between
	case $3::text when 'start' then start_date else end_date end - $5::integer
	and case $3::text when 'start' then start_date else end_date end + $6::integer
limit 1
