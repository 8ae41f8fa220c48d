-- The roster's tables, as `homeroom describe --sql` prints them.
-- Made by `make gen`; changes reach databases as migrations.

-- A record as it stands (roster), and as it stood from version `since` until
-- before version `until` (history).

-- The one role that OneRoster 1.1 knows, for a role of 1.2.
CREATE FUNCTION homeroom.role_11(role text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE role
		WHEN 'aide' THEN 'aide'
		WHEN 'counselor' THEN 'aide'
		WHEN 'siteAdministrator' THEN 'administrator'
		WHEN 'districtAdministrator' THEN 'administrator'
		WHEN 'guardian' THEN 'guardian'
		WHEN 'parent' THEN 'parent'
		WHEN 'principal' THEN 'administrator'
		WHEN 'proctor' THEN 'proctor'
		WHEN 'relative' THEN 'relative'
		WHEN 'student' THEN 'student'
		WHEN 'systemAdministrator' THEN 'administrator'
		WHEN 'teacher' THEN 'teacher'
		ELSE 'aide' END
$$;

-- Which of several roles matters most to a roster: lowest first.
CREATE FUNCTION homeroom.role_rank(role text) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE homeroom.role_11(role)
		WHEN 'teacher' THEN 1 WHEN 'student' THEN 2
		WHEN 'administrator' THEN 3 WHEN 'aide' THEN 4
		WHEN 'proctor' THEN 5 WHEN 'guardian' THEN 6
		WHEN 'parent' THEN 7 ELSE 8 END
$$;

GRANT EXECUTE ON FUNCTION homeroom.role_11(text), homeroom.role_rank(text)
	TO homeroom_ingest, homeroom_publish_restricted;

-- orgs: Districts, schools, departments and the bodies above them.
CREATE TABLE roster.orgs (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	name text,
	type text COLLATE "C",
	identifier_key text COLLATE "C" GENERATED ALWAYS AS (lower(identifier)) STORED,
	identifier text,
	parent_id text COLLATE "C",
	child_ids text[] COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.orgs (district, since);
CREATE INDEX ON roster.orgs (district, parent_id, sourced_id);
CREATE INDEX ON roster.orgs (district, identifier_key, sourced_id);
ALTER TABLE roster.orgs ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.orgs TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.orgs TO homeroom_ingest;
CREATE POLICY ingest ON roster.orgs TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.orgs FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.orgs FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(1))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 1 AND v.sourced_id = orgs.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 1 AND v.sourced_id = orgs.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.orgs (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	name text,
	type text COLLATE "C",
	identifier_key text COLLATE "C" GENERATED ALWAYS AS (lower(identifier)) STORED,
	identifier text,
	parent_id text COLLATE "C",
	child_ids text[] COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.orgs (district, sourced_id, until);
CREATE INDEX ON history.orgs (district, until);
CREATE INDEX ON history.orgs (district, parent_id, sourced_id);
ALTER TABLE history.orgs ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.orgs TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.orgs TO homeroom_ingest;
CREATE POLICY ingest ON history.orgs TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.orgs FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.orgs FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 1 AND v.sourced_id = orgs.sourced_id AND v.since < orgs.until AND (v.until IS NULL OR v.until > orgs.since) AND NOT v.gone));

-- academicSessions: School years, semesters, terms and grading periods.
CREATE TABLE roster.academic_sessions (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	start_date date,
	end_date date,
	type text COLLATE "C",
	parent_id text COLLATE "C",
	child_ids text[] COLLATE "C",
	school_year text,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.academic_sessions (district, since);
CREATE INDEX ON roster.academic_sessions (district, parent_id, sourced_id);
ALTER TABLE roster.academic_sessions ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.academic_sessions TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.academic_sessions TO homeroom_ingest;
CREATE POLICY ingest ON roster.academic_sessions TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.academic_sessions FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.academic_sessions FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(2))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 2 AND v.sourced_id = academic_sessions.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 2 AND v.sourced_id = academic_sessions.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.academic_sessions (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	start_date date,
	end_date date,
	type text COLLATE "C",
	parent_id text COLLATE "C",
	child_ids text[] COLLATE "C",
	school_year text,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.academic_sessions (district, sourced_id, until);
CREATE INDEX ON history.academic_sessions (district, until);
CREATE INDEX ON history.academic_sessions (district, parent_id, sourced_id);
ALTER TABLE history.academic_sessions ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.academic_sessions TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.academic_sessions TO homeroom_ingest;
CREATE POLICY ingest ON history.academic_sessions TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.academic_sessions FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.academic_sessions FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 2 AND v.sourced_id = academic_sessions.sourced_id AND v.since < academic_sessions.until AND (v.until IS NULL OR v.until > academic_sessions.since) AND NOT v.gone));

