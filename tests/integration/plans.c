/* The plans of page statements: by index, in its order, whatever the size of
 * the tables. Kept plans are tried, which know no values.
 * threads: 1 */
#include "check.h"
#include "publish/publish.h"
#include "support/roster.h"

static struct db *db;

/* Enough for the planner to prefer an index. */
static const char *const many =
    "insert into roster.users (district, source, since, status, sourced_id,"
    " username, email, given_name, family_name)"
    " select 1, 1, 1, 'active', 'many-' || i, 'user' || i,"
    " 'user' || i || '@example.org', 'g' || i, 'f' || i"
    " from generate_series(1, 20000) i;"
    "insert into roster.roles (district, source, since, status, sourced_id,"
    " user_id, role_type, role, org_id)"
    " select 1, 1, 1, 'active', 'role-' || i, 'many-' || i, 'primary',"
    " case when i % 20 = 0 then 'teacher' else 'student' end,"
    " 'school-' || i % 20 from generate_series(1, 20000) i;"
    "insert into roster.classes (district, source, since, status, sourced_id,"
    " title, course_id, school_id, term_ids)"
    " select 1, 1, 1, 'active', 'class-' || i, 'c' || i, 'k' || i % 50,"
    " 'school-' || i % 20, array['t1'] from generate_series(1, 2000) i;"
    "insert into roster.enrollments (district, source, since, status,"
    " sourced_id, user_id, class_id, school_id, role)"
    " select 1, 1, 1 + (i = 7)::int, 'active', 'many-' || i,"
    " 'many-' || i % 20000, 'class-' || i % 2000, 'school-' || i % 20,"
    " case when i % 20 = 0 then 'teacher' else 'student' end"
    " from generate_series(1, 60000) i;"
    "insert into history.enrollments (district, source, since, until, status,"
    " sourced_id, user_id, class_id, school_id, role)"
    " select 1, 1, 1, 2, 'active', 'old-' || i,"
    " 'many-' || i % 20000, 'class-' || i % 2000, 'school-' || i % 20,"
    " 'student' from generate_series(1, 20000) i;"
    "insert into homeroom.version (district, version) values (1, 2);"
    "insert into homeroom.visible (grant_id, entity, sourced_id, since)"
    " select g, 5, 'many-' || i, 1 from generate_series(1, 20000) i,"
    " generate_series(1, 5) g where i % 5 = g - 1;"
    "insert into homeroom.visible (grant_id, entity, sourced_id, since)"
    " select g, 7, 'role-' || i, 1 from generate_series(1, 20000) i,"
    " generate_series(1, 5) g where i % 5 = g - 1;"
    "insert into homeroom.visible (grant_id, entity, sourced_id, since)"
    " select g, 8, 'many-' || i, 1 from generate_series(1, 60000) i,"
    " generate_series(1, 5) g where i % 5 = g - 1;";

static void run(const char *sql)
{
	struct err err = { 0 };

	CHECK(db_run(db, sql, &err), "%s: %s", sql, err.text);
}

/* The statement with its values put in: for EXPLAIN EXECUTE, which takes no
 * other. */
static const char *execute(const struct sql *sql)
{
	struct buf text = { 0 };
	const char *copy;

	buf_puts(&text, "EXPLAIN (COSTS OFF) EXECUTE page");
	for (int i = 0; i < sql->values.count; i++)
		buf_printf(&text, "%s'%s'", i == 0 ? "(" : ", ",
		    sql->values.at[i]);
	buf_puts(&text, sql->values.count > 0 ? ")" : "");
	copy = arena_text(roster_arena(), buf_text(&text));
	buf_free(&text);
	return copy;
}

static const char *explain(struct sql *sql)
{
	struct buf text = { 0 };
	const struct rows *rows;
	struct err err = { 0 };
	const char *copy;

	buf_printf(&text, "PREPARE page AS %s", buf_text(&sql->text));
	run(buf_text(&text));
	text.len = 0;
	CHECK(db_ask_text(db, roster_arena(), execute(sql), NULL, &rows, &err),
	    "%s", err.text);
	for (int i = 0; i < rows_count(rows); i++)
		buf_printf(&text, "%s\n", rows_get(rows, i, 0));
	run("DEALLOCATE page");
	copy = arena_text(roster_arena(), buf_text(&text));
	buf_free(&text);
	return copy;
}

static struct asked *composed(const char *question, int64_t grant)
{
	struct reading *reading = arena_alloc(roster_arena(), sizeof(*reading));
	struct sight sight = { .reader = roster_reader, .grant = grant };
	struct err err = { 0 };

	sight.times =
	    reader_membership(roster_reader, roster_application)->times;
	roster_reading(reading, question, &err);
	reader_refresh(roster_reader);
	CHECK(asked_compose(reading, &sight, &err), "%s: %s", question,
	    err.text);
	return reading->asked;
}

/* clang-format off */
static const struct {
	const char *question;
	bool sorted; /* a small set may be sorted */
} cases[] = {
	{ "1.2 users?limit=100", false },
	{ "1.2 users?limit=10000", false },
	{ "1.2 enrollments?limit=100", false },
	{ "1.2 enrollments?limit=5000", false },
	{ "1.2 enrollments?limit=100&orderBy=desc", false },
	{ "1.2 enrollments?limit=100&offset=100&after=many-500", false },
	{ "1.2 enrollments?limit=100&offset=100&after=many-500&orderBy=desc", false },
	{ "1.2 enrollments?limit=100&version=1", false },
	{ "1.2 enrollments?limit=100&version=1&offset=100&after=many-500", false },
	{ "1.2 enrollments?limit=10000&version=1&offset=100&after=many-500", false },
	{ "1.2 users/many-7", false },
	{ "1.2 students/many-7", false },
	{ "1.2 enrollments/many-7", false },
	{ "1.2 students?limit=100", false },
	{ "1.2 students?limit=100&offset=100&after=many-500", false },
	{ "1.2 schools/school-1/enrollments?limit=100", true },
	{ "1.2 classes/class-1/students?limit=100", true },
	{ "1.2 schools/school-1/students?limit=100", true },
	{ "1.2 schools/school-1/classes/class-1/students", true },
	{ "1.2 students/many-1/classes", true },
	{ "1.2 users?filter=email='user7@example.org'", true },
	{ "1.2 users?filter=sourcedId='many-7'", false },
	{ "1.2 enrollments?filter=user.sourcedId='many-7'", true },
	{ "1.2 enrollments?filter=dateLastModified>='2999-01-01'", true },
};
/* clang-format on */

