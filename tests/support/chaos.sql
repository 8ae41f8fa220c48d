-- Random districts and grants for tests of what grants see: every call changes
-- the roster a little and makes a version of it, the way an import does.
-- As in an import, nothing that is active refers to what is not.

create table staging.seen (version bigint, grant_id bigint, entity smallint,
	sourced_id text collate "C");

create function staging.one(max int) returns int language sql volatile as
$$ select 1 + floor(random() * max)::int $$;

create function staging.some(prefix text, max int) returns text[]
language sql volatile as $$
	select array_agg(distinct prefix || staging.one(max))
	from generate_series(1, staging.one(2)) $$;

create function staging.id(prefix text, max int) returns text
language sql volatile as $$ select prefix || staging.one(max) $$;

create function staging.maybe(anything anyelement, chance float default 0.5)
returns anyelement language sql volatile as
$$ select case when random() < chance then anything end $$;

-- One record, new or otherwise than it was, or to be deleted.
create function staging.touch(kind int, size int) returns void
language plpgsql as $$
declare
	st text := case when random() < 0.2 then 'tobedeleted' else 'active' end;
	n int := staging.one(size);
begin
	case kind
	when 1 then
		insert into roster.orgs (district, sourced_id, status, type, parent_id, source, since)
		values (1, 'o' || n, st, (array['school','district'])[staging.one(2)],
			case when n > 1 then 'o' || staging.one(n - 1) end, 1, 0)
		on conflict (district, sourced_id) do update
		set status = excluded.status, parent_id = excluded.parent_id;
	when 2 then
		insert into roster.academic_sessions (district, sourced_id, status, type, parent_id,
			start_date, end_date, source, since)
		values (1, 's' || n, st, (array['term','gradingPeriod'])[staging.one(2)],
			case when n > 1 and random() < 0.7 then 's' || staging.one(n - 1) end,
			current_date + staging.one(60) - 60, current_date + staging.one(60) - 20, 1, 0)
		on conflict (district, sourced_id) do update
		set status = excluded.status, start_date = excluded.start_date,
			parent_id = excluded.parent_id;
	when 3 then
		insert into roster.courses (district, sourced_id, status, org_id, subjects, school_year_id, source, since)
		values (1, 'c' || n, st, staging.id('o', size), staging.some('sub', 3),
			staging.maybe(staging.id('s', size)), 1, 0)
		on conflict (district, sourced_id) do update
		set status = excluded.status, subjects = excluded.subjects, org_id = excluded.org_id;
	when 4 then
		insert into roster.classes (district, sourced_id, status, course_id, school_id, term_ids, grades, source, since)
		values (1, 'k' || n, st, staging.id('c', size), staging.id('o', size),
			staging.some('s', size), staging.maybe(staging.some('g', 3)), 1, 0)
		on conflict (district, sourced_id) do update
		set status = excluded.status, course_id = excluded.course_id,
			school_id = excluded.school_id, term_ids = excluded.term_ids;
	when 5 then
		insert into roster.users (district, sourced_id, status, grades, agent_ids, primary_org_id, source, since)
		values (1, 'u' || n, st, staging.some('g', 3), staging.maybe(staging.some('u', size), 0.3),
			staging.id('o', size), 1, 0)
		on conflict (district, sourced_id) do update
		set status = excluded.status, grades = excluded.grades, agent_ids = excluded.agent_ids;
	when 7 then
		insert into roster.roles (district, sourced_id, status, user_id, org_id, role, role_type, source, since)
		values (1, 'r' || n, st, staging.id('u', size), staging.id('o', size),
			(array['student','teacher','guardian'])[staging.one(3)], 'primary', 1, 0)
		on conflict (district, sourced_id) do update
		set status = excluded.status, org_id = excluded.org_id, role = excluded.role;
	when 8 then
		insert into roster.enrollments (district, sourced_id, status, user_id, class_id, school_id, role, source, since)
		values (1, 'e' || n, st, staging.id('u', size), staging.id('k', size), staging.id('o', size),
			(array['student','teacher'])[staging.one(2)], 1, 0)
		on conflict (district, sourced_id) do update
		set status = excluded.status, user_id = excluded.user_id,
			class_id = excluded.class_id, role = excluded.role;
	when 9 then
		insert into roster.demographics (district, sourced_id, status, source, since)
		values (1, 'u' || n, st, 1, 0)
		on conflict (district, sourced_id) do update set status = excluded.status;
	when 10 then
		insert into roster.resources (district, sourced_id, status, source, since)
		values (1, 'm' || n, st, 1, 0)
		on conflict (district, sourced_id) do update set status = excluded.status;
	when 11 then
		insert into roster.class_resources (district, sourced_id, status, class_id, resource_id, source, since)
		values (1, 'cr' || n, st, staging.id('k', size), staging.id('m', size), 1, 0)
		on conflict (district, sourced_id) do update
		set status = excluded.status, resource_id = excluded.resource_id;
	when 14 then
		insert into roster.categories (district, sourced_id, status, source, since)
		values (1, 'y' || n, st, 1, 0)
		on conflict (district, sourced_id) do update set status = excluded.status;
	when 16 then
		insert into roster.line_items (district, sourced_id, status, class_id, category_id, school_id,
			grading_period_id, source, since)
		values (1, 'l' || n, st, staging.id('k', size), staging.id('y', size),
			staging.maybe(staging.id('o', size)), staging.maybe(staging.id('s', size)), 1, 0)
		on conflict (district, sourced_id) do update
		set status = excluded.status, class_id = excluded.class_id, category_id = excluded.category_id;
	when 19 then
		insert into roster.results (district, sourced_id, status, line_item_id, student_id, source, since)
		values (1, 'x' || n, st, staging.id('l', size), staging.id('u', size), 1, 0)
		on conflict (district, sourced_id) do update
		set status = excluded.status, line_item_id = excluded.line_item_id;
	else null;
	end case;