-- courses: What is taught, whoever teaches it and whenever.
CREATE TABLE roster.courses (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	school_year_id text COLLATE "C",
	course_code text,
	grades text[],
	subjects text[],
	org_id text COLLATE "C",
	subject_codes text[],
	resource_ids text[] COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.courses (district, since);
CREATE INDEX ON roster.courses (district, org_id, sourced_id);
ALTER TABLE roster.courses ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.courses TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.courses TO homeroom_ingest;
CREATE POLICY ingest ON roster.courses TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.courses FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.courses FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(3))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 3 AND v.sourced_id = courses.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 3 AND v.sourced_id = courses.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.courses (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	school_year_id text COLLATE "C",
	course_code text,
	grades text[],
	subjects text[],
	org_id text COLLATE "C",
	subject_codes text[],
	resource_ids text[] COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.courses (district, sourced_id, until);
CREATE INDEX ON history.courses (district, until);
CREATE INDEX ON history.courses (district, org_id, sourced_id);
ALTER TABLE history.courses ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.courses TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.courses TO homeroom_ingest;
CREATE POLICY ingest ON history.courses TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.courses FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.courses FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 3 AND v.sourced_id = courses.sourced_id AND v.since < courses.until AND (v.until IS NULL OR v.until > courses.since) AND NOT v.gone));

-- classes: Sections of courses and homerooms.
CREATE TABLE roster.classes (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	class_code text,
	class_type text COLLATE "C",
	location text,
	grades text[],
	subjects text[],
	course_id text COLLATE "C",
	school_id text COLLATE "C",
	term_ids text[] COLLATE "C",
	subject_codes text[],
	periods text[],
	resource_ids text[] COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.classes (district, since);
CREATE INDEX ON roster.classes (district, course_id, sourced_id);
CREATE INDEX ON roster.classes (district, school_id, sourced_id);
CREATE INDEX ON roster.classes USING gin (term_ids) WHERE term_ids IS NOT NULL;
ALTER TABLE roster.classes ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.classes TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.classes TO homeroom_ingest;
CREATE POLICY ingest ON roster.classes TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.classes FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.classes FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(4))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 4 AND v.sourced_id = classes.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 4 AND v.sourced_id = classes.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.classes (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	class_code text,
	class_type text COLLATE "C",
	location text,
	grades text[],
	subjects text[],
	course_id text COLLATE "C",
	school_id text COLLATE "C",
	term_ids text[] COLLATE "C",
	subject_codes text[],
	periods text[],
	resource_ids text[] COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.classes (district, sourced_id, until);
CREATE INDEX ON history.classes (district, until);
CREATE INDEX ON history.classes (district, course_id, sourced_id);
CREATE INDEX ON history.classes (district, school_id, sourced_id);
ALTER TABLE history.classes ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.classes TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.classes TO homeroom_ingest;
CREATE POLICY ingest ON history.classes TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.classes FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.classes FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 4 AND v.sourced_id = classes.sourced_id AND v.since < classes.until AND (v.until IS NULL OR v.until > classes.since) AND NOT v.gone));

-- users: Students, staff, parents and guardians.
CREATE TABLE roster.users (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	user_master_identifier text,
	username_key text COLLATE "C" GENERATED ALWAYS AS (lower(username)) STORED,
	username text,
	user_ids text[],
	enabled_user boolean,
	given_name text,
	family_name text,
	middle_name text,
	preferred_first_name text,
	preferred_middle_name text,
	preferred_last_name text,
	pronouns text,
	role text COLLATE "C",
	org_ids text[] COLLATE "C",
	roles text[],
	user_profiles text[],
	primary_org_id text COLLATE "C",
	identifier_key text COLLATE "C" GENERATED ALWAYS AS (lower(identifier)) STORED,
	identifier text,
	email_key text COLLATE "C" GENERATED ALWAYS AS (lower(email)) STORED,
	email text,
	sms text,
	phone text,
	agent_ids text[] COLLATE "C",
	grades text[],
	resource_ids text[] COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.users (district, since);
CREATE INDEX ON roster.users (district, username_key, sourced_id);
CREATE INDEX ON roster.users (district, identifier_key, sourced_id);
CREATE INDEX ON roster.users (district, email_key, sourced_id);
CREATE INDEX ON roster.users USING gin (agent_ids) WHERE agent_ids IS NOT NULL;
ALTER TABLE roster.users ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.users TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.users TO homeroom_ingest;
CREATE POLICY ingest ON roster.users TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.users FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.users FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(5))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 5 AND v.sourced_id = users.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 5 AND v.sourced_id = users.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.users (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	user_master_identifier text,
	username_key text COLLATE "C" GENERATED ALWAYS AS (lower(username)) STORED,
	username text,
	user_ids text[],
	enabled_user boolean,
	given_name text,
	family_name text,
	middle_name text,
	preferred_first_name text,
	preferred_middle_name text,
	preferred_last_name text,
	pronouns text,
	role text COLLATE "C",
	org_ids text[] COLLATE "C",
	roles text[],
	user_profiles text[],
	primary_org_id text COLLATE "C",
	identifier_key text COLLATE "C" GENERATED ALWAYS AS (lower(identifier)) STORED,
	identifier text,
	email_key text COLLATE "C" GENERATED ALWAYS AS (lower(email)) STORED,
	email text,
	sms text,
	phone text,
	agent_ids text[] COLLATE "C",
	grades text[],
	resource_ids text[] COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.users (district, sourced_id, until);
CREATE INDEX ON history.users (district, until);
ALTER TABLE history.users ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.users TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.users TO homeroom_ingest;
CREATE POLICY ingest ON history.users TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.users FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.users FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 5 AND v.sourced_id = users.sourced_id AND v.since < users.until AND (v.until IS NULL OR v.until > users.since) AND NOT v.gone));

