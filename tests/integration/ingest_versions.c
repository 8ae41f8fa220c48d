/* Imports one after another: what each makes of what is there.
 * threads: 1 */
#include "check.h"
#include "homeroom/publish.h"
#include "support/database.h"
#include "support/fixture.h"

#include <inttypes.h>

static struct db *db;
static bool accepting; /* the next one, though a school goes */

#define MOMENT_TEXT "2026-01-01T00:00:00.000Z"

/* --- what a step is expected to do --------------------------------------- */

struct step {
	struct fixture_change changes[FIXTURE_CHANGES_MAX];
	enum ingest_outcome outcome;
	const char *file; /* of which */
	int64_t added, changed, unchanged, removed, aside;
};

static void take(int64_t district, enum oneroster version,
    const struct step *step, const char *name)
{
	struct ingest *ingest;
	const struct ingest_file *f;

	fixture_write("bundle", version, step->changes);
	ingest = fixture_import(db, district, "bundle", accepting);
	accepting = false;
	CHECK(ingest_report(ingest)->outcome == step->outcome,
	    "%s: outcome %d, %s", name, (int)ingest_report(ingest)->outcome,
	    ingest_report(ingest)->reason);
	if (step->file != NULL) {
		f = fixture_file(ingest, step->file);
		CHECK(f->added == step->added && f->changed == step->changed &&
			  f->unchanged == step->unchanged &&
			  f->removed == step->removed &&
			  f->aside == step->aside,
		    "%s: %s: added %" PRId64 " changed %" PRId64
		    " unchanged %" PRId64 " removed %" PRId64 " aside %" PRId64,
		    name, step->file, f->added, f->changed, f->unchanged,
		    f->removed, f->aside);
	}
	ingest_close(ingest);
	fixture_check(district);
}

static void is(int64_t district, const char *sql, const char *want)
{
	const char *got = fixture_value(district, sql);

	CHECK(strcmp(got, want) == 0, "%s: '%s', not '%s'", sql, got, want);
}

#define LIVE_VERSION                                                           \
	"SELECT max(version) FROM homeroom.version WHERE district = {d}"
#define OF(table, id, columns)                                                 \
	"SELECT concat_ws(' ', " columns ") FROM roster." table                \
	" WHERE district = {d} AND sourced_id = '" id "'"

/* --- stories ------------------------------------------------------------- */

static const struct step first = { { { 0 } }, INGEST_COMMITTED, NULL, 0, 0, 0,
	0, 0 };

static void the_same_again(void **state)
{
	static const struct step same = { { { 0 } }, INGEST_UNCHANGED,
		"users.csv", 0, 0, 4, 0, 0 };
	/* Not the same bytes, so that all of it is read. */
	static const struct step alike = { { { "README.txt", "#x" } },
		INGEST_UNCHANGED, "users.csv", 0, 0, 4, 0, 0 };
	const enum oneroster versions[] = { V11, V12 };

	(void)state;
	for (size_t i = 0; i < array_length(versions); i++) {
		int64_t district = fixture_district();

		take(district, versions[i], &first, "first");
		take(district, versions[i], &same, "same");
		take(district, versions[i], &alike, "alike");
		take(district, versions[i], &same, "same after alike");
		is(district, LIVE_VERSION, "1");
	}
}

static void a_delta(void **state)
{
	static const struct step delta = {
		{ { "users.csv",
		      "=u1,active," MOMENT_TEXT
		      ",true,anna,,Anne,Ax,,,,,,u4,09,,,,,,s1,\n"
		      "u5,active," MOMENT_TEXT
		      ",true,eve,,Eve,East,,,,,,,09,,,,,,s1,\n"
		      "u2,tobedeleted," MOMENT_TEXT ",,,,,,,,,,,,,,,,,,,\n"
		      "u8,tobedeleted," MOMENT_TEXT ",,,,,,,,,,,,,,,,,,,\n" },
		    { "roles.csv", NULL }, { "enrollments.csv", NULL }, { 0 } },
		INGEST_COMMITTED, "users.csv", 1, 1, 1, 1, 0
	};
	int64_t district = fixture_district();

	(void)state;
	take(district, V12, &first, "first");
	take(district, V12, &delta, "delta");
	is(district, OF("users", "u1", "given_name, status, since"),
	    "Anne active 2");
	is(district, OF("users", "u2", "given_name, status, since"),
	    "Ben tobedeleted 2");
	is(district, OF("users", "u3", "status, since"), "active 1");
	/* Nobody is enrolled who is gone. */
	is(district, OF("enrollments", "e2", "status, since"), "tobedeleted 2");
	is(district, OF("roles", "r2", "status, since"), "tobedeleted 2");
	is(district,
	    "SELECT given_name || since || until FROM history.users WHERE "
	    "district = {d} AND sourced_id = 'u1'",
	    "Anna12");
}

