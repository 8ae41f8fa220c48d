/* What grants see: random districts, random grants and random changes, over
 * and over. HOMEROOM_TEST_SEED and HOMEROOM_TEST_COUNT choose.
 * threads: 1 */
#include "check.h"
#include "support/database.h"

#include "homeroom/publish.h"

#define GRANTS 6
#define VERSIONS 25

static struct arena *arena;
static struct db *db;

static void run(const char *sql)
{
	struct err err = { 0 };

	CHECK(db_run(db, sql, &err), "%s: %s", sql, err.text);
}

#define run_number(fmt, number) run(arena_printf(arena, fmt, number))

static const char *ask(const char *sql)
{
	const struct rows *rows;
	struct err err = { 0 };

	CHECK(db_ask_text(db, arena, sql, NULL, &rows, &err), "%s: %s", sql,
	    err.text);
	return rows_count(rows) == 0 ? "" : rows_get(rows, 0, 0);
}

static char *read_source(const char *name)
{
	const char *top = getenv("HOMEROOM_TEST_SOURCE");
	FILE *file = fopen(
	    arena_printf(arena, "%s/%s", top != NULL ? top : ".", name), "r");
	struct buf text = { 0 };
	char piece[4096], *copy;
	size_t n;

	CHECK(file != NULL, "%s", name);
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_add(&text, piece, n);
	fclose(file);
	copy = arena_text(arena, buf_text(&text));
	buf_free(&text);
	return copy;
}

/* --- one version after the other ------------------------------------------ */

static void add_version(int64_t version)
{
	run_number("insert into homeroom.version (district, version) "
		   "values (1, %lld)",
	    (long long)version);
}

static void publish(int64_t version, int changes, int size)
{
	struct err err = { 0 };

	run(arena_printf(arena, "select staging.evolve(%d, %d)", changes,
	    size));
	CHECK(grants_compile(db, 1, version, &err), "%s", err.text);
	add_version(version);
}

static void change_grant(int64_t version, int grant, int size)
{
	struct err err = { 0 };

	run(arena_printf(arena, "select staging.restrict_grant(%d, %d)", grant,
	    size));
	CHECK(grants_recompile(db, 1, version,
		  arena_printf(arena, "{%d}", grant), &err),
	    "%s", err.text);
	add_version(version);
}

/* Compiled from nothing, each grant sees what it sees. */
static void check_whole(int64_t version)
{
	struct err err = { 0 };

	run("savepoint whole");
	CHECK(grants_recompile(db, 1, version + 1, "", &err), "%s", err.text);
	CHECK(strcmp(ask(arena_printf(arena,
			 "select coalesce(string_agg(format('%%s %%s %%s %%s', "
			 "grant_id, entity, sourced_id, case when gone then "
			 "'too many' else 'missing' end), ', '), '') "
			 "from homeroom.visible "
			 "where since = %lld and until is null",
			 (long long)version + 1)),
		  "") == 0,
	    "version %lld: %s", (long long)version,
	    ask(arena_printf(arena,
		"select string_agg(format('%%s %%s %%s %%s', "
		"grant_id, entity, sourced_id, case when gone then "
		"'too many' else 'missing' end), ', ') from homeroom.visible "
		"where since = %lld and until is null",
		(long long)version + 1)));
	run("rollback to whole");
}

static void check_version(int64_t version)
{
	CHECK(strcmp(ask("select coalesce(string_agg(format('%s: %s sees %s', "
			 "what, which, id), ', '), '') from staging.broken()"),
		  "") == 0,
	    "version %lld: %s", (long long)version,
	    ask("select string_agg(format('%s: %s sees %s', what, which, id), "
		"', ') from staging.broken()"));
	CHECK(strcmp(ask(arena_printf(arena, "select staging.misplaced(%lld)",
			 (long long)version)),
		  "0") == 0,
	    "version %lld: what changed is not where it is said to be",
	    (long long)version);
	check_whole(version);
	run_number("select staging.remember(%lld)", (long long)version);
}

static void begin_case(void)
{
	run("begin");
	for (int i = 1; i <= GRANTS; i++) {
		run_number("insert into homeroom.application (id, district, "
			   "name, client_id) overriding system value "
			   "values (%1$d, 1, 'a%1$d', 'a%1$d')",
		    i);
		run_number("insert into homeroom.\"grant\" (id, application, "
			   "district) overriding system value "
			   "values (%1$d, %1$d, 1)",
		    i);
	}
}

static void run_case(uint64_t *state)
{
	int size = 3 + (int)(check_random(state) % 8);
	int64_t version = 0;

	begin_case();
	run(arena_printf(arena, "select setseed(%f)",
	    (double)(check_random(state) % 1000000) / 1000000));
	publish(++version, 60 * size, size);
	for (int i = 1; i <= GRANTS; i++)
		change_grant(++version, i, size);
	check_version(version);
	while (version < VERSIONS) {
		uint64_t chance = check_random(state);

		version++;
		if (chance % 5 == 0)
			change_grant(version, 1 + (int)(chance / 5 % GRANTS),
			    size);
		else
			publish(version, 1 + (int)(chance / 5 % 12), size);
		check_version(version);
	}
	CHECK(strcmp(ask("select staging.forgotten()"), "0") == 0, "%s",
	    "what was seen is not what is remembered");
	CHECK(strcmp(ask("select staging.untold()"), "0") == 0, "%s",
	    "what left was not told of");
	run("rollback");
	arena_reset(arena);
}

static void grants_see_what_they_may(void **state)
{
	int cases = check_count(2);
	uint64_t seed = check_seed();

	(void)state;
	run(read_source("tests/support/chaos.sql"));
	for (int i = 0; i < cases; i++)
		run_case(&seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grants_see_what_they_may),
	};
	int code;

	arena = arena_new();
	db = database_open(DB_OWNER);
	code = check_main(tests);
	db_close(db);
	arena_free(arena);
	return code;
}
