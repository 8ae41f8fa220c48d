/* Statements and pipelines against a real Postgres. */
#include "check.h"
#include "support/database.h"
#include "homeroom/embedded.h"

#include <unistd.h>

static struct arena *arena;

/* The first value of an answer to a text with one value. */
static const char *asked(struct db *db, const char *sql, const char *value)
{
	struct values values = { 0 };
	const struct rows *rows;
	struct err err = { 0 };

	values_add(&values, value);
	CHECK(db_ask_text(db, arena, sql, &values, &rows, &err), "%s: %s", sql,
	    err.text);
	return rows_get(rows, 0, 0);
}

static void ran(struct db *db, const char *sql)
{
	struct err err = { 0 };

	CHECK(db_run(db, sql, &err), "%s: %s", sql, err.text);
}

/* --- one at a time -------------------------------------------------------- */

static void every_statement_prepares(void **state)
{
	struct db *db = database_open(DB_OWNER);
	const struct rows *rows;
	struct err err = { 0 };
	char sql[80];

	(void)state;
	for (int i = 0; i < STATEMENT_COUNT; i++) {
		const char *name = embedded_statements[i].name;
		struct buf text = { 0 };

		buf_printf(&text, "prepare %s as %s", name,
		    embedded_statements[i].text);
		/* PREPARE takes no transaction's commands; the protocol does,
		 * and these have nothing in them to go wrong. */
		if (strstr(embedded_statements[i].text, "\nbegin") == NULL &&
		    strstr(embedded_statements[i].text, "\ncommit") == NULL)
			CHECK(db_run(db, buf_text(&text), &err), "%s: %s", name,
			    err.text);
		buf_free(&text);
	}
	snprintf(sql, sizeof(sql),
	    "select count(*) from pg_prepared_statements");
	CHECK(db_ask_text(db, arena, sql, NULL, &rows, &err), "%s", err.text);
	CHECK(rows_integer(rows, 0, 0) > 5, "%s", rows_get(rows, 0, 0));
	db_close(db);
}

static void rows_are_read(void **state)
{
	struct db *db = database_open(DB_SERVE);
	struct err err = { 0 };
	const struct rows *rows;

	(void)state;
	CHECK(db_ask_text(db, arena,
		  "select 'a', null, '', -7::bigint union all "
		  "select E'\\t', 'x', 'ü', 9223372036854775807",
		  NULL, &rows, &err),
	    "%s", err.text);
	CHECK(rows_count(rows) == 2 && rows_columns(rows) == 4, "shape");
	CHECK(rows_get(rows, 0, 1) == NULL, "null");
	CHECK(strcmp(rows_get(rows, 0, 2), "") == 0, "empty");
	CHECK(rows_integer(rows, 0, 3) == -7, "integer");
	CHECK(rows_integer(rows, 1, 3) == INT64_MAX, "integer");
	CHECK(rows_length(rows, 1, 2) == 2, "length");
	CHECK(db_ask_text(db, arena, "select", NULL, NULL, &err), "%s",
	    err.text);
	db_close(db);
}

/* A text is prepared the second time, and given up after many others. */
static void composed_texts_are_kept_and_bounded(void **state)
{
	static const char count[] =
	    "select count(*) from pg_prepared_statements"
	    " where name like 'c%' and $1 <> ''";
	struct db *db = database_open(DB_SERVE);
	char sql[64];

	(void)state;
	CHECK(strcmp(asked(db, count, "x"), "0") == 0, "asked once");
	CHECK(strcmp(asked(db, count, "x"), "1") == 0, "asked twice");
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 200; i++) {
			snprintf(sql, sizeof(sql), "select %d + $1::int", i);
			(void)asked(db, sql, "1");
			CHECK(atol(asked(db, sql, "1")) == i + 1, "%d", i);
		}
	}
	CHECK(atol(asked(db, count, "x")) <= 64, "%s", asked(db, count, "x"));
	db_close(db);
}