static void gone_and_back(void **state)
{
	static const struct step without = {
		{ { "enrollments.csv", "=e1,,,k1,s1,u1,student,,,\n"
				       "e3,,,k1,s1,u3,teacher,true,,\n" },
		    { 0 } },
		INGEST_COMMITTED, "enrollments.csv", 0, 0, 2, 1, 0
	};
	static const struct step with = { { { 0 } }, INGEST_COMMITTED,
		"enrollments.csv", 1, 0, 2, 0, 0 };
	int64_t district = fixture_district();

	(void)state;
	take(district, V12, &first, "first");
	take(district, V12, &without, "without");
	is(district, OF("enrollments", "e2", "status, since, user_id"),
	    "tobedeleted 2 u2");
	take(district, V12, &with, "with");
	is(district, OF("enrollments", "e2", "status, since"), "active 3");
}

/* A row that can't be taken is no row that is missing. */
static void set_aside_stays(void **state)
{
	static const struct step spoilt = {
		{ { "enrollments.csv", "=e1,,,k1,s1,u1,student,,,\n"
				       "e2,,,k1,s1,u2,pupil,,,\n"
				       "e3,,,k1,s1,u3,teacher,true,,\n" },
		    { 0 } },
		INGEST_UNCHANGED, "enrollments.csv", 0, 0, 2, 0, 1
	};
	/* Nor may one be, when a row does not say which one it is. */
	static const struct step unreadable = {
		{ { "enrollments.csv", "=e1,,,k1,s1,u1,student,,,\n"
				       "e\"2,,,k1,s1,u2,student,,,\n" },
		    { 0 } },
		INGEST_UNCHANGED, "enrollments.csv", 0, 0, 1, 0, 1
	};
	/* One of two copies is as it was. */
	static const struct step twice = {
		{ { "enrollments.csv", "e2,,,k2,s2,u2,student,,,\n" }, { 0 } },
		INGEST_UNCHANGED, "enrollments.csv", 0, 0, 3, 0, 1
	};
	static const struct step changed_first = {
		{ { "enrollments.csv", "=e2,,,k2,s2,u2,student,,,\n"
				       "e1,,,k1,s1,u1,student,,,\n"
				       "e2,,,k1,s1,u2,student,,,\n"
				       "e3,,,k1,s1,u3,teacher,true,,\n" },
		    { 0 } },
		INGEST_COMMITTED, "enrollments.csv", 0, 1, 2, 0, 1
	};
	static const struct step copies = {
		{ { "enrollments.csv", "=e2,,,k2,s2,u2,student,,,\n"
				       "e1,,,k1,s1,u1,student,,,\n"
				       "e2,,,k2,s2,u2,student,,,\n"
				       "e3,,,k1,s1,u3,teacher,true,,\n" },
		    { 0 } },
		INGEST_UNCHANGED, "enrollments.csv", 0, 0, 3, 0, 1
	};
	int64_t district = fixture_district();

	(void)state;
	take(district, V12, &first, "first");
	take(district, V12, &spoilt, "spoilt");
	is(district, OF("enrollments", "e2", "status, role"), "active student");
	take(district, V12, &unreadable, "unreadable");
	take(district, V12, &twice, "twice");
	is(district, OF("enrollments", "e2", "class_id"), "k1");
	take(district, V12, &changed_first, "changed first");
	is(district, OF("enrollments", "e2", "class_id"), "k2");
	take(district, V12, &copies, "copies");
}

