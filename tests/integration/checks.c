/* Checks of the live roster: each finds what it is for, nothing else is found,
 * and what is new and what is gone is told apart.
 * threads: 1 */
#include "check.h"
#include "support/roster.h"
#include "homeroom/checks.h"

static struct db *db;

/* The small district, less what is wrong with it. */
static const char *const afresh =
    "do $$ declare t text; begin"
    " for t in select table_name from information_schema.tables"
    " where table_schema = 'roster' loop"
    " execute 'delete from roster.' || t; end loop; end $$;"
    "delete from homeroom.check_run; delete from homeroom.check_finding;"
    "delete from homeroom.job; delete from homeroom.version;";

static const char *const mended =
    "update roster.users set grades = '{06}', enabled_user = true"
    " where role = 'student';"
    "update roster.users set agent_ids = '{u6}' where sourced_id = 'u2';"
    "update roster.roles set status = 'tobedeleted' where user_id = 'u5';"
    "update roster.academic_sessions set end_date = '2026-01-01'"
    " where sourced_id = 'g1';"
    "insert into roster.enrollments (district, source, since, status,"
    " sourced_id, user_id, class_id, school_id, role, is_primary) values"
    " (1, 1, 1, 'active', 'e8', 'u4', 'c2', 's1', 'teacher', true),"
    " (1, 1, 1, 'active', 'e9', 'u4', 'c3', 's2', 'teacher', true);";

