-- check_grades_against_age: students more than three years older or younger
-- than others in their grade.
-- $1: district
-- $2: the day
select sourced_id, school, 'grade ' || grade
from (
	select u.sourced_id, coalesce(u.primary_org_id, u.org_ids[1]) as school, u.grades[1] as grade,
		extract(year from age($2::date, d.birth_date)) as age,
		case when u.grades[1] ~ '^(0?[1-9]|1[0-2])$'
			then u.grades[1]::integer + 5
			when u.grades[1] = 'KG' then 5
			when u.grades[1] in ('PK', 'TK') then 4 end as usual
	from roster.users u
	join roster.demographics d
		on d.district = u.district and d.sourced_id = u.sourced_id
		and d.status = 'active'
	where u.district = $1::integer and u.status = 'active'
	and u.role = 'student' and cardinality(u.grades) = 1
	and d.birth_date <= $2::date
) as aged
where abs(age - usual) > 3
