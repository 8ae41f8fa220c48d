-- check_disabled_students_in_classes: students who may not use systems, and
-- are in a class now.
-- $1: district
-- $2: the day
select u.sourced_id, coalesce(u.primary_org_id, u.org_ids[1]), null
from roster.users u
where u.district = $1::integer and u.status = 'active' and u.role = 'student'
and u.enabled_user is false
and exists (
	select from roster.enrollments e
	where e.district = u.district and e.user_id = u.sourced_id
	and e.status = 'active' and e.role = 'student'
	and (e.end_date is null or e.end_date > $2::date))
