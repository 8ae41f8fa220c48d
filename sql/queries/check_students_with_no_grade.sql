-- check_students_with_no_grade: students without a grade.
-- $1: district
select u.sourced_id, coalesce(u.primary_org_id, u.org_ids[1]), null
from roster.users u
where u.district = $1::integer and u.status = 'active' and u.role = 'student'
and coalesce(cardinality(u.grades), 0) = 0