static void many(struct buf *rows, int from, int to)
{
	buf_puts(rows, "=d1,,,District,district,100,\n"
		       "s1,,,North School,school,101,d1\n"
		       "s2,,,South School,school,102,d1\n");
	for (int i = from; i < to; i++)
		buf_printf(rows, "x%d,,,School %d,school,,d1\n", i, i);
}

static void too_much_goes(void **state)
{
	struct buf all = { 0 }, few = { 0 };
	struct fixture_change changes[2] = { { "orgs.csv", NULL }, { 0 } };
	int64_t district = fixture_district();
	struct ingest *ingest;

	(void)state;
	many(&all, 0, 100);
	many(&few, 0, 89);
	changes[0].text = buf_text(&all);
	fixture_write("bundle", V12, changes);
	ingest_close(fixture_import(db, district, "bundle", false));
	changes[0].text = buf_text(&few);
	fixture_write("bundle", V12, changes);
	ingest = fixture_import(db, district, "bundle", false);
	CHECK(ingest_report(ingest)->outcome == INGEST_REFUSED &&
		  strstr(ingest_report(ingest)->reason, "11 of 103") != NULL,
	    "%s", ingest_report(ingest)->reason);
	ingest_close(ingest);
	is(district, LIVE_VERSION, "1");
	is(district,
	    "SELECT count(*) FROM roster.orgs WHERE district = {d} AND status "
	    "= 'active'",
	    "103");
	ingest = fixture_import(db, district, "bundle", true);
	CHECK(fixture_file(ingest, "orgs.csv")->removed == 11, "--accept");
	ingest_close(ingest);
	fixture_check(district);
	buf_free(&all);
	buf_free(&few);
}

/* A school takes all that is in it with it. */
static void a_school_goes(void **state)
{
	static const struct step without = {
		{ { "orgs.csv", "=d1,,,District,district,100,\n"
				"s1,,,North School,school,101,d1\n" },
		    { 0 } },
		INGEST_COMMITTED, "classes.csv", 0, 0, 1, 1, 1
	};
	int64_t district = fixture_district();

	(void)state;
	take(district, V12, &first, "first");
	accepting = true;
	take(district, V12, &without, "without");
	is(district, OF("classes", "k2", "status"), "tobedeleted");
	is(district, OF("roles", "r4", "status"), "tobedeleted");
	is(district, OF("users", "u3", "org_ids, since"), "{s1} 2");
	take(district, V12, &first, "back");
	is(district, OF("classes", "k2", "status"), "active");
	is(district, OF("users", "u3", "org_ids, since"), "{s1,s2} 3");
}

/* What a record was taken without is put in when it comes. */
static void a_reference_comes(void **state)
{
	static const struct step without = {
		{ { "users.csv", "u9,,,true,nina,,Nina,North,,,,,,\"u8,u1\",09,"
				 ",,,,,s9,\n" },
		    { 0 } },
		INGEST_COMMITTED, "users.csv", 5, 0, 0, 0, 0
	};
	static const struct step with = {
		{ { "users.csv",
		      "u9,,,true,nina,,Nina,North,,,,,,\"u8,u1\",09,,,,,,s9,\n"
		      "u8,,,true,olga,,Olga,North,,,,,,,,,,,,,s1,\n" },
		    { "orgs.csv", "s9,,,East School,school,,d1\n" }, { 0 } },
		INGEST_COMMITTED, "users.csv", 1, 1, 4, 0, 0
	};
	struct step without_again = without;
	int64_t district = fixture_district();

	(void)state;
	/* Its row says the same as before. */
	without_again.added = 0;
	without_again.removed = 1;
	without_again.unchanged = 5;
	take(district, V12, &without, "without");
	is(district, OF("users", "u9", "agent_ids, primary_org_id"), "{u1}");
	take(district, V12, &with, "with");
	is(district, OF("users", "u9", "agent_ids, primary_org_id"),
	    "{u8,u1} s9");
	accepting = true;
	take(district, V12, &without_again, "without again");
	is(district, OF("users", "u9", "agent_ids, primary_org_id"), "{u1}");
}

/* --- 1.1 ----------------------------------------------------------------- */

