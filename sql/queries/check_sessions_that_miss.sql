-- check_sessions_that_miss: sessions before which, within the one that they
-- are part of, more than four weeks belong to none of their kind; or after
-- the last one.
-- $1: district
select sourced_id, null, 'none from ' || from_date || ' to ' || to_date
	|| ' in ' || parent_id
from (
	select s.sourced_id, s.parent_id, s.start_date as to_date,
		coalesce(max(s.end_date) over (partition by s.parent_id, s.type
			order by s.start_date, s.sourced_id
			rows between unbounded preceding and 1 preceding),
			p.start_date) as from_date
	from roster.academic_sessions s
	join roster.academic_sessions p
		on p.district = s.district and p.sourced_id = s.parent_id
	where s.district = $1::integer and s.status = 'active'
	and p.status = 'active'
	union all
	select max(s.sourced_id), s.parent_id, p.end_date, max(s.end_date)
	from roster.academic_sessions s
	join roster.academic_sessions p
		on p.district = s.district and p.sourced_id = s.parent_id
	where s.district = $1::integer and s.status = 'active'
	and p.status = 'active'
	group by s.parent_id, s.type, p.end_date
) as gaps
where to_date - from_date > 28
