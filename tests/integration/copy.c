/* COPY in and out with odd bytes, and news.
 * threads: 1 */
#include "check.h"
#include "support/database.h"

static struct arena *arena;

static const char *const fields[] = {
	"plain",
	"",
	NULL,
	"\\N",
	"\\",
	"\\.",
	"tab\there",
	"line\nhere",
	"cr\r\nboth",
	"back\\slash\\n",
	"\b\f\v",
	"\x01\x7f",
	"Ünïcødé 名前 🎒",
	"'quotes\"",
	" space ",
	"\\t",
	"\\x41\\101",
};

static struct db *open_with_table(void)
{
	struct db *db = database_open(DB_INGEST);
	struct err err = { 0 };

	CHECK(db_run(db, "create temp table t (n int, a text, b text)", &err),
	    "%s", err.text);
	return db;
}

static const char *asked(struct db *db, const char *sql)
{
	const struct rows *rows;
	struct err err = { 0 };

	CHECK(db_ask_text(db, arena, sql, NULL, &rows, &err), "%s: %s", sql,
	    err.text);
	return rows_get(rows, 0, 0);
}

static bool same(struct text got, const char *want)
{
	if (want == NULL || got.at == NULL)
		return want == got.at;
	return got.len == strlen(want) && memcmp(got.at, want, got.len) == 0 &&
	       got.at[got.len] == '\0';
}

static void add_row(struct buf *out, size_t n)
{
	const char *field = fields[n % array_length(fields)];
	char number[24];
	int len = snprintf(number, sizeof(number), "%zu", n);

	copy_field(out, number, (size_t)len, false);
	copy_field(out, field, field != NULL ? strlen(field) : 0, false);
	copy_field(out, "end", 3, true);
}

static void check_rows(struct db *db, size_t count)
{
	const struct rows *rows;
	struct text got[3];
	struct err err = { 0 };

	CHECK(db_ask_text(db, arena, "select * from t order by n", NULL, &rows,
		  &err),
	    "%s", err.text);
	CHECK((size_t)rows_count(rows) == count, "%d", rows_count(rows));
	for (size_t n = 0; n < count; n++) {
		const char *want = fields[n % array_length(fields)];

		rows_values(rows, (int)n, got, 3);
		CHECK(same(got[1], want) && same(got[2], "end"), "row %zu: %s",
		    n, want);
	}
}

/* Rows are cut anywhere between two calls of copy_put. */
static void odd_bytes_come_back(void **state)
{
	static const size_t pieces[] = { 1, 7, 100000 };

	(void)state;
	for (size_t p = 0; p < array_length(pieces); p++) {
		size_t count = pieces[p] == 1 ? 100 : 20000;
		struct db *db = open_with_table();
		struct buf out = { 0 };
		struct err err = { 0 };
		int64_t rows = 0;

		for (size_t n = 0; n < count; n++)
			add_row(&out, n);
		CHECK(copy_in(db, "copy t from stdin", &err), "%s", err.text);
		for (size_t at = 0; at < out.len; at += pieces[p]) {
			size_t len = out.len - at;

			if (len > pieces[p])
				len = pieces[p];
			CHECK(copy_put(db, out.data + at, len, &err), "%s",
			    err.text);
		}
		CHECK(copy_in_end(db, &rows, &err), "%s", err.text);
		CHECK(rows == (int64_t)count, "%lld", (long long)rows);
		check_rows(db, count);
		buf_free(&out);
		db_close(db);
	}
}

static void bad_rows_are_refused(void **state)
{
	static const struct {
		const char *row;
		size_t len;
		const char *sqlstate;
	} cases[] = {
		{ "1\ta\0b\tc\n", 8, "22021" },
		{ "1\t\xff\tc\n", 6, "22021" },
		{ "1\ta\n", 4, "22P04" },
		{ "1\ta\tb\tc\n", 8, "22P04" },
		{ "Peter\ta\tb\n", 10, "22P02" },
	};
	struct db *db = open_with_table();

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct err err = { 0 };
		int64_t rows;

		CHECK(copy_in(db, "copy t from stdin", &err), "%s", err.text);
		CHECK(copy_put(db, cases[i].row, cases[i].len, &err), "%s",
		    err.text);
		CHECK(!copy_in_end(db, &rows, &err), "row %zu", i);
		CHECK(strstr(err.text, cases[i].sqlstate) != NULL, "%s",
		    err.text);
		CHECK(strstr(err.text, "Peter") == NULL, "%s", err.text);
		CHECK(strcmp(asked(db, "select count(*) from t"), "0") == 0,
		    "row %zu", i);
	}
	db_close(db);
}

