-- grant_strangers: what a grant names that no present record has: a slip of
-- the pen, or something that is yet to come.
-- $1: district
-- $2: grant
with g as (
	select schools, sessions, courses, classes, subjects, grades
	from homeroom."grant" where id = $2::bigint
), named (what, sort, name) as (
	select 'schools', 1, unnest(schools) from g
	union all select 'sessions.named', 2, unnest(sessions) from g
	union all select 'courses', 3, unnest(courses) from g
	union all select 'subjects', 4, unnest(subjects) from g
	union all select 'classes', 5, unnest(classes) from g
	union all select 'grades', 6, unnest(grades) from g
), known (sort, name) as (
	select 1, sourced_id from roster.orgs
	where district = $1::integer and status = 'active'
	union all select 2, sourced_id from roster.academic_sessions
	where district = $1::integer and status = 'active'
	union all select 3, sourced_id from roster.courses
	where district = $1::integer and status = 'active'
	union all select 4, unnest(subjects || subject_codes)
	from roster.courses
	where district = $1::integer and status = 'active'
	union all select 4, unnest(subjects || subject_codes)
	from roster.classes
	where district = $1::integer and status = 'active'
	union all select 5, sourced_id from roster.classes
	where district = $1::integer and status = 'active'
	union all select 6, unnest(grades) from roster.users
	where district = $1::integer and status = 'active'
		and exists (select from g where grades is not null)
	union all select 6, unnest(grades) from roster.classes
	where district = $1::integer and status = 'active'
)
select what, name from named
where (sort, name) not in (
	select sort, name from known where name is not null)
order by sort, name