-- userProfiles: How a person uses an application.
CREATE TABLE roster.user_profiles (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	user_id text COLLATE "C",
	profile_type text,
	vendor_id text,
	application_id text,
	description text,
	credential_type text,
	username text,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.user_profiles (district, since);
CREATE INDEX ON roster.user_profiles (district, user_id, sourced_id);
ALTER TABLE roster.user_profiles ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.user_profiles TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.user_profiles TO homeroom_ingest;
CREATE POLICY ingest ON roster.user_profiles TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.user_profiles FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.user_profiles FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(6))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 6 AND v.sourced_id = user_profiles.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 6 AND v.sourced_id = user_profiles.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.user_profiles (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	user_id text COLLATE "C",
	profile_type text,
	vendor_id text,
	application_id text,
	description text,
	credential_type text,
	username text,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.user_profiles (district, sourced_id, until);
CREATE INDEX ON history.user_profiles (district, until);
CREATE INDEX ON history.user_profiles (district, user_id, sourced_id);
ALTER TABLE history.user_profiles ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.user_profiles TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.user_profiles TO homeroom_ingest;
CREATE POLICY ingest ON history.user_profiles TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.user_profiles FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.user_profiles FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 6 AND v.sourced_id = user_profiles.sourced_id AND v.since < user_profiles.until AND (v.until IS NULL OR v.until > user_profiles.since) AND NOT v.gone));

-- roles: What a person is, and in which organisation.
CREATE TABLE roster.roles (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	user_id text COLLATE "C",
	role_type text COLLATE "C",
	role text COLLATE "C",
	begin_date date,
	end_date date,
	org_id text COLLATE "C",
	user_profile_id text COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.roles (district, since);
CREATE INDEX ON roster.roles (district, user_id, sourced_id);
CREATE INDEX ON roster.roles (district, org_id, sourced_id);
ALTER TABLE roster.roles ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.roles TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.roles TO homeroom_ingest;
CREATE POLICY ingest ON roster.roles TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.roles FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.roles FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(7))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 7 AND v.sourced_id = roles.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 7 AND v.sourced_id = roles.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.roles (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	user_id text COLLATE "C",
	role_type text COLLATE "C",
	role text COLLATE "C",
	begin_date date,
	end_date date,
	org_id text COLLATE "C",
	user_profile_id text COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.roles (district, sourced_id, until);
CREATE INDEX ON history.roles (district, until);
CREATE INDEX ON history.roles (district, user_id, sourced_id);
CREATE INDEX ON history.roles (district, org_id, sourced_id);
ALTER TABLE history.roles ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.roles TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.roles TO homeroom_ingest;
CREATE POLICY ingest ON history.roles TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.roles FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.roles FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 7 AND v.sourced_id = roles.sourced_id AND v.since < roles.until AND (v.until IS NULL OR v.until > roles.since) AND NOT v.gone));

-- enrollments: Who is in which class, as student or as teacher.
CREATE TABLE roster.enrollments (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	user_id text COLLATE "C",
	class_id text COLLATE "C",
	school_id text COLLATE "C",
	role text COLLATE "C",
	is_primary boolean,
	begin_date date,
	end_date date,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.enrollments (district, since);
CREATE INDEX ON roster.enrollments (district, user_id, sourced_id);
CREATE INDEX ON roster.enrollments (district, class_id, sourced_id);
CREATE INDEX ON roster.enrollments (district, school_id, sourced_id);
ALTER TABLE roster.enrollments ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.enrollments TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.enrollments TO homeroom_ingest;
CREATE POLICY ingest ON roster.enrollments TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.enrollments FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.enrollments FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(8))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 8 AND v.sourced_id = enrollments.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 8 AND v.sourced_id = enrollments.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.enrollments (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	user_id text COLLATE "C",
	class_id text COLLATE "C",
	school_id text COLLATE "C",
	role text COLLATE "C",
	is_primary boolean,
	begin_date date,
	end_date date,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.enrollments (district, sourced_id, until);
CREATE INDEX ON history.enrollments (district, until);
CREATE INDEX ON history.enrollments (district, user_id, sourced_id);
CREATE INDEX ON history.enrollments (district, class_id, sourced_id);
CREATE INDEX ON history.enrollments (district, school_id, sourced_id);
ALTER TABLE history.enrollments ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.enrollments TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.enrollments TO homeroom_ingest;
CREATE POLICY ingest ON history.enrollments TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.enrollments FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.enrollments FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 8 AND v.sourced_id = enrollments.sourced_id AND v.since < enrollments.until AND (v.until IS NULL OR v.until > enrollments.since) AND NOT v.gone));

