/* Random bundles one after another: whatever came before, a district has what
 * the last one says.
 * threads: 1 */
#include "check.h"

#include "support/database.h"
#include "support/fixture.h"
#include "support/random.h"

#include <inttypes.h>

#define FILES_MAX 32

static struct db *db;

/* However a district came to a bundle, it has what the bundle says, as one
 * has that never saw another. */
static void check_versions(const enum oneroster *versions, int count,
    bool shared)
{
	uint64_t seed = check_seed(), was = seed;
	int64_t district = fixture_district();

	for (int i = 0; i < count; i++) {
		int64_t fresh = fixture_district();

		const struct random_plan plan = {
			.version = versions[i],
			.shared = shared,
			/* Then Postgres compares the rows, since it is no
			 * delta after all. */
			.called_deltas = i % 3 == 1,
		};

		random_bundle("bundle", &plan, &seed);
		ingest_close(fixture_import(db, district, "bundle", true));
		ingest_close(fixture_import(db, fresh, "bundle", true));
		fixture_check(district);
		fixture_check_same(district, fresh, (int64_t)was);
	}
}

static void always_1_2(void **state)
{
	static const enum oneroster versions[] = { V12, V12, V12, V12, V12 };

	(void)state;
	check_versions(versions, array_length(versions), false);
}

static void always_1_1(void **state)
{
	static const enum oneroster versions[] = { V11, V11, V11, V11, V11 };

	(void)state;
	check_versions(versions, array_length(versions), false);
}

static void to_and_fro(void **state)
{
	static const enum oneroster versions[] = { V11, V12, V11, V11, V12 };

	(void)state;
	check_versions(versions, array_length(versions), true);
}

/* --- bundles with faults ------------------------------------------------- */

/* Records that went with what they needed: a delta does not name them. Users
 * need nothing: what is said of their file is of the roles made of it. */
static int64_t went_along(const struct ingest *ingest, const char *file)
{
	const struct ingest_finding *f =
	    fixture_finding(ingest, file, "reference_removed");

	return f != NULL && strcmp(file, "users.csv") != 0 ? f->count : 0;
}

/* Of every row that was read, the report says what became of it. */
static void check_counts(const struct ingest *ingest, uint64_t seed)
{
	const struct ingest_report *report = ingest_report(ingest);

	for (int i = 0; i < report->file_count; i++) {
		const struct ingest_file *f = &report->files[i];
		int64_t told = f->added + f->changed + f->unchanged + f->aside;

		if (strcmp(f->mode, "delta") == 0)
			told += f->removed - went_along(ingest, f->name);
		CHECK(f->read == told && f->unchanged >= 0,
		    "HOMEROOM_TEST_SEED=%" PRIu64 ": %s %s: read %" PRId64
		    ", added %" PRId64 ", changed %" PRId64
		    ", unchanged %" PRId64 ", removed %" PRId64
		    ", aside %" PRId64,
		    seed, f->name, f->mode, f->read, f->added, f->changed,
		    f->unchanged, f->removed, f->aside);
	}
}

/* Copies before and behind a row that is known: the first line counts. */
static void three_copies(void **state)
{
	static const struct fixture_change copies[] = {
		{ "orgs.csv", "=d1,,,District,district,100,\n"
			      "s2,,,Second,school,102,d1\n"
			      "s2,,,Third,school,102,d1\n"
			      "s1,,,North School,school,101,d1\n"
			      "s2,,,South School,school,102,d1\n"
			      "s1,,,Fourth,school,101,d1\n"
			      "s2,,,South School,school,102,d1\n" },
		{ 0 }
	};
	int64_t district = fixture_district();
	struct ingest *ingest;
	const struct ingest_file *f;

	(void)state;
	fixture_write("bundle", V12, (struct fixture_change[]){ { 0 } });
	ingest_close(fixture_import(db, district, "bundle", false));
	fixture_write("bundle", V12, copies);
	ingest = fixture_import(db, district, "bundle", false);
	f = fixture_file(ingest, "orgs.csv");
	CHECK(f->read == 7 && f->changed == 1 && f->unchanged == 2 &&
		  f->aside == 4 && f->added + f->removed == 0,
	    "changed %" PRId64 " unchanged %" PRId64 " aside %" PRId64,
	    f->changed, f->unchanged, f->aside);
	check_counts(ingest, 0);
	ingest_close(ingest);
}

