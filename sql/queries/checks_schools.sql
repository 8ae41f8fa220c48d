-- checks_schools: how many of what each school has, JSON.
-- $1: district
select coalesce(jsonb_object_agg(school, counts), '{}')
from (
	select school, jsonb_object_agg(what, count) as counts
	from homeroom.school_counts
	where district = $1::integer and school is not null
	group by school
) as schools