-- demographics: Birth dates, sex, ethnicity: read under a scope of their own.
CREATE TABLE roster.demographics (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	birth_date date,
	sex text COLLATE "C",
	american_indian_or_alaska_native boolean,
	asian boolean,
	black_or_african_american boolean,
	native_hawaiian_or_other_pacific_islander boolean,
	white boolean,
	demographic_race_two_or_more_races boolean,
	hispanic_or_latino_ethnicity boolean,
	country_of_birth_code text,
	state_of_birth_abbreviation text,
	city_of_birth text,
	public_school_residence_status text,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.demographics (district, since);
ALTER TABLE roster.demographics ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.demographics TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.demographics TO homeroom_ingest;
CREATE POLICY ingest ON roster.demographics TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.demographics FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.demographics FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(9))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 9 AND v.sourced_id = demographics.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 9 AND v.sourced_id = demographics.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.demographics (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	birth_date date,
	sex text COLLATE "C",
	american_indian_or_alaska_native boolean,
	asian boolean,
	black_or_african_american boolean,
	native_hawaiian_or_other_pacific_islander boolean,
	white boolean,
	demographic_race_two_or_more_races boolean,
	hispanic_or_latino_ethnicity boolean,
	country_of_birth_code text,
	state_of_birth_abbreviation text,
	city_of_birth text,
	public_school_residence_status text,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.demographics (district, sourced_id, until);
CREATE INDEX ON history.demographics (district, until);
ALTER TABLE history.demographics ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.demographics TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.demographics TO homeroom_ingest;
CREATE POLICY ingest ON history.demographics TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.demographics FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.demographics FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 9 AND v.sourced_id = demographics.sourced_id AND v.since < demographics.until AND (v.until IS NULL OR v.until > demographics.since) AND NOT v.gone));

-- resources: Learning material.
CREATE TABLE roster.resources (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	roles text[] COLLATE "C",
	importance text COLLATE "C",
	vendor_resource_id text,
	vendor_id text,
	application_id text,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.resources (district, since);
ALTER TABLE roster.resources ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.resources TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.resources TO homeroom_ingest;
CREATE POLICY ingest ON roster.resources TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.resources FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.resources FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(10))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 10 AND v.sourced_id = resources.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 10 AND v.sourced_id = resources.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.resources (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	roles text[] COLLATE "C",
	importance text COLLATE "C",
	vendor_resource_id text,
	vendor_id text,
	application_id text,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.resources (district, sourced_id, until);
CREATE INDEX ON history.resources (district, until);
ALTER TABLE history.resources ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.resources TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.resources TO homeroom_ingest;
CREATE POLICY ingest ON history.resources TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.resources FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.resources FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 10 AND v.sourced_id = resources.sourced_id AND v.since < resources.until AND (v.until IS NULL OR v.until > resources.since) AND NOT v.gone));

-- classResources: Which class uses which resource.
CREATE TABLE roster.class_resources (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	class_id text COLLATE "C",
	resource_id text COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.class_resources (district, since);
CREATE INDEX ON roster.class_resources (district, class_id, sourced_id);
CREATE INDEX ON roster.class_resources (district, resource_id, sourced_id);
ALTER TABLE roster.class_resources ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.class_resources TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.class_resources TO homeroom_ingest;
CREATE POLICY ingest ON roster.class_resources TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.class_resources FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.class_resources FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(11))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 11 AND v.sourced_id = class_resources.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 11 AND v.sourced_id = class_resources.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.class_resources (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	class_id text COLLATE "C",
	resource_id text COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.class_resources (district, sourced_id, until);
CREATE INDEX ON history.class_resources (district, until);
CREATE INDEX ON history.class_resources (district, class_id, sourced_id);
CREATE INDEX ON history.class_resources (district, resource_id, sourced_id);
ALTER TABLE history.class_resources ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.class_resources TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.class_resources TO homeroom_ingest;
CREATE POLICY ingest ON history.class_resources TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.class_resources FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.class_resources FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 11 AND v.sourced_id = class_resources.sourced_id AND v.since < class_resources.until AND (v.until IS NULL OR v.until > class_resources.since) AND NOT v.gone));

-- courseResources: Which course uses which resource.
CREATE TABLE roster.course_resources (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	course_id text COLLATE "C",
	resource_id text COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.course_resources (district, since);
CREATE INDEX ON roster.course_resources (district, course_id, sourced_id);
CREATE INDEX ON roster.course_resources (district, resource_id, sourced_id);
ALTER TABLE roster.course_resources ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.course_resources TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.course_resources TO homeroom_ingest;
CREATE POLICY ingest ON roster.course_resources TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.course_resources FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.course_resources FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(12))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 12 AND v.sourced_id = course_resources.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 12 AND v.sourced_id = course_resources.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.course_resources (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	course_id text COLLATE "C",
	resource_id text COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.course_resources (district, sourced_id, until);
CREATE INDEX ON history.course_resources (district, until);
CREATE INDEX ON history.course_resources (district, course_id, sourced_id);
CREATE INDEX ON history.course_resources (district, resource_id, sourced_id);
ALTER TABLE history.course_resources ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.course_resources TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.course_resources TO homeroom_ingest;
CREATE POLICY ingest ON history.course_resources TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.course_resources FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.course_resources FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 12 AND v.sourced_id = course_resources.sourced_id AND v.since < course_resources.until AND (v.until IS NULL OR v.until > course_resources.since) AND NOT v.gone));

