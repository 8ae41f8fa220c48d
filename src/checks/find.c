/* The records of each check, as the live version has them: statements of one
 * read-only transaction, into a table of the session's own. */
#include "checks.h"
#include "homeroom/embedded.h"

/* One row a record, however many times it was found. */
#define FIND                                                                   \
	"WITH each AS ("                                                       \
	"SELECT sourced_id, min(school) AS school, "                           \
	"left(string_agg(DISTINCT detail, '; '), 300) AS detail FROM (\n"
#define KEEP                                                                   \
	"\n) AS f (sourced_id, school, detail) "                               \
	"WHERE $2::date IS NOT NULL AND $3::date IS NOT NULL "                 \
	"GROUP BY sourced_id), kept AS ("                                      \
	"INSERT INTO pg_temp.found (code, sourced_id, school, detail) "        \
	"SELECT $4, e.* FROM each e ORDER BY sourced_id LIMIT $5::integer) "   \
	"SELECT count(*) FROM each"

static bool find(struct run *run, struct check_result *result, struct err *err)
{
	const struct check *check = result->check;
	const struct values values = { 5,
		{ run->district, run->day, run->today, check->code,
		    arena_number(run->arena, CHECK_KEPT) } };
	const struct rows *rows;
	struct buf sql = { 0 };
	bool done;

	buf_puts(&sql, FIND);
	buf_puts(&sql, check->statement == STATEMENT_COUNT
			   ? dangling(run->arena)
			   : embedded_statements[check->statement].text);
	buf_puts(&sql, KEEP);
	done = db_ask_text(run->db, run->arena, buf_text(&sql), &values, &rows,
	    err);
	buf_free(&sql);
	if (!done)
		err_add(err, "%s", check->code);
	else
		result->count = rows_integer(rows, 0, 0);
	return done;
}

static bool open_version(struct run *run, struct err *err)
{
	struct checks_report *report = run->report;
	const struct values values = { 2,
		{ run->district, arena_number(run->arena, report->at) } };
	const struct rows *rows;

	if (!db_ask(run->db, run->arena, STATEMENT_checks_open, &values, &rows,
		err))
		return false;
	report->version = rows_integer(rows, 0, 0);
	report->before = rows_integer(rows, 0, 1);
	report->district = rows_get(rows, 0, 4);
	run->version = rows_get(rows, 0, 0);
	run->before = rows_get(rows, 0, 1);
	run->day = rows_get(rows, 0, 2);
	run->today = rows_get(rows, 0, 3);
	if (run->day == NULL)
		run->day = run->today;
	return true;
}

static bool count_schools(struct run *run, struct err *err)
{
	const struct values values = { 1, { run->district } };
	const struct rows *rows;

	if (!db_ask(run->db, run->arena, STATEMENT_checks_schools, &values,
		&rows, err))
		return false;
	run->schools = rows_get(rows, 0, 0);
	return true;
}

static bool find_all(struct run *run, struct err *err)
{
	if (!open_version(run, err) || !run_order(run, err))
		return false;
	if (run->report->version == 0)
		return true;
	for (int i = 0; i < run->report->count; i++)
		if (run->results[i].severity != CHECK_OFF &&
		    !find(run, &run->results[i], err))
			return false;
	return count_schools(run, err);
}

/* Every check reads its tables whole, whatever the planner believes of their
 * sizes. Tables of the session's own can be written even when a transaction is
 * read-only. */
bool run_find(struct run *run, struct err *err)
{
	bool done =
	    db_run(run->db, "DROP TABLE IF EXISTS pg_temp.found", err) &&
	    db_run(run->db,
		"BEGIN ISOLATION LEVEL REPEATABLE READ; "
		"SET LOCAL enable_nestloop = off; "
		"SET LOCAL enable_mergejoin = off; "
		"SET LOCAL work_mem = '128MB'; SET LOCAL jit = off; "
		"CREATE TEMP TABLE found (code text COLLATE \"C\", "
		"sourced_id text COLLATE \"C\", school text COLLATE \"C\", "
		"detail text); SET TRANSACTION READ ONLY",
		err) &&
	    find_all(run, err) && db_commit(run->db, err);

	if (!done)
		db_rollback(run->db);
	return done;
}