end $$;

create function staging.there(kind text, id text) returns boolean
language plpgsql stable as $$
declare found boolean;
begin
	execute format('select exists (select from roster.%I where district = 1 '
		'and sourced_id = $1 and status = ''active'')', kind)
	into found using id;
	return found;
end $$;

-- What can't be without another goes with it; what can lets go of it.
create function staging.mend() returns void language plpgsql as $$
begin
	update roster.orgs t set parent_id = null where not staging.there('orgs', parent_id);
	update roster.academic_sessions set parent_id = null where not staging.there('academic_sessions', parent_id);
	update roster.courses set status = 'tobedeleted' where status = 'active' and not staging.there('orgs', org_id);
	update roster.courses set school_year_id = null where not staging.there('academic_sessions', school_year_id);
	update roster.classes set term_ids = array(select x from unnest(term_ids) x where staging.there('academic_sessions', x));
	update roster.classes set status = 'tobedeleted' where status = 'active'
		and not (staging.there('courses', course_id) and staging.there('orgs', school_id) and cardinality(term_ids) > 0);
	update roster.users set primary_org_id = null where not staging.there('orgs', primary_org_id);
	update roster.users set agent_ids = array(select x from unnest(agent_ids) x where staging.there('users', x))
		where agent_ids is not null;
	update roster.roles set status = 'tobedeleted' where status = 'active'
		and not (staging.there('users', user_id) and staging.there('orgs', org_id));
	update roster.enrollments set status = 'tobedeleted' where status = 'active'
		and not (staging.there('users', user_id) and staging.there('classes', class_id) and staging.there('orgs', school_id));
	update roster.demographics set status = 'tobedeleted' where status = 'active' and not staging.there('users', sourced_id);
	update roster.class_resources set status = 'tobedeleted' where status = 'active'
		and not (staging.there('classes', class_id) and staging.there('resources', resource_id));
	update roster.line_items set school_id = null where not staging.there('orgs', school_id);
	update roster.line_items set grading_period_id = null where not staging.there('academic_sessions', grading_period_id);
	update roster.line_items set status = 'tobedeleted' where status = 'active'
		and not (staging.there('classes', class_id) and staging.there('categories', category_id));
	update roster.results set status = 'tobedeleted' where status = 'active'
		and not (staging.there('line_items', line_item_id) and staging.there('users', student_id));
	update roster.users u set (roles, role, org_ids) = (select
		array_agg(array[role_type, role, org_id, null, null, null] order by sourced_id),
		(array_agg(homeroom.role_11(r.role) order by homeroom.role_rank(r.role), sourced_id))[1],
		array_agg(distinct org_id)
		from roster.roles r where r.user_id = u.sourced_id and r.status = 'active');