static void roles_of_1_1(void **state)
{
	/* The administrator leaves, and Anna's move to s2 was not in bulk. */
	static const struct step gone = { { { 0 } }, INGEST_COMMITTED, "roles",
		1, 0, 0, 3, 0 };
	static const struct step start = {
		{ { "users.csv", "a1,,,true,\"d1,s1\",administrator,adam,,Ad,"
				 "Min,,,,,,,,\n" },
		    { 0 } },
		INGEST_COMMITTED, "roles", 7, 0, 0, 0, 0
	};
	static const struct step moved = {
		{ { "users.csv",
		      "=u1,active," MOMENT_TEXT
		      ",true,s2,student,anna,,Anna,Ax,,,,,,u4,09,\n" },
		    { "enrollments.csv", NULL }, { 0 } },
		INGEST_COMMITTED, "roles", 1, 0, 0, 1, 0
	};
	static const struct step same = {
		{ { "users.csv", "a1,,,true,\"d1,s1\",administrator,adam,,Ad,"
				 "Min,,,,,,,,\n" },
		    { "README.txt", "#x" }, { 0 } },
		INGEST_UNCHANGED, "roles", 0, 0, 0, 0, 0
	};
	int64_t district = fixture_district();

	(void)state;
	take(district, V11, &start, "start");
	take(district, V11, &same, "same");
	is(district,
	    "SELECT string_agg(role_type || ' ' || role || ' ' || org_id, '; ' "
	    "ORDER BY org_id) FROM roster.roles WHERE district = {d} AND "
	    "user_id = 'a1'",
	    "primary districtAdministrator d1; primary siteAdministrator s1");
	is(district, OF("users", "a1", "role, org_ids, primary_org_id"),
	    "administrator {d1,s1} d1");
	take(district, V11, &moved, "moved");
	is(district, OF("users", "u1", "role, org_ids, primary_org_id, since"),
	    "student {s2} s2 2");
	is(district, OF("users", "a1", "org_ids, since"), "{d1,s1} 1");
	take(district, V11, &gone, "gone");
	is(district,
	    "SELECT string_agg(status, ' ') FROM roster.roles WHERE "
	    "district = {d} AND user_id = 'a1'",
	    "tobedeleted tobedeleted");
}

/* A district goes over to 1.2, and back. */
static void over_to_1_2(void **state)
{
	static const struct step over = { { { 0 } }, INGEST_COMMITTED,
		"roles.csv", 5, 0, 0, 5, 0 };
	static const struct step back = { { { 0 } }, INGEST_COMMITTED, "roles",
		5, 0, 0, 5, 0 };
	int64_t district = fixture_district();

	(void)state;
	take(district, V11, &first, "1.1");
	take(district, V12, &over, "1.2");
	is(district, OF("users", "u3", "role, org_ids"), "teacher {s1,s2}");
	take(district, V11, &back, "1.1 again");
	is(district, OF("users", "u3", "role, org_ids"), "teacher {s1,s2}");
}

/* --- other sources, going back, retention -------------------------------- */

static void two_sources(void **state)
{
	struct ingest_request request = { .source = "another",
		.path = "bundle",
		.keep_days = 180 };
	int64_t district = fixture_district();
	struct ingest *ingest;
	struct err err = { 0 };
	bool more = true;

	(void)state;
	take(district, V12, &first, "first");
	fixture_write("bundle", V12,
	    (struct fixture_change[]){
		{ "orgs.csv",
		    "=s1,,,Another Name,school,,\nz1,,,Zeta,school,,s1\n" },
		{ 0 } });
	request.district = district;
	ingest = ingest_open(db, &request);
	while (more)
		CHECK(ingest_step(ingest, &more, &err), "%s", err.text);
	CHECK(fixture_finding(ingest, "orgs.csv", "other_source") != NULL,
	    "not found");
	ingest_close(ingest);
	fixture_check(district);
	is(district, OF("orgs", "s1", "name"), "North School");
	is(district, OF("orgs", "d1", "status"), "active");
	is(district, OF("orgs", "z1", "parent_id"), "s1");
}

