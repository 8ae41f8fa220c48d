-- check_students_who_teach: enrollments as a teacher of people who are
-- students and nothing else.
-- $1: district
select e.sourced_id, e.school_id, e.user_id || ' in ' || e.class_id
from roster.enrollments e
where e.district = $1::integer and e.status = 'active' and e.role = 'teacher'
and exists (
	select from roster.roles r
	where r.district = e.district and r.user_id = e.user_id
	and r.status = 'active' and r.role = 'student')
and not exists (
	select from roster.roles r
	where r.district = e.district and r.user_id = e.user_id
	and r.status = 'active' and r.role <> 'student')