static bool scans(const char *plan, const char *table)
{
	char scan[80];

	snprintf(scan, sizeof(scan), "Seq Scan on %s", table);
	return strstr(plan, scan) != NULL;
}

static void kept_plans_use_indexes(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct asked *asked = composed(cases[i].question, 0);
		const char *plan = explain(asked->page);

		CHECK(!scans(plan, "users") && !scans(plan, "enrollments") &&
			  !scans(plan, "roles"),
		    "%s\n%s", cases[i].question, plan);
		CHECK(cases[i].sorted || strstr(plan, "Sort\n") == NULL,
		    "%s\n%s", cases[i].question, plan);
	}
}

/* clang-format off */
static const struct {
	const char *question;
	const char *by; /* in the plan: how records are found */
} restricted[] = {
	{ "1.2 users?limit=100", "Tid Scan on users" },
	{ "1.2 users?limit=10000", "Tid Scan on users" },
	{ "1.2 users?limit=100&offset=100&after=many-500", "Tid Scan on users" },
	{ "1.2 users/many-7", "users_pkey" },
	{ "1.2 users?filter=email='user7@example.org'", "users_district_email_key" },
	{ "1.2 users?filter=familyName='f7'", "visible_pkey" },
	{ "1.2 enrollments?limit=100", "Tid Scan on enrollments" },
	{ "1.2 enrollments?limit=5000", "Tid Scan on enrollments" },
	{ "1.2 enrollments?limit=100&offset=100&after=many-500", "visible_pkey" },
	{ "1.2 enrollments?limit=100&offset=100&after=many-500&orderBy=desc", "visible_pkey" },
	{ "1.2 enrollments?limit=100&version=1&offset=100&after=many-500", "Tid Scan on enrollments" },
	{ "1.2 classes?limit=100", "Tid Scan on classes" },
	{ "1.2 students?limit=100", "Tid Scan on users" },
};
/* clang-format on */

/* Lists inside a record may be sorted: they have subplans of their own. */
static bool sorts_rows(const char *plan)
{
	const char *lists = strstr(plan, "SubPlan 1\n");
	const char *sort = strstr(plan, "Sort\n");

	return sort != NULL && (lists == NULL || sort < lists);
}

/* A grant over a part reads its own rows in their order. */
static void grants_are_read_by_key(void **state)
{
	(void)state;
	run("SET ROLE none");
	run("SELECT set_config('homeroom.grant', '1', false)");
	run("SET ROLE homeroom_publish_restricted");
	for (size_t i = 0; i < array_length(restricted); i++) {
		struct asked *asked = composed(restricted[i].question, 1);
		const char *plan = explain(asked->page);

		CHECK(!scans(plan, "users") && !scans(plan, "enrollments") &&
			  !scans(plan, "visible"),
		    "%s\n%s", restricted[i].question, plan);
		CHECK(!sorts_rows(plan), "%s\n%s", restricted[i].question,
		    plan);
		CHECK(strstr(plan, restricted[i].by) != NULL, "%s\n%s",
		    restricted[i].question, plan);
	}
}

/* How often an index was used; backends tell when they end. */
static int64_t uses(const char *index)
{
	roster_sql("select pg_terminate_backend(pid, 5000) from "
		   "pg_stat_activity where usename = 'homeroom_serve'");
	return strtoll(roster_sql(arena_printf(roster_arena(),
			   "select idx_scan from pg_stat_user_indexes "
			   "where schemaname = 'roster' and "
			   "indexrelname = '%s'",
			   index)),
	    NULL, 10);
}

/* What changed last night is found by the index on versions, as often as it is
 * asked for, though a plan that knows no values would walk all records. */
static void filters_are_planned_for_their_values(void **state)
{
	int64_t before = uses("enrollments_district_since_idx");

	(void)state;
	for (int i = 0; i < 10; i++) {
		struct told told = roster_ask("1.2 enrollments?filter="
					      "dateLastModified>'2026-01-01'");

		CHECK(strcmp(told.ids, "many-7") == 0, "%s", told.ids);
	}
	CHECK(uses("enrollments_district_since_idx") >= before + 10, "%d",
	    (int)before);
}

static int setup_again(void **state)
{
	(void)state;
	CHECK(roster_ask("1.2 orgs").fault == FAULT_NONE, "orgs");
	db = database_open(DB_SERVE);
	run("SELECT set_config('homeroom.district', '1', false)");
	run("SET plan_cache_mode = force_generic_plan");
	run("SET ROLE homeroom_publish_full");
	return 0;
}

static int setup(void **state)
{
	roster_sql(many);
	roster_sql("analyze");
	return setup_again(state);
}

static int teardown(void **state)
{
	(void)state;
	db_close(db);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(kept_plans_use_indexes, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(grants_are_read_by_key,
		    setup_again, teardown),
		cmocka_unit_test(filters_are_planned_for_their_values),
	};
	int failures;

	roster_open();
	failures = check_main(tests);
	roster_close();
	return failures;
}
