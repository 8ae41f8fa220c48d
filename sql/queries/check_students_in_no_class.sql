-- check_students_in_no_class: students who are in no class now.
-- $1: district
-- $2: the day
select u.sourced_id, coalesce(u.primary_org_id, u.org_ids[1]), null
from roster.users u
where u.district = $1::integer and u.status = 'active' and u.role = 'student'
and (u.sourced_id in (
	select e.user_id from roster.enrollments e
	join homeroom.class_days c
		on c.district = e.district and c.sourced_id = e.class_id
	where e.district = $1::integer
	and e.status = 'active' and e.role = 'student'
	and (e.end_date is null or e.end_date > $2::date)
	and c.last_day >= $2::date)) is not true