end $$;

create function staging.columns(kind text) returns text language sql as $$
	select string_agg(quote_ident(column_name), ', ') from information_schema.columns
	where table_schema = 'history' and table_name = kind and column_name not in ('since', 'until') and is_generated = 'NEVER' $$;

-- What differs becomes history.
create function staging.settle(made bigint) returns void language plpgsql as $$
declare
	kind text;
	all_columns text;
begin
	for kind in select table_name from information_schema.tables where table_schema = 'history' loop
		all_columns := staging.columns(kind);
		execute format('insert into history.%1$I (%2$s, since, until) select %2$s, since, %3$s '
			'from before_%1$s b where exists (select from roster.%1$I t where t.sourced_id = b.sourced_id '
			'and row(%4$s) is distinct from row(%5$s))', kind, all_columns, made,
			't.' || replace(all_columns, ', ', ', t.'), 'b.' || replace(all_columns, ', ', ', b.'));
		execute format('update roster.%1$I t set since = %2$s where since = 0 or exists ('
			'select from history.%1$I h where h.sourced_id = t.sourced_id and h.until = %2$s)', kind, made);
	end loop;
end $$;

create function staging.evolve(changes int, size int) returns void
language plpgsql as $$
declare
	kind text;
	made bigint := (select coalesce(max(version), 0) + 1 from homeroom.version where district = 1);
	kinds int[] := array[1,2,3,4,4,5,5,5,7,7,8,8,8,8,9,10,11,11,14,16,16,19,19];
begin
	for kind in select table_name from information_schema.tables where table_schema = 'history' loop
		execute format('drop table if exists before_%1$s', kind);
		execute format('create temp table before_%1$s as select * from roster.%1$I', kind);
	end loop;
	for i in 1 .. changes loop
		perform staging.touch(kinds[staging.one(cardinality(kinds))], size);
	end loop;
	perform staging.mend();
	perform staging.mend();
	perform staging.settle(made);
end $$;

create function staging.restrict_grant(which bigint, size int) returns void
language sql as $$
	update homeroom."grant" set defined = true,
		schools = staging.maybe(staging.some('o', size)),
		sessions = staging.maybe(staging.some('s', size), 0.3),
		sessions_before = x.days, sessions_after = x.days,
		courses = staging.maybe(staging.some('c', size), 0.2),
		subjects = staging.maybe(staging.some('sub', 3), 0.3),
		classes = staging.maybe(staging.some('k', size), 0.1),
		grades = staging.maybe(staging.some('g', 3), 0.4),
		roles = staging.maybe(array[(array['student','teacher'])[staging.one(2)]], 0.3),
		unenrolled = random() < 0.4, agents = random() < 0.5,
		demographics = random() < 0.5, resources = random() < 0.5,
		gradebook = random() < 0.5
	from (select case when random() < 0.3 then staging.one(10) end as days) x
	where id = which $$;

