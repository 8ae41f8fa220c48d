-- check_enrollments_that_end_too_soon: enrollments that end before they
-- begin.
-- $1: district
select sourced_id, school_id, begin_date || ' to ' || end_date
from roster.enrollments
where district = $1::integer and status = 'active' and end_date < begin_date