-- userResources: Which person uses which resource.
CREATE TABLE roster.user_resources (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	user_id text COLLATE "C",
	org_id text COLLATE "C",
	class_id text COLLATE "C",
	resource_id text COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.user_resources (district, since);
CREATE INDEX ON roster.user_resources (district, user_id, sourced_id);
CREATE INDEX ON roster.user_resources (district, org_id, sourced_id);
CREATE INDEX ON roster.user_resources (district, class_id, sourced_id);
CREATE INDEX ON roster.user_resources (district, resource_id, sourced_id);
ALTER TABLE roster.user_resources ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.user_resources TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.user_resources TO homeroom_ingest;
CREATE POLICY ingest ON roster.user_resources TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.user_resources FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.user_resources FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(13))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 13 AND v.sourced_id = user_resources.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 13 AND v.sourced_id = user_resources.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.user_resources (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	user_id text COLLATE "C",
	org_id text COLLATE "C",
	class_id text COLLATE "C",
	resource_id text COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.user_resources (district, sourced_id, until);
CREATE INDEX ON history.user_resources (district, until);
CREATE INDEX ON history.user_resources (district, user_id, sourced_id);
CREATE INDEX ON history.user_resources (district, org_id, sourced_id);
CREATE INDEX ON history.user_resources (district, class_id, sourced_id);
CREATE INDEX ON history.user_resources (district, resource_id, sourced_id);
ALTER TABLE history.user_resources ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.user_resources TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.user_resources TO homeroom_ingest;
CREATE POLICY ingest ON history.user_resources TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.user_resources FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.user_resources FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 13 AND v.sourced_id = user_resources.sourced_id AND v.since < user_resources.until AND (v.until IS NULL OR v.until > user_resources.since) AND NOT v.gone));

-- categories: Kinds of work that are graded.
CREATE TABLE roster.categories (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	weight numeric,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.categories (district, since);
ALTER TABLE roster.categories ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.categories TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.categories TO homeroom_ingest;
CREATE POLICY ingest ON roster.categories TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.categories FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.categories FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(14))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 14 AND v.sourced_id = categories.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 14 AND v.sourced_id = categories.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.categories (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	weight numeric,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.categories (district, sourced_id, until);
CREATE INDEX ON history.categories (district, until);
ALTER TABLE history.categories ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.categories TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.categories TO homeroom_ingest;
CREATE POLICY ingest ON history.categories TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.categories FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.categories FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 14 AND v.sourced_id = categories.sourced_id AND v.since < categories.until AND (v.until IS NULL OR v.until > categories.since) AND NOT v.gone));

-- scoreScales: How scores are read.
CREATE TABLE roster.score_scales (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	type text,
	org_id text COLLATE "C",
	course_id text COLLATE "C",
	class_id text COLLATE "C",
	score_scale_value text[],
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.score_scales (district, since);
CREATE INDEX ON roster.score_scales (district, org_id, sourced_id);
CREATE INDEX ON roster.score_scales (district, class_id, sourced_id);
ALTER TABLE roster.score_scales ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.score_scales TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.score_scales TO homeroom_ingest;
CREATE POLICY ingest ON roster.score_scales TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.score_scales FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.score_scales FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(15))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 15 AND v.sourced_id = score_scales.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 15 AND v.sourced_id = score_scales.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.score_scales (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	type text,
	org_id text COLLATE "C",
	course_id text COLLATE "C",
	class_id text COLLATE "C",
	score_scale_value text[],
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.score_scales (district, sourced_id, until);
CREATE INDEX ON history.score_scales (district, until);
CREATE INDEX ON history.score_scales (district, org_id, sourced_id);
CREATE INDEX ON history.score_scales (district, class_id, sourced_id);
ALTER TABLE history.score_scales ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.score_scales TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.score_scales TO homeroom_ingest;
CREATE POLICY ingest ON history.score_scales TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.score_scales FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.score_scales FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 15 AND v.sourced_id = score_scales.sourced_id AND v.since < score_scales.until AND (v.until IS NULL OR v.until > score_scales.since) AND NOT v.gone));

-- lineItems: Pieces of work that are graded.
CREATE TABLE roster.line_items (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	description text,
	assign_date timestamptz,
	due_date timestamptz,
	class_id text COLLATE "C",
	school_id text COLLATE "C",
	category_id text COLLATE "C",
	grading_period_id text COLLATE "C",
	academic_session_id text COLLATE "C",
	score_scale_id text COLLATE "C",
	result_value_min numeric,
	result_value_max numeric,
	objectives text[],
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.line_items (district, since);
CREATE INDEX ON roster.line_items (district, class_id, sourced_id);
CREATE INDEX ON roster.line_items (district, school_id, sourced_id);
CREATE INDEX ON roster.line_items (district, category_id, sourced_id);
ALTER TABLE roster.line_items ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.line_items TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.line_items TO homeroom_ingest;
CREATE POLICY ingest ON roster.line_items TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.line_items FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.line_items FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(16))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 16 AND v.sourced_id = line_items.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 16 AND v.sourced_id = line_items.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.line_items (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	description text,
	assign_date timestamptz,
	due_date timestamptz,
	class_id text COLLATE "C",
	school_id text COLLATE "C",
	category_id text COLLATE "C",
	grading_period_id text COLLATE "C",
	academic_session_id text COLLATE "C",
	score_scale_id text COLLATE "C",
	result_value_min numeric,
	result_value_max numeric,
	objectives text[],
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.line_items (district, sourced_id, until);
CREATE INDEX ON history.line_items (district, until);
CREATE INDEX ON history.line_items (district, class_id, sourced_id);
CREATE INDEX ON history.line_items (district, school_id, sourced_id);
CREATE INDEX ON history.line_items (district, category_id, sourced_id);
ALTER TABLE history.line_items ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.line_items TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.line_items TO homeroom_ingest;
CREATE POLICY ingest ON history.line_items TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.line_items FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.line_items FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 16 AND v.sourced_id = line_items.sourced_id AND v.since < line_items.until AND (v.until IS NULL OR v.until > line_items.since) AND NOT v.gone));