static void refusals_hold_no_value(void **state)
{
	static const struct {
		const char *sql, *value;
		enum fault fault;
		const char *text;
	} cases[] = {
		{ "select $1::date", "Peter Secret", FAULT_DATABASE,
		    "composed statement: 22007 invalid datetime format" },
		{ "select 1/($1::int)", "0", FAULT_DATABASE,
		    "composed statement: 22012 data exception" },
		{ "select nothing from $1", "0", FAULT_DATABASE,
		    "composed statement: 42601 syntax error at or near \"$1\", "
		    "at character 21" },
		{ "insert into homeroom.district (name) values ($1)", "default",
		    FAULT_DATABASE,
		    "composed statement: 23505 unique violation, constraint "
		    "district_name_key" },
	};
	struct db *db = database_open(DB_OWNER);

	(void)state;
	for (size_t i = 0; i < 2 * array_length(cases); i++) {
		size_t at = i % array_length(cases); /* unprepared, prepared */
		struct values values = { 0 };
		struct err err = { 0 };

		values_add(&values, cases[at].value);
		CHECK(
		    !db_ask_text(db, arena, cases[at].sql, &values, NULL, &err),
		    "%s", cases[at].sql);
		CHECK(err.fault == cases[at].fault, "%s", err.text);
		CHECK(strcmp(err.text, cases[at].text) == 0, "%s", err.text);
		CHECK(db_usable(db), "%s", cases[at].sql);
	}
	db_close(db);
}

static void transactions_end(void **state)
{
	struct db *db = database_open(DB_INGEST);
	struct err err = { 0 };

	(void)state;
	db_rollback(db); /* outside is fine */
	CHECK(db_begin(db, &err), "%s", err.text);
	ran(db, "create temp table t (a int)");
	CHECK(db_commit(db, &err), "%s", err.text);
	CHECK(db_begin(db, &err), "%s", err.text);
	ran(db, "insert into t values (1)");
	CHECK(!db_run(db, "select 1/0", &err), "failed");
	CHECK(!db_commit(db, &(struct err){ 0 }), "a failed one is no commit");
	db_rollback(db);
	CHECK(strcmp(asked(db, "select count(*) from t where a < $1", "9"),
		  "0") == 0,
	    "rolled back");
	db_close(db);
}

/* --- pipelines ------------------------------------------------------------ */

static void pipe_text(struct db *db, const char *sql, const char *value)
{
	struct values values = { 0 };
	struct err err = { 0 };

	if (value != NULL)
		values_add(&values, value);
	CHECK(pipe_ask_text(db, sql, &values, &err), "%s: %s", sql, err.text);
}

static void pipes_answer_in_order(void **state)
{
	struct db *db = database_open(DB_SERVE);
	struct err err = { 0 };
	const struct rows *rows;
	char value[16];

	(void)state;
	for (int round = 0; round < 3; round++) {
		CHECK(pipe_begin(db, &err), "%s", err.text);
		for (int i = 0; i < 1000; i++) {
			snprintf(value, sizeof(value), "%d", i);
			pipe_text(db, "select $1, repeat('x', 1000)", value);
		}
		CHECK(pipe_flush(db, &err), "%s", err.text);
		for (int i = 0; i < 1000; i++) {
			CHECK(pipe_answer(db, arena, &rows, &err), "%s",
			    err.text);
			CHECK(rows_integer(rows, 0, 0) == i, "%d", i);
		}
		CHECK(pipe_end(db, &err), "%s", err.text);
		arena_reset(arena);
	}
	CHECK(strcmp(asked(db, "select $1", "after"), "after") == 0, "after");
	db_close(db);
}

static void pipe_fails_in_the_middle(void **state)
{
	struct db *db = database_open(DB_SERVE);
	const struct rows *rows;

	(void)state;
	for (int round = 0; round < 3; round++) {
		struct err err = { 0 }, second = { 0 }, third = { 0 };

		CHECK(pipe_begin(db, &err), "%s", err.text);
		pipe_text(db, "begin", NULL);
		pipe_text(db, "select 10/$1::int", "5");
		pipe_text(db, "select 11/$1::int", "0");
		pipe_text(db, "select 12/$1::int", "3");
		pipe_text(db, "commit", NULL);
		CHECK(pipe_flush(db, &err), "%s", err.text);
		CHECK(pipe_answer(db, arena, NULL, &err), "%s", err.text);
		CHECK(pipe_answer(db, arena, &rows, &err), "%s", err.text);
		CHECK(rows_integer(rows, 0, 0) == 2, "%s",
		    rows_get(rows, 0, 0));
		CHECK(!pipe_answer(db, arena, &rows, &second), "divided");
		CHECK(second.fault == FAULT_DATABASE, "%s", second.text);
		CHECK(!pipe_answer(db, arena, &rows, &third), "went on");
		CHECK(third.fault == FAULT_BUSY, "%s", third.text);
		CHECK(pipe_end(db, &err), "%s", err.text);
		db_rollback(db);
		CHECK(strcmp(asked(db, "select $1", "after"), "after") == 0,
		    "after");
	}
	db_close(db);
}