/* clang-format off */
static const struct {
	const char *sql, *want; /* "code: id id; code: id" */
} cases[] = {
	{ "", "" },
	{ "update roster.classes set course_id = 'k9' where sourced_id = 'c2'",
		"referencesToNothing: c2" },
	{ "update roster.users set agent_ids = '{u6,u5}' where sourced_id = 'u2'",
		"referencesToNothing: u2" },
	{ "update roster.results set student_id = 'u5' where sourced_id = 'n2'",
		"referencesToNothing: n2" },
	{ "insert into roster.orgs (district, source, since, status, sourced_id, name, type, parent_id) values (1, 1, 1, 'active', 's3', 'Curie School', 'school', 'd')",
		"schoolsWithNoStudents: s3; schoolsWithNoClasses: s3" },
	{ "update roster.orgs set parent_id = null where sourced_id = 's2'",
		"orgsBelowNothing: s2" },
	{ "update roster.academic_sessions set start_date = start_date - 2000, end_date = end_date - 2000; update roster.enrollments set begin_date = null, end_date = null; update roster.demographics set birth_date = birth_date - 2000",
		"noSessionNow: t2; studentsInNoClass: u3" },
	{ "update roster.academic_sessions set end_date = start_date where sourced_id = 'g1'",
		"sessionsThatEndTooSoon: g1; sessionsThatMiss: g1" },
	{ "update roster.academic_sessions set start_date = '2025-12-20' where sourced_id = 't2'",
		"sessionsThatOverlap: t2" },
	{ "insert into roster.academic_sessions (district, source, since, status, sourced_id, title, start_date, end_date, type, school_year) values (1, 1, 1, 'active', 'y2', 'Next', '2026-06-20', '2027-07-01', 'schoolYear', '2027')",
		"sessionsThatOverlap: y2" },
	{ "update roster.academic_sessions set start_date = '2026-03-01' where sourced_id = 't2'",
		"sessionsThatMiss: t2" },
	{ "update roster.academic_sessions set end_date = '2026-04-01' where sourced_id = 't2'",
		"sessionsThatMiss: t2" },
	{ "update roster.academic_sessions set end_date = '2026-07-03' where sourced_id = 't2'",
		"sessionsBeyondTheirParent: t2" },
	{ "update roster.classes set term_ids = '{}' where sourced_id = 'c2'",
		"classesWithNoTerm: c2" },
	{ "update roster.enrollments set status = 'tobedeleted' where sourced_id = 'e9'",
		"classesWithNoTeachers: c3" },
	{ "update roster.enrollments set end_date = '2025-09-01' where sourced_id = 'e4'",
		"enrollmentsOutsideTerms: e4; classesWithNoStudents: c2" },
	{ "update roster.enrollments set role = 'teacher', is_primary = true where sourced_id = 'e6'",
		"classesWithTwoPrimaryTeachers: c3" },
	{ "update roster.enrollments set role = 'teacher', is_primary = true, begin_date = '2025-12-01' where sourced_id = 'e6'; update roster.enrollments set end_date = '2025-12-01' where sourced_id = 'e9'",
		"" },
	{ "update roster.enrollments set role = 'teacher', is_primary = false where sourced_id in ('e6', 'e9')",
		"classesWithNoPrimaryTeacher: c3" },
	{ "update roster.enrollments set begin_date = '2026-08-01' where sourced_id = 'e2'",
		"enrollmentsOutsideTerms: e2" },
	{ "update roster.enrollments set begin_date = '2025-06-01' where sourced_id = 'e2'",
		"enrollmentsBeyondTerms: e2" },
	{ "update roster.enrollments set begin_date = '2025-12-01', end_date = '2025-11-01' where sourced_id = 'e2'",
		"enrollmentsThatEndTooSoon: e2" },
	{ "update roster.enrollments set school_id = 's2' where sourced_id = 'e2'",
		"enrollmentsAtAnotherSchool: e2" },
	{ "update roster.enrollments set class_id = 'c1', user_id = 'u2' where sourced_id = 'e6'; update roster.enrollments set role = 'student', school_id = 's1' where sourced_id = 'e6'",
		"enrollmentsTwice: e6" },
	{ "update roster.enrollments set role = 'teacher', is_primary = null where sourced_id = 'e2'",
		"studentsWhoTeach: e2" },
	{ "update roster.roles set status = 'tobedeleted' where sourced_id = 'r7'",
		"usersWithNoRole: u6" },
	{ "update roster.roles set role_type = 'primary', org_id = 's1' where sourced_id = 'r5'",
		"usersWithTwoPrimaryRoles: u4" },
	{ "update roster.users set primary_org_id = 's2' where sourced_id = 'u1'",
		"usersAwayFromTheirOrg: u1" },
	{ "update roster.enrollments set status = 'tobedeleted' where sourced_id = 'e1'",
		"studentsInNoClass: u1" },
	{ "insert into roster.roles (district, source, since, status, sourced_id, user_id, role_type, role, org_id) values (1, 1, 1, 'active', 'r9', 'u1', 'primary', 'student', 's2')",
		"studentsAtTwoSchools: u1" },
	{ "insert into roster.roles (district, source, since, status, sourced_id, user_id, role_type, role, org_id, end_date) values (1, 1, 1, 'active', 'r9', 'u1', 'primary', 'student', 's2', '2025-09-01')",
		"" },
	{ "update roster.users set grades = null where sourced_id = 'u3'",
		"studentsWithNoGrade: u3" },
	{ "update roster.users set agent_ids = null where sourced_id = 'u3'",
		"studentsWithNoAgent: u3" },
	{ "update roster.users set agent_ids = null where role = 'student'", "" },
	{ "update roster.users set enabled_user = false where sourced_id = 'u3'",
		"disabledStudentsInClasses: u3" },
	{ "update roster.users set username = 'ANN' where sourced_id = 'u2'",
		"usernamesTwice: u1 u2" },
	{ "update roster.users set email = 'BOB@example.org' where sourced_id = 'u4'",
		"emailsTwice: u2 u4" },
	{ "update roster.users set identifier = '100' where sourced_id in ('u3', 'u4')",
		"identifiersTwice: u1 u3" },
	{ "update roster.users set given_name = 'BOB', family_name = ' öz' where sourced_id = 'u1'; update roster.demographics set birth_date = '2014-02-28'",
		"peopleTwice: u1 u2" },
	{ "update roster.users set agent_ids = '{u1}' where sourced_id = 'u1'",
		"agentsOfThemselves: u1" },
	{ "update roster.demographics set birth_date = '2031-01-01' where sourced_id = 'u1'",
		"birthDatesToCome: u1" },
	{ "update roster.demographics set birth_date = '1914-02-28' where sourced_id = 'u1'; update roster.users set grades = '{UG}' where sourced_id = 'u1'",
		"birthDatesAbsurd: u1" },
	{ "update roster.users set grades = '{12}' where sourced_id = 'u1'",
		"gradesAgainstAge: u1" },
};
/* clang-format on */

static void make(const char *sql)
{
	roster_sql(arena_printf(roster_arena(), "%s%s%s%s;", afresh,
	    roster_records(), mended, sql));
}

static struct checks_report checked(void)
{
	const struct checks_wanted wanted = { .district = 1, .examples = 10 };
	struct checks_report report;
	struct err err = { 0 };

	CHECK(checks_run(db, roster_arena(), &wanted, &report, &err), "%s",
	    err.text);
	return report;
}

