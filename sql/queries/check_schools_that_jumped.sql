-- check_schools_that_jumped: schools with a fifth more or less students,
-- teachers, classes or enrollments than at the last check of an earlier
-- version.
-- $1: district
with known as (
	select s.key as school, c.key as what, c.value::bigint as count
	from homeroom.check_run r
	cross join jsonb_each(r.schools) as s
	cross join jsonb_each_text(s.value) as c
	where r.district = $1::integer and r.version = (
		select max(version) from homeroom.check_run
		where district = $1::integer and version < (
			select max(version) from homeroom.version
			where district = $1::integer))
), counted as (
	select school, what, count from homeroom.school_counts
	where district = $1::integer
), changed as (
	select school, what, coalesce(known.count, 0) as before,
		coalesce(counted.count, 0) as after
	from known full join counted using (school, what)
)
select school, school,
	string_agg(what || ' ' || before || ' to ' || after, ', ' order by what)
from changed
where exists (select from known) and abs(after - before) >= 10
and abs(after - before) * 5 >= greatest(before, 1)
group by school