-- lineItemScoreScales: By which scale a piece of work is scored.
CREATE TABLE roster.line_item_score_scales (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	line_item_id text COLLATE "C",
	score_scale_id text COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.line_item_score_scales (district, since);
CREATE INDEX ON roster.line_item_score_scales (district, line_item_id, sourced_id);
CREATE INDEX ON roster.line_item_score_scales (district, score_scale_id, sourced_id);
ALTER TABLE roster.line_item_score_scales ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.line_item_score_scales TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.line_item_score_scales TO homeroom_ingest;
CREATE POLICY ingest ON roster.line_item_score_scales TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.line_item_score_scales FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.line_item_score_scales FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(17))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 17 AND v.sourced_id = line_item_score_scales.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 17 AND v.sourced_id = line_item_score_scales.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.line_item_score_scales (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	line_item_id text COLLATE "C",
	score_scale_id text COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.line_item_score_scales (district, sourced_id, until);
CREATE INDEX ON history.line_item_score_scales (district, until);
CREATE INDEX ON history.line_item_score_scales (district, line_item_id, sourced_id);
CREATE INDEX ON history.line_item_score_scales (district, score_scale_id, sourced_id);
ALTER TABLE history.line_item_score_scales ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.line_item_score_scales TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.line_item_score_scales TO homeroom_ingest;
CREATE POLICY ingest ON history.line_item_score_scales TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.line_item_score_scales FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.line_item_score_scales FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 17 AND v.sourced_id = line_item_score_scales.sourced_id AND v.since < line_item_score_scales.until AND (v.until IS NULL OR v.until > line_item_score_scales.since) AND NOT v.gone));

-- lineItemLearningObjectiveIds: Which learning objectives a piece of work serves.
CREATE TABLE roster.line_item_learning_objective_ids (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	line_item_id text COLLATE "C",
	objective_source text COLLATE "C",
	learning_objective_id text,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.line_item_learning_objective_ids (district, since);
CREATE INDEX ON roster.line_item_learning_objective_ids (district, line_item_id, sourced_id);
ALTER TABLE roster.line_item_learning_objective_ids ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.line_item_learning_objective_ids TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.line_item_learning_objective_ids TO homeroom_ingest;
CREATE POLICY ingest ON roster.line_item_learning_objective_ids TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.line_item_learning_objective_ids FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.line_item_learning_objective_ids FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(18))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 18 AND v.sourced_id = line_item_learning_objective_ids.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 18 AND v.sourced_id = line_item_learning_objective_ids.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.line_item_learning_objective_ids (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	line_item_id text COLLATE "C",
	objective_source text COLLATE "C",
	learning_objective_id text,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.line_item_learning_objective_ids (district, sourced_id, until);
CREATE INDEX ON history.line_item_learning_objective_ids (district, until);
CREATE INDEX ON history.line_item_learning_objective_ids (district, line_item_id, sourced_id);
ALTER TABLE history.line_item_learning_objective_ids ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.line_item_learning_objective_ids TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.line_item_learning_objective_ids TO homeroom_ingest;
CREATE POLICY ingest ON history.line_item_learning_objective_ids TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.line_item_learning_objective_ids FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.line_item_learning_objective_ids FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 18 AND v.sourced_id = line_item_learning_objective_ids.sourced_id AND v.since < line_item_learning_objective_ids.until AND (v.until IS NULL OR v.until > line_item_learning_objective_ids.since) AND NOT v.gone));

-- results: What students achieved in a piece of work.
CREATE TABLE roster.results (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	line_item_id text COLLATE "C",
	student_id text COLLATE "C",
	class_id text COLLATE "C",
	score_scale_id text COLLATE "C",
	score_status text COLLATE "C",
	score numeric,
	text_score text,
	score_date date,
	comment text,
	objectives text[],
	in_progress boolean,
	incomplete boolean,
	late boolean,
	missing boolean,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.results (district, since);
CREATE INDEX ON roster.results (district, line_item_id, sourced_id);
CREATE INDEX ON roster.results (district, student_id, sourced_id);
CREATE INDEX ON roster.results (district, class_id, sourced_id);
ALTER TABLE roster.results ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.results TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.results TO homeroom_ingest;
CREATE POLICY ingest ON roster.results TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.results FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.results FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(19))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 19 AND v.sourced_id = results.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 19 AND v.sourced_id = results.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.results (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	line_item_id text COLLATE "C",
	student_id text COLLATE "C",
	class_id text COLLATE "C",
	score_scale_id text COLLATE "C",
	score_status text COLLATE "C",
	score numeric,
	text_score text,
	score_date date,
	comment text,
	objectives text[],
	in_progress boolean,
	incomplete boolean,
	late boolean,
	missing boolean,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.results (district, sourced_id, until);
CREATE INDEX ON history.results (district, until);
CREATE INDEX ON history.results (district, line_item_id, sourced_id);
CREATE INDEX ON history.results (district, student_id, sourced_id);
CREATE INDEX ON history.results (district, class_id, sourced_id);
ALTER TABLE history.results ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.results TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.results TO homeroom_ingest;
CREATE POLICY ingest ON history.results TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.results FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.results FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 19 AND v.sourced_id = results.sourced_id AND v.since < results.until AND (v.until IS NULL OR v.until > results.since) AND NOT v.gone));

