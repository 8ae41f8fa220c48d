/* What was found, and since when: what is new, what is gone. */
#include "checks.h"

#include <inttypes.h>

/* An array of SQL; none of its words needs quoting. */
static const char *array(struct run *run, const char *const *words, int count)
{
	struct buf out = { 0 };
	const char *text;

	for (int i = 0; i < count; i++)
		buf_printf(&out, "%c%s", i == 0 ? '{' : ',', words[i]);
	buf_puts(&out, count == 0 ? "{}" : "}");
	text = arena_text(run->arena, buf_text(&out));
	buf_free(&out);
	return text;
}

/* The codes of the checks that were made. */
static const char *made_codes(struct run *run)
{
	const char **codes = arena_alloc(run->arena,
	    ((size_t)run->report->count + 1) * sizeof(*codes));
	int count = 0;

	for (int i = 0; i < run->report->count; i++)
		if (run->results[i].severity != CHECK_OFF)
			codes[count++] = run->results[i].check->code;
	return array(run, codes, count);
}

/* --- what is known -------------------------------------------------------- */

#define NOT_FOUND                                                              \
	"NOT EXISTS (SELECT FROM pg_temp.found f WHERE f.code = k.code "       \
	"AND f.sourced_id = k.sourced_id)"

static bool know(struct run *run, const char *codes, struct err *err)
{
	static const char *const statements[] = {
		"DELETE FROM homeroom.check_finding k "
		"WHERE district = $1::integer AND (until < $2::bigint "
		"OR code <> ALL ($3::text[]) "
		"OR (since = $2::bigint AND " NOT_FOUND "))",
		"UPDATE homeroom.check_finding k SET until = $2::bigint "
		"WHERE district = $1::integer AND until IS NULL "
		"AND code = ANY ($3::text[]) AND " NOT_FOUND,
		"INSERT INTO homeroom.check_finding AS k "
		"(district, code, sourced_id, school, detail, since) "
		"SELECT $1::integer, code, sourced_id, school, detail, "
		"$2::bigint FROM pg_temp.found WHERE code = ANY ($3::text[]) "
		"ON CONFLICT (district, code, sourced_id) DO UPDATE SET "
		"school = excluded.school, detail = excluded.detail, "
		"until = NULL WHERE k.until IS NOT NULL OR "
		"ROW(k.school, k.detail) "
		"IS DISTINCT FROM ROW(excluded.school, excluded.detail)",
	};
	const struct values values = { 3,
		{ run->district, run->version, codes } };

	for (size_t i = 0; i < array_length(statements); i++)
		if (!db_ask_text(run->db, run->arena, statements[i], &values,
			NULL, err))
			return false;
	return true;
}

static bool compare(struct run *run, const char *codes, struct err *err)
{
	const struct values values = { 4,
		{ run->district, run->version, run->before, codes } };
	const struct rows *rows;
	int row = 0;

	if (!db_ask(run->db, run->arena, STATEMENT_checks_compare, &values,
		&rows, err))
		return false;
	for (int i = 0; i < run->report->count; i++) {
		struct check_result *r = &run->results[i];
		bool known;

		if (r->severity == CHECK_OFF)
			continue;
		known = rows_get(rows, row, 3) != NULL &&
			rows_integer(rows, row, 3) <= CHECK_KEPT &&
			r->count <= CHECK_KEPT;
		r->fresh = known ? rows_integer(rows, row, 1) : -1;
		r->gone = known ? rows_integer(rows, row, 2) : -1;
		row++;
	}
	return true;
}

/* --- the run -------------------------------------------------------------- */

