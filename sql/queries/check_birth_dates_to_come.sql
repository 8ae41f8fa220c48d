-- check_birth_dates_to_come: people who are not born yet.
-- $1: district
-- $2: the day
select d.sourced_id, coalesce(u.primary_org_id, u.org_ids[1]), null
from roster.demographics d
left join roster.users u
	on u.district = d.district and u.sourced_id = d.sourced_id
where d.district = $1::integer and d.status = 'active'
and d.birth_date > $2::date
