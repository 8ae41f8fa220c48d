-- A district small enough to be known by heart: version 1 of the roster.
begin;
insert into roster.orgs (district, source, since, status, sourced_id, name,
	type, identifier, parent_id) values
	(1, 1, 1, 'active', 'd',  'The District', 'district', 'D-1', null),
	(1, 1, 1, 'active', 's1', 'Ada School',   'school',   'S-1', 'd'),
	(1, 1, 1, 'active', 's2', 'Bell School',  'school',   'S-2', 'd');
insert into roster.academic_sessions (district, source, since, status,
	sourced_id, title, start_date, end_date, type, parent_id, school_year)
	values
	(1, 1, 1, 'active', 'y',  'Year',   '2025-08-01', '2026-07-01', 'schoolYear',    null, '2026'),
	(1, 1, 1, 'active', 't1', 'Autumn', '2025-08-01', '2026-01-01', 'term',          'y',  '2026'),
	(1, 1, 1, 'active', 't2', 'Spring', '2026-01-01', '2026-07-01', 'term',          'y',  '2026'),
	(1, 1, 1, 'active', 'g1', 'P1',     '2025-08-01', '2025-11-01', 'gradingPeriod', 't1', '2026');
insert into roster.courses (district, source, since, status, sourced_id, title,
	course_code, org_id, grades) values
	(1, 1, 1, 'active', 'k1', 'Arithmetic',   'AR', 's1', '{05,06}'),
	(1, 1, 1, 'active', 'k2', 'Botany',       'BO', 'd',  '{06}'),
	(1, 1, 1, 'active', 'k3', 'Chinese',      'CH', 'd',  null);
insert into roster.classes (district, source, since, status, sourced_id, title,
	class_type, course_id, school_id, term_ids, grades, subjects, periods)
	values
	(1, 1, 1, 'active', 'c1', 'Arithmetic AND more', 'scheduled', 'k1', 's1', '{t1,t2}', '{05}',    '{Maths,Logic}', '{1,2}'),
	(1, 1, 1, 'active', 'c2', 'Botany',              'scheduled', 'k2', 's1', '{t2}',    '{05,06}', '{Science}',     null),
	(1, 1, 1, 'active', 'c3', 'Homeroom',            'homeroom',  'k2', 's2', '{t1}',    null,      null,            null);
insert into roster.users (district, source, since, status, sourced_id,
	username, user_ids, enabled_user, given_name, family_name, middle_name,
	identifier, email, agent_ids, grades, primary_org_id, role, org_ids,
	roles, metadata) values
	(1, 1, 1, 'active', 'u1', 'ann',  '{{sis,100},{fed,x}}', true,  'Ann',  'O''Brien', null, '100', 'Ann@Example.org', '{u6}',  '{05}',    's1', 'student',       '{s1}',    '{{primary,student,s1,NULL,2025-08-01,NULL}}', '{"bus": "7"}'),
	(1, 1, 1, 'active', 'u2', 'bob',  '{{sis,200}}',         true,  'Bob',  'Öz',       'M',  '200', 'bob@example.org', null,    '{05,06}', 's1', 'student',       '{s1}',    '{{primary,student,s1,NULL,NULL,NULL}}', '{"bus": "12", "it''s": "so"}'),
	(1, 1, 1, 'active', 'u3', 'cyd',  null,                  false, 'Cyd',  'Adams',    null, null,  null,              '{u6}',  null,      's2', 'student',       '{s2}',    '{{primary,student,s2,NULL,NULL,NULL}}', null),
	(1, 1, 1, 'active', 'u4', 'dee',  null,                  true,  'Dee',  'Adams',    'M',  '400', 'dee@example.org', null,    null,      's1', 'teacher',       '{s1,s2}', '{{primary,teacher,s1,NULL,NULL,NULL},{secondary,student,s2,NULL,NULL,NULL}}', null),
	(1, 1, 1, 'tobedeleted', 'u5', 'eve', null,              true,  'Eve',  'Zu',       null, '500', 'eve@example.org', null,    null,      's2', 'administrator', '{s2}',    '{{primary,principal,s2,NULL,NULL,NULL}}', null),
	(1, 1, 1, 'active', 'u6', 'fay',  null,                  true,  'Fay',  'O''Brien', null, null,  'fay@example.org', '{u1,u3}', null,    null, 'aide',          '{d}',     '{{primary,ext:nurse,d,NULL,NULL,NULL}}', null);