/* A small bundle makes few tables. */
static void few_tables(void **state)
{
	struct fixture_change changes[FILES_MAX] = { 0 };
	struct arena *arena = arena_new();
	struct err err = { 0 };
	const struct rows *rows;
	struct ingest *ingest;
	int count = 0;

	(void)state;
	for (const struct entity *const *e = entities; *e != NULL; e++)
		if (*e != &entity_orgs)
			changes[count++].file =
			    arena_printf(arena, "%s.csv", (*e)->name);
	fixture_write("bundle", V12, changes);
	ingest = fixture_import(db, fixture_district(), "bundle", false);
	CHECK(db_ask_text(db, arena,
		  "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND "
		  "relnamespace = pg_my_temp_schema()",
		  NULL, &rows, &err),
	    "%s", err.text);
	CHECK(rows_integer(rows, 0, 0) < 10, "%" PRId64 " tables",
	    rows_integer(rows, 0, 0));
	ingest_close(ingest);
	arena_free(arena);
}

#define ONLY(file, text)                                                       \
	{                                                                      \
		{ file, text }, { "orgs.csv", NULL },                          \
		    { "academicSessions.csv", NULL }, { "courses.csv", NULL }, \
		    { "classes.csv", NULL }, { "users.csv", NULL },            \
		    { "enrollments.csv", NULL }, { "demographics.csv", NULL }, \
		{                                                              \
			0                                                      \
		}                                                              \
	}
#define FILLED                                                                 \
	"SELECT i.school_id || ' ' || r.class_id || ' ' || a.role FROM "       \
	"roster.line_items i, roster.results r, roster.roles a WHERE "         \
	"i.district = {d} AND r.district = {d} AND a.district = {d} AND "      \
	"a.user_id = 'a1' AND a.status = 'active'"
#define MOMENT_TEXT "2026-01-01T00:00:00.000Z"

static void is(int64_t district, const char *sql, const char *want)
{
	CHECK(strcmp(fixture_value(district, sql), want) == 0, "%s: %s", sql,
	    fixture_value(district, sql));
}

/* What a row shows of another one follows it, though only that one comes. */
static void what_is_filled_in(void **state)
{
	static const struct fixture_change start[] = {
		{ "users.csv", "a1,,,true,s1,administrator,adam,,Ad,Min,,,,,,,,"
			       "\n" },
		{ "categories.csv", "g1,,,Homework\n" },
		{ "lineItems.csv", "i1,,,One,,2026-01-01,2026-01-02,k1,g1,t1,0,"
				   "9\n" },
		{ "results.csv", "r1,,,i1,u1,submitted,8,2026-01-03,\n" }, { 0 }
	};
	static const struct fixture_change class_moves[] = ONLY("classes.csv",
	    "=k1,active," MOMENT_TEXT
	    ",Mathematics 1,09,c1,M1,scheduled,,s2,t1,,,\n");
	static const struct fixture_change org_rises[] = ONLY("orgs.csv",
	    "=s1,active," MOMENT_TEXT ",North,district,101,d1\n");
	static const struct fixture_change item_moves[] =
	    ONLY("lineItems.csv", "=i1,active," MOMENT_TEXT
				  ",One,,2026-01-01,2026-01-02,k2,g1,t1,0,9\n");
	int64_t district = fixture_district();

	(void)state;
	fixture_write("bundle", V11, start);
	ingest_close(fixture_import(db, district, "bundle", false));
	is(district, FILLED, "s1 k1 siteAdministrator");
	fixture_write("bundle", V11, class_moves);
	ingest_close(fixture_import(db, district, "bundle", false));
	is(district, FILLED, "s2 k1 siteAdministrator");
	fixture_write("bundle", V11, org_rises);
	ingest_close(fixture_import(db, district, "bundle", false));
	is(district, FILLED, "s2 k1 districtAdministrator");
	fixture_write("bundle", V11, item_moves);
	ingest_close(fixture_import(db, district, "bundle", false));
	is(district, FILLED, "s2 k2 districtAdministrator");
	fixture_check(district);
}