static void going_back(void **state)
{
	static const struct step change = {
		{ { "users.csv",
		      "=u1,,,true,anna,,Anne,Ax,,,,,,u4,09,,,,,,s1,\n"
		      "u3,,,true,carl,,Carl,Cox,,,,,,,,,,,,,s1,\n"
		      "u4,,,true,dora,,Dora,Ax,,,,,,u1,,,,,,,s1,\n"
		      "u5,,,true,eve,,Eve,East,,,,,,,09,,,,,,s1,\n" },
		    { "orgs.csv", "s3,,,West School,school,,d1\n" }, { 0 } },
		INGEST_COMMITTED, "users.csv", 1, 1, 2, 1, 0
	};
	int64_t district = fixture_district(), fresh = fixture_district();
	struct rollback back = { .district = district, .to = 1 };
	struct rollback dry = { .district = district,
		.to = 1,
		.dry_run = true };
	struct err err = { 0 };

	(void)state;
	take(fresh, V12, &first, "fresh");
	take(district, V12, &first, "first");
	take(district, V12, &change, "change");
	CHECK(version_rollback(db, &dry, &err) && dry.rows > 0, "%s", err.text);
	is(district, LIVE_VERSION, "2");
	CHECK(version_rollback(db, &back, &err) && back.made == 3, "%s",
	    err.text);
	fixture_check(district);
	fixture_check_same(district, fresh, 0);
	is(district, OF("users", "u5", "status, since"), "tobedeleted 3");
	/* And the same bundle is no news to it. */
	take(district, V12,
	    &(struct step){ { { 0 } }, INGEST_UNCHANGED, "users.csv", 0, 0, 4,
		0, 0 },
	    "after");
	back = (struct rollback){ .district = district, .to = 9 };
	CHECK(!version_rollback(db, &back, &err) &&
		  err.fault == FAULT_NOT_FOUND,
	    "%s", err.text);
}

#define DAY (24 * 60 * 60 * INT64_C(1000))

static void letting_go(void **state)
{
	static const struct step without = {
		{ { "enrollments.csv", "=e1,,,k1,s1,u1,student,,,\n"
				       "e3,,,k1,s1,u3,teacher,true,,\n" },
		    { 0 } },
		INGEST_COMMITTED, NULL, 0, 0, 0, 0, 0
	};
	static const struct step later = {
		{ { "enrollments.csv", "=e1,,,k1,s1,u1,student,,,\n"
				       "e3,,,k1,s1,u3,teacher,false,,\n" },
		    { 0 } },
		INGEST_COMMITTED, NULL, 0, 0, 0, 0, 0
	};
	int64_t district = fixture_district(), now = clock_now(), dropped;
	struct rollback back = { .district = district, .to = 1 };
	struct err err = { 0 };

	(void)state;
	take(district, V12, &first, "first");
	take(district, V12, &without, "without");
	clock_set(now + 200 * DAY);
	take(district, V12, &later, "later");
	/* Whoever asks for what came with version 2 or later is told of it. */
	is(district, OF("enrollments", "e2", "status"), "tobedeleted");
	CHECK(version_purge(db, district, 180, &dropped, &err) && dropped > 0,
	    "%s", err.text);
	CHECK(!version_rollback(db, &back, &err) && err.fault == FAULT_GONE,
	    "%s", err.text);
	is(district,
	    "SELECT string_agg(version || purged::text, ' ' ORDER BY version) "
	    "FROM homeroom.version WHERE district = {d}",
	    "1true 2false 3false");
	clock_set(now + 400 * DAY);
	take(district, V12, &without, "much later");
	is(district, OF("enrollments", "e2", "status"), "");
	clock_set(now);
	is(district,
	    "SELECT bool_and(published > before) FROM (SELECT published, "
	    "lag(published) OVER (ORDER BY version) AS before FROM "
	    "homeroom.version WHERE district = {d}) v",
	    "t");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_again),
		cmocka_unit_test(a_delta),
		cmocka_unit_test(gone_and_back),
		cmocka_unit_test(set_aside_stays),
		cmocka_unit_test(too_much_goes),
		cmocka_unit_test(a_school_goes),
		cmocka_unit_test(a_reference_comes),
		cmocka_unit_test(roles_of_1_1),
		cmocka_unit_test(over_to_1_2),
		cmocka_unit_test(two_sources),
		cmocka_unit_test(going_back),
		cmocka_unit_test(letting_go),
	};
	int failed;

	db = database_open(DB_INGEST);
	failed = check_main(tests);
	db_close(db);
	return failed;
}