-- resultScoreScales: By which scale a result is scored.
CREATE TABLE roster.result_score_scales (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	result_id text COLLATE "C",
	score_scale_id text COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.result_score_scales (district, since);
CREATE INDEX ON roster.result_score_scales (district, result_id, sourced_id);
CREATE INDEX ON roster.result_score_scales (district, score_scale_id, sourced_id);
ALTER TABLE roster.result_score_scales ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.result_score_scales TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.result_score_scales TO homeroom_ingest;
CREATE POLICY ingest ON roster.result_score_scales TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.result_score_scales FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.result_score_scales FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(20))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 20 AND v.sourced_id = result_score_scales.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 20 AND v.sourced_id = result_score_scales.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.result_score_scales (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	result_id text COLLATE "C",
	score_scale_id text COLLATE "C",
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.result_score_scales (district, sourced_id, until);
CREATE INDEX ON history.result_score_scales (district, until);
CREATE INDEX ON history.result_score_scales (district, result_id, sourced_id);
CREATE INDEX ON history.result_score_scales (district, score_scale_id, sourced_id);
ALTER TABLE history.result_score_scales ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.result_score_scales TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.result_score_scales TO homeroom_ingest;
CREATE POLICY ingest ON history.result_score_scales TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.result_score_scales FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.result_score_scales FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 20 AND v.sourced_id = result_score_scales.sourced_id AND v.since < result_score_scales.until AND (v.until IS NULL OR v.until > result_score_scales.since) AND NOT v.gone));

-- resultLearningObjectiveIds: Scores for single learning objectives.
CREATE TABLE roster.result_learning_objective_ids (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	result_id text COLLATE "C",
	objective_source text COLLATE "C",
	learning_objective_id text,
	score numeric,
	text_score text,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.result_learning_objective_ids (district, since);
CREATE INDEX ON roster.result_learning_objective_ids (district, result_id, sourced_id);
ALTER TABLE roster.result_learning_objective_ids ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.result_learning_objective_ids TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.result_learning_objective_ids TO homeroom_ingest;
CREATE POLICY ingest ON roster.result_learning_objective_ids TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.result_learning_objective_ids FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.result_learning_objective_ids FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(21))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 21 AND v.sourced_id = result_learning_objective_ids.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 21 AND v.sourced_id = result_learning_objective_ids.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.result_learning_objective_ids (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	result_id text COLLATE "C",
	objective_source text COLLATE "C",
	learning_objective_id text,
	score numeric,
	text_score text,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.result_learning_objective_ids (district, sourced_id, until);
CREATE INDEX ON history.result_learning_objective_ids (district, until);
CREATE INDEX ON history.result_learning_objective_ids (district, result_id, sourced_id);
ALTER TABLE history.result_learning_objective_ids ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.result_learning_objective_ids TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.result_learning_objective_ids TO homeroom_ingest;
CREATE POLICY ingest ON history.result_learning_objective_ids TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.result_learning_objective_ids FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.result_learning_objective_ids FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 21 AND v.sourced_id = result_learning_objective_ids.sourced_id AND v.since < result_learning_objective_ids.until AND (v.until IS NULL OR v.until > result_learning_objective_ids.since) AND NOT v.gone));

-- assessmentLineItems: Assessments and their parts.
CREATE TABLE roster.assessment_line_items (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	description text,
	class_id text COLLATE "C",
	parent_id text COLLATE "C",
	score_scale_id text COLLATE "C",
	result_value_min numeric,
	result_value_max numeric,
	objectives text[],
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.assessment_line_items (district, since);
CREATE INDEX ON roster.assessment_line_items (district, class_id, sourced_id);
CREATE INDEX ON roster.assessment_line_items (district, parent_id, sourced_id);
ALTER TABLE roster.assessment_line_items ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.assessment_line_items TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.assessment_line_items TO homeroom_ingest;
CREATE POLICY ingest ON roster.assessment_line_items TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.assessment_line_items FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.assessment_line_items FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(22))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 22 AND v.sourced_id = assessment_line_items.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 22 AND v.sourced_id = assessment_line_items.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.assessment_line_items (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	title text,
	description text,
	class_id text COLLATE "C",
	parent_id text COLLATE "C",
	score_scale_id text COLLATE "C",
	result_value_min numeric,
	result_value_max numeric,
	objectives text[],
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.assessment_line_items (district, sourced_id, until);
CREATE INDEX ON history.assessment_line_items (district, until);
CREATE INDEX ON history.assessment_line_items (district, class_id, sourced_id);
CREATE INDEX ON history.assessment_line_items (district, parent_id, sourced_id);
ALTER TABLE history.assessment_line_items ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.assessment_line_items TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.assessment_line_items TO homeroom_ingest;
CREATE POLICY ingest ON history.assessment_line_items TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.assessment_line_items FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.assessment_line_items FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 22 AND v.sourced_id = assessment_line_items.sourced_id AND v.since < assessment_line_items.until AND (v.until IS NULL OR v.until > assessment_line_items.since) AND NOT v.gone));