static const char *found(const struct checks_report *report)
{
	struct buf out = { 0 };
	const char *text;

	for (int i = 0; i < report->count; i++) {
		const struct check_result *r = &report->results[i];

		if (r->count == 0)
			continue;
		CHECK(r->count == r->example_count, "%s", r->check->code);
		buf_printf(&out, "%s%s:", out.len > 0 ? "; " : "",
		    r->check->code);
		for (int e = 0; e < r->example_count; e++)
			buf_printf(&out, " %s", r->examples[e].id);
	}
	text = arena_text(roster_arena(), buf_text(&out));
	buf_free(&out);
	return text;
}

static void finds_what_it_is_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct checks_report report;
		const char *got;

		make(cases[i].sql);
		report = checked();
		got = found(&report);
		CHECK(strcmp(got, cases[i].want) == 0, "%s: %s, not %s",
		    cases[i].sql, got, cases[i].want);
	}
}

static void each_has_a_case(void **state)
{
	(void)state;
	for (const struct check *c = checks; c->code != NULL; c++) {
		bool any = strcmp(c->code, "schoolsThatJumped") == 0;

		for (size_t i = 0; i < array_length(cases); i++)
			any |= strstr(cases[i].want, c->code) != NULL;
		CHECK(any, "%s is never found", c->code);
		CHECK(c->title[0] != '\0' && c->advice[0] != '\0', "%s",
		    c->code);
		for (const struct check *d = checks; d < c; d++)
			CHECK(strcmp(c->code, d->code) != 0, "%s twice",
			    c->code);
	}
}

/* --- new and gone --------------------------------------------------------- */

static const struct check_result *result(const struct checks_report *report,
    const char *code)
{
	const struct check_result *r = report->results;

	while (strcmp(r->check->code, code) != 0)
		r++;
	return r;
}

static void expect(const char *code, int64_t count, int64_t fresh, int64_t gone)
{
	struct checks_report report = checked();
	const struct check_result *r = result(&report, code);

	CHECK(r->count == count && r->fresh == fresh && r->gone == gone,
	    "%s: %lld, %lld new, %lld gone", code, (long long)r->count,
	    (long long)r->fresh, (long long)r->gone);
}

#define VERSION(n)                                                             \
	"insert into homeroom.version (district, version) values (1, " #n ");"
#define BAD(id)                                                                \
	"update roster.users set grades = null where sourced_id = '" id "';"
#define GOOD(id)                                                               \
	"update roster.users set grades = '{06}' where sourced_id = '" id "';"

static void tells_new_from_old(void **state)
{
	const char *code = "studentsWithNoGrade";

	(void)state;
	make(BAD("u1"));
	expect(code, 1, -1, -1);
	expect(code, 1, -1, -1);
	roster_sql(BAD("u2") VERSION(2));
	expect(code, 2, 1, 0);
	expect(code, 2, 1, 0);
	roster_sql(GOOD("u1") BAD("u3") VERSION(3));
	expect(code, 2, 1, 1);
	/* It is still version 3: compared with version 2. */
	roster_sql(GOOD("u3") GOOD("u2"));
	expect(code, 0, 0, 2);
	roster_sql(BAD("u2"));
	expect(code, 1, 0, 1);
	roster_sql(VERSION(4));
	expect(code, 1, 0, 0);
	roster_sql(GOOD("u2") VERSION(5));
	expect(code, 0, 0, 1);
	roster_sql(BAD("u2") VERSION(6));
	expect(code, 1, 1, 0);
}

static void new_ones_come_first(void **state)
{
	struct checks_report report;
	const struct check_result *r;

	(void)state;
	make(BAD("u1"));
	(void)checked();
	roster_sql(BAD("u3") VERSION(2));
	report = checked();
	r = result(&report, "studentsWithNoGrade");
	CHECK(r->example_count == 2 && strcmp(r->examples[0].id, "u3") == 0 &&
		  r->examples[0].fresh && !r->examples[1].fresh &&
		  strcmp(r->examples[0].school, "s2") == 0,
	    "%d, %s", r->example_count, r->examples[0].id);
	CHECK(r->examples[0].name == NULL, "a name that nobody asked for");
}

#define MANY                                                                   \
	"insert into roster.users (district, source, since, status, "          \
	"sourced_id, role, org_ids, enabled_user) select 1, 1, 1, 'active', "  \
	"'m' || i, 'aide', '{s1}', true from generate_series(1, 40) i;"        \
	"insert into roster.roles (district, source, since, status, "          \
	"sourced_id, user_id, role_type, role, org_id) select 1, 1, 1, "       \
	"'active', 'm' || i, 'm' || i, 'primary', 'student', 's1' "            \
	"from generate_series(1, 40) i;"