-- What must never be: the name of each rule that does not hold.
create function staging.broken() returns table (what text, which bigint, id text)
language sql stable as $$
	with recursive sees as (
		select grant_id, entity, sourced_id from homeroom.visible
		where until is null and not gone
	), below as (
		select g.id, o.sourced_id from homeroom."grant" g join roster.orgs o
			on o.sourced_id = any (g.schools) and o.status = 'active'
		union select b.id, o.sourced_id from below b join roster.orgs o
			on o.parent_id = b.sourced_id and o.status = 'active'
	), enrollments as (
		select g.*, e.sourced_id, e.status, e.user_id, e.class_id, e.school_id, e.role
		from sees s join roster.enrollments e using (sourced_id)
		join homeroom."grant" g on g.id = s.grant_id where s.entity = 8
	), classes as (
		select g.*, k.sourced_id, k.status, k.course_id, k.school_id, k.term_ids,
			k.grades as class_grades, c.subjects as course_subjects
		from sees s join roster.classes k using (sourced_id)
		join roster.courses c on c.sourced_id = k.course_id
		join homeroom."grant" g on g.id = s.grant_id where s.entity = 4
	), users as (
		select g.*, u.sourced_id, u.status, u.grades as user_grades
		from sees s join roster.users u using (sourced_id)
		join homeroom."grant" g on g.id = s.grant_id where s.entity = 5
	)
	select 'enrollment without user', id, sourced_id from enrollments
	where (id, 5::smallint, user_id) not in (select * from sees)
	union all select 'enrollment without class', id, sourced_id from enrollments
	where (id, 4::smallint, class_id) not in (select * from sees)
	union all select 'enrollment without school', id, sourced_id from enrollments
	where (id, 1::smallint, school_id) not in (select * from sees)
	union all select 'enrollment of another role', id, sourced_id from enrollments
	where role <> all (roles)
	union all select 'enrollment of another grade', e.id, e.sourced_id from enrollments e
	join roster.users u on u.sourced_id = e.user_id
	where e.role = 'student' and not u.grades && e.grades
	union all select 'not active', id, sourced_id from enrollments where status <> 'active'
	union all select 'class without course', id, sourced_id from classes
	where (id, 3::smallint, course_id) not in (select * from sees)
	union all select 'class without school', id, sourced_id from classes
	where (id, 1::smallint, school_id) not in (select * from sees)
	union all select 'class without a term', id, sourced_id from classes
	where not exists (select from sees s where s.grant_id = id and s.entity = 2 and s.sourced_id = any (term_ids))
	union all select 'class of another school', id, sourced_id from classes
	where schools is not null and (id, school_id) not in (select * from below)
	union all select 'class of another course', id, sourced_id from classes where course_id <> all (courses)
	union all select 'class of another subject', id, sourced_id from classes where not course_subjects && subjects
	union all select 'class of another grade', id, sourced_id from classes
	where cardinality(class_grades) > 0 and not class_grades && grades
	union all select 'another class', id, sourced_id from classes where sourced_id <> all (classes)
	union all select 'not active', id, sourced_id from classes where status <> 'active'
	union all select 'course without org', s.grant_id, s.sourced_id from sees s
	join roster.courses c using (sourced_id)
	where s.entity = 3 and (s.grant_id, 1::smallint, c.org_id) not in (select * from sees)
	union all select 'course without class', s.grant_id, s.sourced_id from sees s
	where s.entity = 3 and not exists (select from classes k where k.id = s.grant_id and k.course_id = s.sourced_id)
	union all select 'org without parent', s.grant_id, s.sourced_id from sees s
	join roster.orgs o using (sourced_id) where s.entity = 1 and o.parent_id is not null
	and (s.grant_id, 1::smallint, o.parent_id) not in (select * from sees)
	union all select 'session without parent', s.grant_id, s.sourced_id from sees s
	join roster.academic_sessions o using (sourced_id) where s.entity = 2 and o.parent_id is not null
	and (s.grant_id, 2::smallint, o.parent_id) not in (select * from sees)
	union all select 'user in nothing that is shared', id, sourced_id from users u
	where not exists (select from enrollments e where e.id = u.id and e.user_id = u.sourced_id)
	and not (unenrolled and not exists (select from roster.enrollments e
		where e.user_id = u.sourced_id and e.status = 'active'))
	and not (agents and exists (select from users s join roster.users x using (sourced_id)
		where s.id = u.id and u.sourced_id = any (x.agent_ids)))
	union all select 'user not active', id, sourced_id from users where status <> 'active'
	union all select 'role of nobody', s.grant_id, s.sourced_id from sees s
	join roster.roles r using (sourced_id) where s.entity = 7
	and ((s.grant_id, 5::smallint, r.user_id) not in (select * from sees)
		or (s.grant_id, 1::smallint, r.org_id) not in (select * from sees))
	union all select 'demographics', s.grant_id, s.sourced_id from sees s
	join homeroom."grant" g on g.id = s.grant_id where s.entity = 9
	and (not g.demographics or (s.grant_id, 5::smallint, s.sourced_id) not in (select * from sees))
	union all select 'line item', s.grant_id, s.sourced_id from sees s
	join roster.line_items l using (sourced_id) join homeroom."grant" g on g.id = s.grant_id
	where s.entity = 16 and (not g.gradebook or (s.grant_id, 4::smallint, l.class_id) not in (select * from sees)
		or (s.grant_id, 14::smallint, l.category_id) not in (select * from sees)
		or (s.grant_id, 1::smallint, coalesce(l.school_id, g.id::text)) not in (select * from sees) and l.school_id is not null
		or (s.grant_id, 2::smallint, l.grading_period_id) not in (select * from sees) and l.grading_period_id is not null)
	union all select 'result', s.grant_id, s.sourced_id from sees s
	join roster.results l using (sourced_id) where s.entity = 19
	and ((s.grant_id, 16::smallint, l.line_item_id) not in (select * from sees)
		or (s.grant_id, 5::smallint, l.student_id) not in (select * from sees))
	union all select 'class resource', s.grant_id, s.sourced_id from sees s
	join roster.class_resources l using (sourced_id) join homeroom."grant" g on g.id = s.grant_id
	where s.entity = 11 and (not g.resources or (s.grant_id, 4::smallint, l.class_id) not in (select * from sees)
		or (s.grant_id, 10::smallint, l.resource_id) not in (select * from sees))
