-- grant_strangers: what a grant names that no present record has: a slip of
-- the pen, or something that is yet to come.
-- $1: district
-- $2: grant
with g as (
	select schools, sessions, courses, classes, subjects, grades
	from homeroom."grant" where id = $2::bigint
), strangers (sort, what, name) as (
	select 1, 'schools', n from g, unnest(g.schools) n
	where not exists (select from roster.orgs o
		where o.district = $1::integer and o.sourced_id = n
		and o.status = 'active')
	union all
	select 2, 'sessions.named', n from g, unnest(g.sessions) n
	where not exists (select from roster.academic_sessions s
		where s.district = $1::integer and s.sourced_id = n
		and s.status = 'active')
	union all
	select 3, 'courses', n from g, unnest(g.courses) n
	where not exists (select from roster.courses c
		where c.district = $1::integer and c.sourced_id = n
		and c.status = 'active')
	union all
	select 4, 'subjects', n from g, unnest(g.subjects) n
	where not exists (select from roster.courses c
		where c.district = $1::integer and c.status = 'active'
		and n = any (c.subjects || c.subject_codes))
	and not exists (select from roster.classes c
		where c.district = $1::integer and c.status = 'active'
		and n = any (c.subjects || c.subject_codes))
	union all
	select 5, 'classes', n from g, unnest(g.classes) n
	where not exists (select from roster.classes c
		where c.district = $1::integer and c.sourced_id = n
		and c.status = 'active')
	union all
	select 6, 'grades', n from g, unnest(g.grades) n
	where not exists (select from roster.users u
		where u.district = $1::integer and u.status = 'active'
		and n = any (u.grades))
	and not exists (select from roster.classes c
		where c.district = $1::integer and c.status = 'active'
		and n = any (c.grades))
)
select what, name from strangers
order by sort, name
