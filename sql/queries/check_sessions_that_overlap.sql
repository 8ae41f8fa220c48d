-- check_sessions_that_overlap: sessions of one kind that share days: parts of
-- the same session, or school years of different years.
-- $1: district
select b.sourced_id, null, b.start_date || ' to ' || b.end_date || ', and '
	|| a.sourced_id || ', ' || a.start_date || ' to ' || a.end_date
from roster.academic_sessions a
join roster.academic_sessions b
	on b.district = a.district and b.type = a.type and b.status = 'active'
	and (b.start_date, b.sourced_id) > (a.start_date, a.sourced_id)
	and b.start_date < a.end_date
where a.district = $1::integer and a.status = 'active'
and case when a.type = 'schoolYear' then a.school_year <> b.school_year
	else a.parent_id = b.parent_id end