insert into roster.roles (district, source, since, status, sourced_id, user_id,
	role_type, role, org_id) values
	(1, 1, 1, 'active', 'r1', 'u1', 'primary',   'student',   's1'),
	(1, 1, 1, 'active', 'r2', 'u2', 'primary',   'student',   's1'),
	(1, 1, 1, 'active', 'r3', 'u3', 'primary',   'student',   's2'),
	(1, 1, 1, 'active', 'r4', 'u4', 'primary',   'teacher',   's1'),
	(1, 1, 1, 'active', 'r5', 'u4', 'secondary', 'student',   's2'),
	(1, 1, 1, 'active', 'r6', 'u5', 'primary',   'principal', 's2'),
	(1, 1, 1, 'active', 'r7', 'u6', 'primary',   'ext:nurse', 'd');
insert into roster.enrollments (district, source, since, status, sourced_id,
	user_id, class_id, school_id, role, is_primary, begin_date, end_date)
	values
	(1, 1, 1, 'active', 'e1', 'u1', 'c1', 's1', 'student', null,  '2025-08-01', '2026-01-01'),
	(1, 1, 1, 'active', 'e2', 'u2', 'c1', 's1', 'student', false, '2025-09-15', null),
	(1, 1, 1, 'active', 'e3', 'u4', 'c1', 's1', 'teacher', true,  null,         null),
	(1, 1, 1, 'active', 'e4', 'u2', 'c2', 's1', 'student', null,  null,         null),
	(1, 1, 1, 'active', 'e5', 'u3', 'c3', 's2', 'student', null,  null,         null),
	(1, 1, 1, 'active', 'e6', 'u6', 'c3', 's2', 'ext:aide', null, null,         null),
	(1, 1, 1, 'tobedeleted', 'e7', 'u1', 'c3', 's2', 'student', null, null,     null);
insert into roster.demographics (district, source, since, status, sourced_id,
	birth_date, sex) values
	(1, 1, 1, 'active', 'u1', '2014-02-28', 'female'),
	(1, 1, 1, 'active', 'u2', '2015-03-01', 'other');
insert into roster.resources (district, source, since, status, sourced_id,
	title, vendor_resource_id, roles, importance) values
	(1, 1, 1, 'active', 'x1', 'Primer', 'p', '{student,teacher}', 'primary'),
	(1, 1, 1, 'active', 'x2', 'Atlas',  'a', '{teacher}', 'secondary');
insert into roster.class_resources (district, source, since, status,
	sourced_id, class_id, resource_id) values
	(1, 1, 1, 'active', 'cx1', 'c1', 'x1');
insert into roster.course_resources (district, source, since, status,
	sourced_id, course_id, resource_id) values
	(1, 1, 1, 'active', 'kx1', 'k1', 'x2');
insert into roster.user_resources (district, source, since, status, sourced_id,
	user_id, resource_id) values
	(1, 1, 1, 'active', 'ux1', 'u1', 'x1'),
	(1, 1, 1, 'active', 'ux2', 'u1', 'x2');
insert into roster.categories (district, source, since, status, sourced_id,
	title, weight) values
	(1, 1, 1, 'active', 'q1', 'Tests', 60),
	(1, 1, 1, 'active', 'q2', 'Homework', 40.5),
	(1, 1, 1, 'active', 'q3', 'Unused', null);
insert into roster.score_scales (district, source, since, status, sourced_id,
	title, type, org_id, class_id) values
	(1, 1, 1, 'active', 'z1', 'Points', 'p', 's1', 'c1');
insert into roster.line_items (district, source, since, status, sourced_id,
	title, assign_date, due_date, class_id, category_id, school_id, objectives) values
	(1, 1, 1, 'active', 'l1', 'Quiz',  '2025-09-01 08:00Z', '2025-09-02 00:00Z', 'c1', 'q1', 's1', '{{case,o1},{ext:My-State,o2}}'),
	(1, 1, 1, 'active', 'l2', 'Essay', '2025-10-01 08:00Z', '2025-10-02 12:30Z', 'c2', 'q2', 's1', null);
insert into roster.results (district, source, since, status, sourced_id,
	line_item_id, student_id, score, score_date, comment) values
	(1, 1, 1, 'active', 'n1', 'l1', 'u1', 12.5, '2025-09-03', 'fine'),
	(1, 1, 1, 'active', 'n2', 'l1', 'u2', 9,    '2025-09-04', null),
	(1, 1, 1, 'active', 'n3', 'l2', 'u2', null, null,         null);
insert into homeroom.version (district, version, published) values
	(1, 1, '2025-08-01 06:00:00.250Z');
commit;
