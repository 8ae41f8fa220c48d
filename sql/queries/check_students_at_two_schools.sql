-- check_students_at_two_schools: students whose main role is at two schools.
-- $1: district
-- $2: the day
select r.user_id, min(r.org_id), string_agg(distinct r.org_id, ' ')
from roster.roles r
join roster.orgs o on o.district = r.district and o.sourced_id = r.org_id
	and o.status = 'active' and o.type = 'school'
where r.district = $1::integer and r.status = 'active' and r.role = 'student'
and r.role_type = 'primary' and (r.end_date is null or r.end_date > $2::date)
group by r.user_id
having count(distinct r.org_id) > 1