static void a_school_that_jumps_is_noticed(void **state)
{
	struct checks_report report;
	const struct check_result *r;

	(void)state;
	make(MANY);
	expect("schoolsThatJumped", 0, -1, -1);
	roster_sql("update roster.roles set status = 'tobedeleted' "
		   "where sourced_id like 'm_';" VERSION(2));
	expect("schoolsThatJumped", 0, 0, 0);
	roster_sql("update roster.roles set status = 'tobedeleted' "
		   "where sourced_id like 'm2_';" VERSION(3));
	report = checked();
	r = result(&report, "schoolsThatJumped");
	CHECK(r->count == 1 && strcmp(r->examples[0].id, "s1") == 0 &&
		  strcmp(r->examples[0].detail, "students 33 to 23") == 0,
	    "%lld %s", (long long)r->count,
	    r->count > 0 ? r->examples[0].detail : "");
}

static void many_are_counted_and_bounded(void **state)
{
	(void)state;
	make("insert into roster.users (district, source, since, status,"
	     " sourced_id, role, org_ids) select 1, 1, 1, 'active', 'm' || i,"
	     " 'aide', '{s1}' from generate_series(1, 20001) i");
	expect("usersWithNoRole", 20001, -1, -1);
	CHECK(strcmp(roster_sql("select count(*) from homeroom.check_finding"),
		  "20000\n") == 0,
	    "not bounded");
	roster_sql(
	    "delete from roster.users where sourced_id = 'm7';" VERSION(2));
	expect("usersWithNoRole", 20000, -1, -1);
	roster_sql(
	    "delete from roster.users where sourced_id = 'm8';" VERSION(3));
	expect("usersWithNoRole", 19999, 0, 1);
}

/* --- how grave ------------------------------------------------------------ */

static void settings_say_how_grave(void **state)
{
	struct checks_report report;

	(void)state;
	make("update roster.orgs set parent_id = null where sourced_id = 's2'; "
	     "update homeroom.district set settings = '{\"checks\": "
	     "{\"orgsBelowNothing\": \"error\", "
	     "\"studentsWithNoGrade\": \"off\"}}';" BAD("u2"));
	report = checked();
	CHECK(strcmp(found(&report), "orgsBelowNothing: s2") == 0, "%s",
	    found(&report));
	CHECK(result(&report, "orgsBelowNothing")->severity == CHECK_ERROR &&
		  report.found[CHECK_ERROR] == 1 &&
		  report.found[CHECK_WARNING] == 0,
	    "still as the table has it");
	roster_sql("update homeroom.district set settings = '{}'");
	expect("studentsWithNoGrade", 1, -1, -1);
}

/* --- each version wants a check ------------------------------------------- */

static void each_version_wants_one(void **state)
{
	struct arena *arena = arena_new();
	struct err err = { 0 };
	struct job job;

	(void)state;
	make("");
	roster_sql(VERSION(2)
		VERSION(3) "update homeroom.job set wanted = '2025-01-01'");
	CHECK(strcmp(roster_sql("select string_agg(kind || ' ' || subject, ',')"
				" from homeroom.job"),
		  "checks version 3\n") == 0,
	    "%s", roster_sql("select kind, subject from homeroom.job"));
	CHECK(job_take(db, arena, "w", &job, &err) && job.id != 0, "%s",
	    err.text);
	/* One that runs is left alone. */
	roster_sql(VERSION(4));
	CHECK(checks_job(&job, arena, database_url(), &err), "%s", err.text);
	CHECK(job_end(db, &job, NULL, &err), "%s", err.text);
	CHECK(strcmp(roster_sql("select string_agg(subject || ' '"
				" || coalesce(outcome, 'waits'), ', '"
				" order by id) from homeroom.job"),
		  "version 3 done, version 4 waits\n") == 0,
	    "%s", roster_sql("select subject, outcome from homeroom.job"));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_it_is_for),
		cmocka_unit_test(each_has_a_case),
		cmocka_unit_test(tells_new_from_old),
		cmocka_unit_test(new_ones_come_first),
		cmocka_unit_test(a_school_that_jumps_is_noticed),
		cmocka_unit_test(many_are_counted_and_bounded),
		cmocka_unit_test(settings_say_how_grave),
		cmocka_unit_test(each_version_wants_one),
	};
	int64_t day;
	int failed;

	if (!clock_parse((struct text){ "2025-10-01T12:00:00Z", 20 }, &day))
		return 1;
	clock_set(day);
	roster_open();
	db = database_open(DB_INGEST);
	failed = check_main(tests);
	db_close(db);
	roster_close();
	return failed;
}