static void put_results(struct buf *json, const struct checks_report *report)
{
	buf_char(json, '{');
	for (int i = 0; i < report->count; i++) {
		const struct check_result *r = &report->results[i];

		if (r->severity == CHECK_OFF)
			continue;
		buf_printf(json,
		    "%s\"%s\":{\"severity\":\"%s\",\"count\":%" PRId64,
		    json->len > 1 ? "," : "", r->check->code,
		    severity_names[r->severity], r->count);
		if (r->fresh >= 0)
			buf_printf(json,
			    ",\"new\":%" PRId64 ",\"gone\":%" PRId64, r->fresh,
			    r->gone);
		buf_char(json, '}');
	}
	buf_char(json, '}');
}

static bool note(struct run *run, struct err *err)
{
	struct checks_report *report = run->report;
	struct buf json = { 0 };
	struct values values = { 0 };
	bool done;

	put_results(&json, report);
	values_add(&values, run->district);
	values_add(&values, run->version);
	values_add(&values, arena_number(run->arena, report->at));
	values_add(&values, arena_number(run->arena, report->ms));
	values_add(&values, buf_text(&json));
	values_add(&values, run->schools);
	done = db_ask(run->db, run->arena, STATEMENT_checks_note, &values, NULL,
	    err);
	buf_free(&json);
	return done;
}

bool run_keep(struct run *run, struct err *err)
{
	const char *codes = made_codes(run);
	/* However little Postgres knows of the sizes. */
	bool done = db_run(run->db,
			"CREATE UNIQUE INDEX ON pg_temp.found "
			"(code, sourced_id); ANALYZE pg_temp.found",
			err) &&
		    db_begin(run->db, err) && know(run, codes, err) &&
		    compare(run, codes, err) && note(run, err) &&
		    db_commit(run->db, err);

	if (!done)
		db_rollback(run->db);
	return done;
}

/* --- examples ------------------------------------------------------------- */

static bool is_told(const struct run *run, const struct check_result *r)
{
	return r->count > 0 &&
	       (run->wanted->code == NULL ||
		   strcmp(run->wanted->code, r->check->code) == 0);
}

static bool ask_examples(struct run *run, struct check_result *const *told,
    int count, const struct rows **rows, struct err *err)
{
	const char **words =
	    arena_alloc(run->arena, ((size_t)count + 1) * sizeof(*words));
	struct values values = { 0 };

	values_add(&values, run->district);
	for (int i = 0; i < count; i++)
		words[i] = told[i]->check->code;
	values_add(&values, array(run, words, count));
	for (int i = 0; i < count; i++)
		words[i] = run->wanted->names ? told[i]->check->entity : "none";
	values_add(&values, array(run, words, count));
	values_add(&values, arena_number(run->arena, run->wanted->examples));
	return db_ask(run->db, run->arena, STATEMENT_checks_examples, &values,
	    rows, err);
}

static void add_examples(struct run *run, struct check_result *const *told,
    const struct rows *rows)
{
	struct check_example *examples = arena_alloc(run->arena,
	    ((size_t)rows_count(rows) + 1) * sizeof(*examples));

	for (int i = 0; i < rows_count(rows); i++) {
		struct check_result *r = told[rows_integer(rows, i, 0)];

		examples[i] = (struct check_example){
			.id = rows_get(rows, i, 1),
			.school = rows_get(rows, i, 2),
			.detail = rows_get(rows, i, 3),
			.since = rows_integer(rows, i, 4),
			.name = rows_get(rows, i, 5),
			.fresh = r->fresh >= 0 && rows_integer(rows, i, 4) ==
						      run->report->version,
		};
		if (r->example_count++ == 0)
			r->examples = &examples[i];
	}
}

bool run_examples(struct run *run, struct err *err)
{
	struct check_result **told = arena_alloc(run->arena,
	    ((size_t)run->report->count + 1) * sizeof(void *));
	const struct rows *rows;
	int count = 0;

	for (int i = 0; i < run->report->count; i++)
		if (is_told(run, &run->results[i]))
			told[count++] = &run->results[i];
	if (!ask_examples(run, told, count, &rows, err))
		return false;
	add_examples(run, told, rows);
	return true;
}
