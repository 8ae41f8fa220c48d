/* Spools of the audit: once and for all, folded when busy, and strictly read;
 * and what nobody known was refused. */
#include "check.h"

#include "audit/audit.h"
#include "support/database.h"

#include <unistd.h>

static struct arena *arena;

static const char *as(const char *user, const char *script, int *status)
{
	return database_psql(arena, user, script, status);
}

/* As the cluster's superuser, who may do anything; what it prints. */
static const char *sql(const char *script)
{
	int status;
	const char *said = as("homeroom_superuser", script, &status);

	CHECK(status == 0, "%s: %s", script, said);
	return said;
}

static bool is(const char *said, const char *wanted)
{
	return strncmp(said, wanted, strlen(wanted)) == 0 &&
	       strcmp(said + strlen(wanted), "\n") == 0;
}

static struct audit_entry entry_of(int64_t at, const char *endpoint)
{
	return (struct audit_entry){
		.at = at,
		.application = 1,
		.method = "GET",
		.endpoint = endpoint,
		.filter = "role",
		.address = "192.0.2.7",
		.request = "abc",
		.status = 200,
		.requests = 1,
		.rows = 3,
		.bytes = 100,
		.version = 1,
	};
}

static void empty(void)
{
	sql("truncate homeroom.audit, homeroom.audit_spool");
}

/* The same bytes of a spool go in once, whatever is tried. */
static void a_spool_goes_in_once(void **state)
{
	static const struct {
		const char *spool;
		int since, upto;
		bool good;
	} cases[] = {
		{ "a", 5, 9, false },
		{ "a", 0, 5, true },
		{ "a", 0, 5, false },
		{ "a", 0, 9, false },
		{ "b", 0, 7, true },
		{ "a", 5, 9, true },
		{ "a", 5, 9, false },
	};
	int status;

	(void)state;
	empty();
	for (size_t i = 0; i < array_length(cases); i++) {
		as("homeroom_serve",
		    arena_printf(arena,
			"select homeroom.audit_append('%s', %d, %d, '[{"
			"\"at\":\"2026-01-01\",\"method\":\"GET\",\"requests\":"
			"1,"
			"\"endpoint\":\"/x\"}]')",
			cases[i].spool, cases[i].since, cases[i].upto),
		    &status);
		CHECK((status == 0) == cases[i].good, "case %zu", i);
	}
	CHECK(is(sql("select count(*) from homeroom.audit"), "3"), "3 rows");
	CHECK(is(sql("select homeroom.audit_shipped('a'),"
		     " homeroom.audit_shipped('c')"),
		  "9|0"),
	    "offsets");
}

static char *lines_of(const struct audit_entry *entries, size_t count,
    size_t *len)
{
	struct buf lines = { 0 };

	for (size_t i = 0; i < count; i++)
		line_write(&lines, &entries[i]);
	buf_char(&lines, '\0');
	lines.len--;
	return buf_take(&lines, len);
}

/* What a busy second folds into has the same sums. */
static void a_busy_second_is_folded(void **state)
{
	struct audit_entry entries[300];
	struct buf json = { 0 };
	struct db *db = database_open(DB_SERVE);
	struct values values = { 3, { NULL, NULL, NULL } };
	struct err err = { 0 };
	char *lines;
	size_t len;

	(void)state;
	empty();
	for (size_t i = 0; i < array_length(entries); i++) {
		entries[i] = entry_of(1700000000000 + (int64_t)(i / 200) * 1000,
		    i % 2 == 0 ? "/users" : "/orgs");
		entries[i].bytes = (int64_t)i;
	}
	entries[299].status = 404;
	lines = lines_of(entries, array_length(entries), &len);
	lines_fold(&json, arena, lines, len);
	values_add(&values, buf_text(&json));
	CHECK(db_ask(db, arena, STATEMENT_audit_append, &values, NULL, &err),
	    "%s", err.text);
	CHECK(is(sql("select count(*), sum(requests), sum(rows), sum(bytes),"
		     " count(distinct (at, endpoint, status))"
		     " from homeroom.audit"),
		  "65|300|900|44850|5"),
	    "%s", sql("select * from homeroom.audit"));
	CHECK(is(sql("select requests from homeroom.audit"
		     " where status = 404"),
		  "1"),
	    "another status is another kind");
	memory_free(lines);
	buf_free(&json);
	db_close(db);
}

/* What a text holds never ends its line, and what a disk spoils is left out. */
static void lines_are_read_strictly(void **state)
{
	struct audit_entry odd = entry_of(1, "/a\tb\nc");
	struct buf json = { 0 };
	char *line, spoilt[] = "1\t1\tx\n\t\t\t\n\n1\t1\t1\t1\t\t1\t200\t1\t"
			       "GET\t/x\t\t\t\t\t\t\n";
	size_t len;

	(void)state;
	line = lines_of(&odd, 1, &len);
	CHECK(memchr(line, '\n', len) == line + len - 1, "one line");
	lines_fold(&json, arena, line, len);
	CHECK(strstr(buf_text(&json), "\"/a?b?c\"") != NULL, "%s",
	    buf_text(&json));
	json.len = 0;
	log_level_set(LOG_ERROR + 1);
	lines_fold(&json, arena, spoilt, sizeof(spoilt) - 1);
	CHECK(strcmp(buf_text(&json), "[]") == 0, "%s", buf_text(&json));
	memory_free(line);
	buf_free(&json);
}

static void refusals_of_the_unknown_are_few(void **state)
{
	struct refused *refused = arena_alloc(arena, sizeof(*refused));
	struct buf lines = { 0 };
	int count = 0;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char address[40];
		struct audit_entry entry = entry_of(60000, "/users");

		snprintf(address, sizeof(address), "10.%d.%d.9", i / 256 % 256,
		    i % 256);
		entry.address = address;
		entry.fault = "UNAUTHORISED";
		entry.status = 401;
		refused_count(refused, &entry);
	}
	refused_take(refused, 119999, false, &lines);
	CHECK(lines.len == 0, "the minute is not over");
	refused_take(refused, 120000, false, &lines);
	for (size_t i = 0; i < lines.len; i++)
		count += lines.data[i] == '\n';
	CHECK(count == REFUSED_MAX / 2 + 1, "%d lines", count);
	CHECK(strstr(buf_text(&lines), "60000\t1\t0\t100\t\t0\t401\t0\tGET\t"
				       "/users\t\t\tUNAUTHORISED\t10.0.0.0/24"
				       "\n") != NULL,
	    "%s", buf_text(&lines));
	CHECK(strstr(buf_text(&lines), "60000\t19872\t") != NULL,
	    "the rest, without a network");
	buf_free(&lines);
}

static int begin(void **state)
{
	(void)state;
	arena = arena_new();
	database_url();
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_spool_goes_in_once),
		cmocka_unit_test(a_busy_second_is_folded),
		cmocka_unit_test(lines_are_read_strictly),
		cmocka_unit_test(refusals_of_the_unknown_are_few),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, begin, end);
}