$$;

-- What each grant saw at each version, by a second hand.
create function staging.remember(made bigint) returns void language sql as $$
	insert into staging.seen select made, grant_id, entity, sourced_id
	from homeroom.visible where until is null and not gone $$;

create function staging.forgotten() returns bigint language sql stable as $$
	select count(*) from (
		(select * from staging.seen except select n.version, v.grant_id, v.entity, v.sourced_id
			from (select distinct version from staging.seen) n join homeroom.visible v on not v.gone
			and v.since <= n.version and (v.until is null or v.until > n.version))
		union all
		(select n.version, v.grant_id, v.entity, v.sourced_id
			from (select distinct version from staging.seen) n join homeroom.visible v on not v.gone
			and v.since <= n.version and (v.until is null or v.until > n.version)
		except select * from staging.seen)) x $$;

-- Whoever knew a record and does not see it any more has been told so.
create function staging.untold() returns bigint language sql stable as $$
	select count(*) from (select grant_id, entity, sourced_id from staging.seen
		except select grant_id, entity, sourced_id from homeroom.visible where until is null) x $$;

-- What a version changed lies where those who see it are told.
create function staging.misplaced(made bigint) returns bigint language plpgsql as $$
declare
	t record;
	here bigint;
	everywhere bigint := 0;
begin
	for t in
		select tablename as name, substring(qual from 'v\.entity = (\d+)') as entity
		from pg_policies where schemaname = 'roster' and policyname = 'restricted_grant'
	loop
		execute format('select count(*) from homeroom.visible v join roster.%I t on t.sourced_id = v.sourced_id '
			'where v.entity = %s and t.since = %s and v.until is null and not v.gone '
			'and v.place is distinct from t.ctid', t.name, t.entity, made) into here;
		everywhere := everywhere + here;
	end loop;
	return everywhere;
end $$;