-- assessmentResults: What students achieved in assessments.
CREATE TABLE roster.assessment_results (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	assessment_line_item_id text COLLATE "C",
	student_id text COLLATE "C",
	score numeric,
	text_score text,
	score_date date,
	score_scale_id text COLLATE "C",
	score_percentile numeric,
	score_status text COLLATE "C",
	comment text,
	objectives text[],
	in_progress boolean,
	incomplete boolean,
	late boolean,
	missing boolean,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	PRIMARY KEY (district, sourced_id)
);
CREATE INDEX ON roster.assessment_results (district, since);
CREATE INDEX ON roster.assessment_results (district, assessment_line_item_id, sourced_id);
CREATE INDEX ON roster.assessment_results (district, student_id, sourced_id);
ALTER TABLE roster.assessment_results ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON roster.assessment_results TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.assessment_results TO homeroom_ingest;
CREATE POLICY ingest ON roster.assessment_results TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON roster.assessment_results FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON roster.assessment_results FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND (sourced_id IN (SELECT homeroom.page(23))
		OR EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 23 AND v.sourced_id = assessment_results.sourced_id AND coalesce(v.until, 0) = 0 AND NOT v.gone)
		OR homeroom.key_version() IS NOT NULL AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 23 AND v.sourced_id = assessment_results.sourced_id AND v.until > homeroom.key_version() AND NOT v.gone)));

CREATE TABLE history.assessment_results (
	district int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	status text COLLATE "C" NOT NULL,
	assessment_line_item_id text COLLATE "C",
	student_id text COLLATE "C",
	score numeric,
	text_score text,
	score_date date,
	score_scale_id text COLLATE "C",
	score_percentile numeric,
	score_status text COLLATE "C",
	comment text,
	objectives text[],
	in_progress boolean,
	incomplete boolean,
	late boolean,
	missing boolean,
	metadata jsonb,
	source int NOT NULL,
	fingerprint uuid,
	since bigint NOT NULL,
	until bigint NOT NULL
);
CREATE INDEX ON history.assessment_results (district, sourced_id, until);
CREATE INDEX ON history.assessment_results (district, until);
CREATE INDEX ON history.assessment_results (district, assessment_line_item_id, sourced_id);
CREATE INDEX ON history.assessment_results (district, student_id, sourced_id);
ALTER TABLE history.assessment_results ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON history.assessment_results TO homeroom_publish_full, homeroom_publish_restricted;
GRANT SELECT, INSERT, UPDATE, DELETE ON history.assessment_results TO homeroom_ingest;
CREATE POLICY ingest ON history.assessment_results TO homeroom_ingest USING (true);
CREATE POLICY full_grant ON history.assessment_results FOR SELECT TO homeroom_publish_full
	USING (district = homeroom.key_district());
CREATE POLICY restricted_grant ON history.assessment_results FOR SELECT TO homeroom_publish_restricted
	USING (district = homeroom.key_district() AND EXISTS (
		SELECT FROM homeroom.visible v
		WHERE v.grant_id = homeroom.key_grant()
		AND v.entity = 23 AND v.sourced_id = assessment_results.sourced_id AND v.since < assessment_results.until AND (v.until IS NULL OR v.until > assessment_results.since) AND NOT v.gone));

-- What each source said last of its own users; person: the live row that it is
-- part of, null while it waits.
CREATE TABLE roster.said_users (
	district int NOT NULL,
	source int NOT NULL,
	sourced_id text COLLATE "C" NOT NULL,
	user_master_identifier text,
	username text,
	user_ids text[],
	enabled_user boolean,
	given_name text,
	family_name text,
	middle_name text,
	preferred_first_name text,
	preferred_middle_name text,
	preferred_last_name text,
	pronouns text,
	role text COLLATE "C",
	org_ids text[] COLLATE "C",
	primary_org_id text COLLATE "C",
	identifier text,
	email text,
	sms text,
	phone text,
	agent_ids text[] COLLATE "C",
	grades text[],
	metadata jsonb,
	status text COLLATE "C" NOT NULL,
	fingerprint uuid,
	birth_date date,
	person text COLLATE "C",
	rule text,
	review text,
	candidates text[] COLLATE "C",
	import bigint,
	line int,
	PRIMARY KEY (district, source, sourced_id)
);
CREATE INDEX ON roster.said_users (district, source)
	WHERE person IS DISTINCT FROM sourced_id;
CREATE INDEX ON roster.said_users (district, person)
	WHERE person IS DISTINCT FROM sourced_id;
GRANT SELECT, INSERT, UPDATE, DELETE ON roster.said_users
	TO homeroom_ingest;