static void pipe_prepares_what_it_can(void **state)
{
	struct db *db = database_open(DB_SERVE);
	struct err err = { 0 };

	(void)state;
	/* Asked twice before: this is where they are prepared, in vain. */
	for (int round = 0; round < 3; round++) {
		struct err first = { 0 };

		CHECK(pipe_begin(db, &err), "%s", err.text);
		pipe_text(db, "select nothing", NULL);
		pipe_text(db, "select 1", NULL);
		pipe_text(db, "select nothing", NULL);
		CHECK(pipe_flush(db, &err), "%s", err.text);
		CHECK(!pipe_answer(db, arena, NULL, &first), "nothing");
		CHECK(strstr(first.text, "42703") != NULL, "%s", first.text);
		CHECK(pipe_end(db, &err), "%s", err.text);
	}
	db_close(db);
}

static void pipe_is_left_early(void **state)
{
	struct db *db = database_open(DB_SERVE);
	struct err err = { 0 };

	(void)state;
	CHECK(pipe_begin(db, &err) && pipe_end(db, &err), "%s", err.text);
	CHECK(pipe_begin(db, &err), "%s", err.text);
	pipe_text(db, "select 1", NULL);
	pipe_text(db, "select 2", NULL);
	CHECK(pipe_flush(db, &err) && pipe_end(db, &err), "%s", err.text);
	CHECK(db_usable(db), "read to its end");
	CHECK(pipe_begin(db, &err), "%s", err.text);
	pipe_text(db, "select 1", NULL);
	CHECK(!pipe_end(db, &err), "what was not sent is not waited for");
	CHECK(!db_usable(db), "not usable");
	db_close(db);
}

/* The server's answers fill every buffer while we still send. */
static void pipe_is_larger_than_all_buffers(void **state)
{
	struct db *db = database_open(DB_SERVE);
	struct err err = { 0 };
	const struct rows *rows;
	char *large = memory_new(200001);

	(void)state;
	memset(large, 'y', 200000);
	CHECK(pipe_begin(db, &err), "%s", err.text);
	for (int i = 0; i < 200; i++)
		pipe_text(db, "select $1 || 'z'", large);
	CHECK(pipe_flush(db, &err), "%s", err.text);
	for (int i = 0; i < 200; i++) {
		CHECK(pipe_answer(db, arena, &rows, &err), "%s", err.text);
		CHECK(rows_length(rows, 0, 0) == 200001, "%d", i);
		arena_reset(arena);
	}
	CHECK(pipe_end(db, &err), "%s", err.text);
	memory_free(large);
	db_close(db);
}

/* --- waiting and losing --------------------------------------------------- */

static void deadline_passes(void **state)
{
	struct db *db = database_open(DB_SERVE), *other;
	struct err err = { 0 };
	int64_t begin = clock_tick();
	char pid[16];

	(void)state;
	snprintf(pid, sizeof(pid), "%s",
	    asked(db, "select pg_backend_pid() where $1 = ''", ""));
	db_deadline(db, begin + 100);
	CHECK(!db_ask_text(db, arena, "select pg_sleep(60)", NULL, NULL, &err),
	    "slept");
	CHECK(clock_tick() - begin < 5000, "waited long");
	CHECK(err.fault == FAULT_UNAVAILABLE, "%s", err.text);
	CHECK(!db_usable(db), "usable");
	err = (struct err){ 0 };
	CHECK(!db_run(db, "select 1", &err), "still asked");
	CHECK(err.fault == FAULT_UNAVAILABLE, "%s", err.text);
	db_rollback(db);
	db_close(db);
	/* The server gives the statement up by itself. */
	other = database_open(DB_OWNER);
	while (atol(asked(other,
		   "select count(*) from pg_stat_activity where pid = $1::int",
		   pid)) > 0 &&
	       clock_tick() - begin < 20000)
		ran(other, "select pg_sleep(0.1)");
	CHECK(clock_tick() - begin < 20000, "the server never noticed");
	db_close(other);
}