/* The demo's records make room, but for those of one's own that say the same.
 */
static void the_demo_makes_room(void **state)
{
	static const struct fixture_change demo[] = { { 0 } };
	static const struct fixture_change own[] = {
		{ "enrollments.csv", "=e1,,,k1,s1,u1,student,,,\n"
				     "e3,,,k1,s1,u3,teacher,false,,\n" },
		{ 0 },
	};
	int64_t district = fixture_district();

	(void)state;
	fixture_write("bundle", V12, demo);
	ingest_close(fixture_import(db, district, "bundle", false));
	is(district,
	    "UPDATE homeroom.source SET name = '" INGEST_MADE_UP "' "
	    "WHERE district = {d} RETURNING name",
	    INGEST_MADE_UP);
	fixture_write("bundle", V12, own);
	ingest_close(fixture_import(db, district, "bundle", false));
	is(district,
	    "SELECT string_agg(sourced_id || ' ' || status, ', ' "
	    "ORDER BY sourced_id) FROM roster.enrollments "
	    "WHERE district = {d}",
	    "e1 active, e3 active");
	is(district,
	    "SELECT count(*) FROM roster.users WHERE district = {d} "
	    "AND status = 'active'",
	    "4");
}

/* They stay when settings are changed, and when provisioning says what it gave
 * them. */
static void the_demo_stays(void **state)
{
	static const struct fixture_change none[] = { { 0 } };
	static const char active[] =
	    "SELECT count(*) FROM roster.users WHERE district = {d} "
	    "AND status = 'active'";
	struct person_change merge = { .district = fixture_district() };
	int64_t district = merge.district;
	struct arena *arena = arena_new();
	struct err err = { 0 };

	(void)state;
	fixture_write("bundle", V12, none);
	ingest_close(fixture_import(db, district, "bundle", false));
	is(district,
	    "UPDATE homeroom.source SET name = '" INGEST_MADE_UP "' "
	    "WHERE district = {d} RETURNING name",
	    INGEST_MADE_UP);
	is(district,
	    "UPDATE homeroom.district SET remerge = true WHERE id = {d} "
	    "RETURNING 1",
	    "1");
	assert_true(person_change(db, arena, &merge, &err));
	is(district, active, "4");
	is(district,
	    "INSERT INTO homeroom.source (district, name, kind) "
	    "VALUES ({d}, 'test', 'accounts') RETURNING kind",
	    "accounts");
	ingest_close(fixture_import(db, district, "bundle", true));
	is(district, active, "4");
	is(district,
	    "SELECT count(*) FROM roster.classes WHERE district = {d} "
	    "AND source = (SELECT id FROM homeroom.source "
	    "WHERE district = {d} AND name = '" INGEST_MADE_UP "')",
	    "2");
	arena_free(arena);
}

/* Whatever is wrong with rows, what is taken is sound, and no row is lost
 * count of. */
static void with_faults(void **state)
{
	uint64_t seed = check_seed(), was = seed;

	(void)state;
	for (int round = 0; round < check_count(4); round++) {
		int64_t district = fixture_district();

		for (int i = 0; i < 5; i++) {
			const struct random_plan plan = {
				.version = round % 2 == 0 ? V12 : V11,
				.called_deltas = i % 3 == 1,
				.delta = i > 0 && check_random(&seed) % 3 == 0,
				.wrong = 5 + (int)(check_random(&seed) % 20),
			};
			struct ingest *ingest;

			random_bundle("bundle", &plan, &seed);
			ingest = fixture_import(db, district, "bundle", true);
			fixture_check(district);
			check_counts(ingest, was);
			ingest_close(ingest);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(always_1_2),
		cmocka_unit_test(always_1_1),
		cmocka_unit_test(to_and_fro),
		cmocka_unit_test(three_copies),
		cmocka_unit_test(few_tables),
		cmocka_unit_test(what_is_filled_in),
		cmocka_unit_test(the_demo_makes_room),
		cmocka_unit_test(the_demo_stays),
		cmocka_unit_test(with_faults),
	};
	int failed;

	db = database_open(DB_INGEST);
	failed = check_main(tests);
	db_close(db);
	return failed;
}