static void copies_are_given_up(void **state)
{
	struct db *db = open_with_table();
	struct err err = { 0 };
	size_t len;
	char *row;

	(void)state;
	CHECK(!copy_in(db, "copy nothing from stdin", &err), "no table");
	CHECK(strstr(err.text, "42P01") != NULL, "%s", err.text);
	err = (struct err){ 0 };
	CHECK(copy_in(db, "copy t from stdin", &err), "%s", err.text);
	CHECK(copy_put(db, "1\ta\tb\n", 6, &err), "%s", err.text);
	copy_in_drop(db);
	CHECK(strcmp(asked(db, "select count(*) from t"), "0") == 0, "dropped");
	CHECK(db_begin(db, &err), "%s", err.text);
	CHECK(copy_in(db, "copy t from stdin", &err), "%s", err.text);
	db_rollback(db);
	CHECK(strcmp(asked(db, "select count(*) from t"), "0") == 0, "again");
	CHECK(!db_run(db, "copy t from stdin", &err), "not a statement");
	CHECK(!db_usable(db), "usable");
	db_close(db);

	db = database_open(DB_INGEST);
	err = (struct err){ 0 };
	CHECK(copy_out(db,
		  "copy (select generate_series(1, 10000000)) to stdout", &err),
	    "%s", err.text);
	CHECK(copy_get(db, &row, &len, &err) && len == 2, "%s", err.text);
	db_rollback(db);
	CHECK(!db_usable(db), "what is long is not read to its end");
	db_close(db);
}

static void copy_out_fails_in_the_middle(void **state)
{
	struct db *db = database_open(DB_INGEST);
	struct err err = { 0 };
	size_t len;
	char *row;
	int n = 0;

	(void)state;
	CHECK(copy_out(db,
		  "copy (select 1 / (5000 - n) from generate_series(1, 9000) n)"
		  " to stdout",
		  &err),
	    "%s", err.text);
	while (copy_get(db, &row, &len, &err) && row != NULL)
		n++;
	CHECK(n == 4999 && err.fault == FAULT_DATABASE, "%d %s", n, err.text);
	CHECK(strcmp(asked(db, "select 'after'"), "after") == 0, "after");
	db_close(db);
}

static void server_goes_in_mid_copy(void **state)
{
	struct db *db = open_with_table(), *other = database_open(DB_INGEST);
	struct err err = { 0 };
	struct values pid = { 0 };
	char data[8000];
	int puts = 0;

	(void)state;
	memset(data, 'x', sizeof(data));
	memcpy(data, "1\t", 2);
	memcpy(data + sizeof(data) - 3, "\ty\n", 3);
	values_add(&pid, asked(db, "select pg_backend_pid()"));
	CHECK(copy_in(db, "copy t from stdin", &err), "%s", err.text);
	CHECK(db_ask_text(other, arena, "select pg_terminate_backend($1)", &pid,
		  NULL, &err),
	    "%s", err.text);
	while (puts++ < 100000 && copy_put(db, data, sizeof(data), &err))
		;
	CHECK(puts < 100000, "nobody noticed");
	CHECK(err.fault == FAULT_UNAVAILABLE, "%s", err.text);
	CHECK(!db_usable(db), "usable");
	db_rollback(db);
	db_close(db);
	db_close(other);
}

static const struct {
	const char *sql;
	bool heard;
} makes_news[] = {
	{ "insert into homeroom.version (district, version) values (1, 41)",
	    true },
	{ "insert into homeroom.application (district, name, client_id)"
	  " values (1, 'a', 'b')",
	    true },
	{ "notify elsewhere, 'x'", false },
};

static void news_arrives(void **state)
{
	struct db *db = database_open(DB_SERVE), *other;
	struct err err = { 0 };
	int64_t begin = clock_tick();
	bool news;

	(void)state;
	CHECK(db_listen(db, "homeroom_version", &err), "%s", err.text);
	CHECK(db_listen(db, "homeroom_application", &err), "%s", err.text);
	CHECK(db_news(db, 50, &news, &err), "%s", err.text);
	CHECK(!news && clock_tick() - begin < 2000, "too early");
	other = database_open(DB_OWNER);
	for (int i = 0; i < 3; i++) {
		CHECK(db_run(other, makes_news[i].sql, &err), "%s", err.text);
		/* In the midst of other answers too. */
		CHECK(strcmp(asked(db, "select 1"), "1") == 0, "asked");
		CHECK(db_news(db, makes_news[i].heard ? 5000 : 50, &news, &err),
		    "%s", err.text);
		CHECK(news == makes_news[i].heard, "%s", makes_news[i].sql);
	}
	db_close(other);
	db_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(odd_bytes_come_back),
		cmocka_unit_test(bad_rows_are_refused),
		cmocka_unit_test(copies_are_given_up),
		cmocka_unit_test(copy_out_fails_in_the_middle),
		cmocka_unit_test(server_goes_in_mid_copy),
		cmocka_unit_test(news_arrives),
	};
	int code;

	arena = arena_new();
	code = check_main(tests);
	arena_free(arena);
	return code;
}