static void pipe_misses_its_deadline(void **state)
{
	struct db *db = database_open(DB_SERVE);
	struct err err = { 0 };

	(void)state;
	db_deadline(db, clock_tick() + 100);
	CHECK(pipe_begin(db, &err), "%s", err.text);
	pipe_text(db, "select 1", NULL);
	pipe_text(db, "select pg_sleep(60)", NULL);
	CHECK(pipe_flush(db, &err), "%s", err.text);
	/* The server holds even the first answer back until it has all. */
	CHECK(!pipe_answer(db, arena, NULL, &err), "slept");
	CHECK(err.fault == FAULT_UNAVAILABLE, "%s", err.text);
	CHECK(!pipe_end(db, &err) && !db_usable(db), "usable");
	db_close(db);
}

static void connection_is_terminated(void **state)
{
	struct db *db, *other = database_open(DB_OWNER);
	struct err err = { 0 };
	char pid[16];

	(void)state;
	for (int piped = 0; piped < 2; piped++) {
		db = database_open(DB_OWNER);
		snprintf(pid, sizeof(pid), "%s",
		    asked(db, "select pg_backend_pid() where $1 = ''", ""));
		err = (struct err){ 0 };
		if (piped) {
			CHECK(pipe_begin(db, &err), "%s", err.text);
			pipe_text(db, "select pg_sleep(60)", NULL);
			CHECK(pipe_flush(db, &err), "%s", err.text);
		}
		CHECK(
		    strcmp(asked(other, "select pg_terminate_backend($1)", pid),
			"t") == 0,
		    "terminated");
		if (piped)
			CHECK(!pipe_answer(db, arena, NULL, &err), "answered");
		else
			CHECK(!db_ask_text(db, arena, "select pg_sleep(60)",
				  NULL, NULL, &err),
			    "answered");
		CHECK(err.fault == FAULT_UNAVAILABLE, "%s", err.text);
		CHECK(!db_usable(db), "usable");
		db_rollback(db);
		db_close(db);
	}
	db_close(other);
}

static void urls_are_refused(void **state)
{
	static const struct {
		const char *url;
		enum fault fault;
	} cases[] = {
		{ "postgresql://x@/y?host=/nowhere", FAULT_UNAVAILABLE },
		{ "postgresql://x:secret@127.0.0.1:1/y", FAULT_UNAVAILABLE },
		{ "host='", FAULT_INVALID },
		{ "postgresql://h/d?nonsense=1", FAULT_INVALID },
	};

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct err err = { 0 };
		struct db *db;

		CHECK(!db_open(&db, cases[i].url, DB_SERVE, &err), "%s",
		    cases[i].url);
		CHECK(err.fault == cases[i].fault, "%s: %s", cases[i].url,
		    err.text);
		CHECK(strstr(err.text, "secret") == NULL &&
			  strstr(err.text, "nowhere") == NULL,
		    "%s", err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_statement_prepares),
		cmocka_unit_test(rows_are_read),
		cmocka_unit_test(composed_texts_are_kept_and_bounded),
		cmocka_unit_test(refusals_hold_no_value),
		cmocka_unit_test(transactions_end),
		cmocka_unit_test(pipes_answer_in_order),
		cmocka_unit_test(pipe_fails_in_the_middle),
		cmocka_unit_test(pipe_prepares_what_it_can),
		cmocka_unit_test(pipe_is_left_early),
		cmocka_unit_test(pipe_is_larger_than_all_buffers),
		cmocka_unit_test(deadline_passes),
		cmocka_unit_test(pipe_misses_its_deadline),
		cmocka_unit_test(connection_is_terminated),
		cmocka_unit_test(urls_are_refused),
	};
	int code;

	arena = arena_new();
	code = check_main(tests);
	arena_free(arena);
	return code;
}
