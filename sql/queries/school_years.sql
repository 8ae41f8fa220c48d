-- school_years: when school years begin and end, in their order; some may be
-- named twice, for instance by several schools.
-- $1: district
select start_date, max(end_date) from roster.academic_sessions
where district = $1::integer and status = 'active' and type = 'schoolYear'
	and start_date is not null and end_date is not null
group by start_date order by start_date
