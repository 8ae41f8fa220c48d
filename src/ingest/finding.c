/* Findings: what is wrong with a bundle, counted by kind with examples for
 * the report, and kept row by row in homeroom.finding up to a limit. */
#include "ingest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KEPT_OF_FILE 10000
#define VALUE_MAX 200

struct kind_of_finding {
	struct ingest_finding about;
	struct kind_of_finding *next;
};

struct findings {
	struct arena *arena;
	struct kind_of_finding *first, *last;
	int count;
	struct hash128 digest; /* chained over all that was added */
	struct buf copy;       /* rows for homeroom.finding, less the import */
};

struct findings *findings_new(struct arena *arena)
{
	struct findings *f = arena_alloc(arena, sizeof(*f));

	f->arena = arena;
	return f;
}

void findings_free(struct findings *findings)
{
	buf_free(&findings->copy);
}

/* --- counting ------------------------------------------------------------ */

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static struct ingest_finding *kind_of(struct findings *findings,
    const struct finding *f)
{
	struct kind_of_finding *k;

	for (k = findings->first; k != NULL; k = k->next)
		if (same(k->about.file, f->file) &&
		    same(k->about.code, f->code) &&
		    same(k->about.message, f->message))
			return &k->about;
	k = arena_alloc(findings->arena, sizeof(*k));
	k->about = (struct ingest_finding){
		.file = f->file,
		.code = f->code,
		.message = f->message,
		.severe = f->severe,
	};
	if (findings->last != NULL)
		findings->last->next = k;
	else
		findings->first = k;
	findings->last = k;
	findings->count++;
	return &k->about;
}

static int64_t count_of_file(const struct findings *findings, const char *file)
{
	int64_t count = 0;

	for (const struct kind_of_finding *k = findings->first; k != NULL;
	     k = k->next)
		if (same(k->about.file, file))
			count += k->about.count;
	return count;
}

/* The longest start of a value that is whole and short. */
static struct text cut(struct text value)
{
	if (value.at == NULL || value.len <= VALUE_MAX)
		return value;
	value.len = VALUE_MAX;
	while (value.len > 0 &&
	       ((unsigned char)value.at[value.len] & 0xc0) == 0x80)
		value.len--;
	return value;
}

static void add_example(struct findings *findings, struct ingest_finding *kind,
    const struct finding *f, struct text value)
{
	int i = kind->example_count;

	if (i == INGEST_EXAMPLES || (f->line == 0 && value.at == NULL))
		return;
	kind->examples[i].line = f->line;
	kind->examples[i].column = f->column;
	if (value.at != NULL)
		kind->examples[i].value =
		    arena_textn(findings->arena, value.at, value.len);
	kind->example_count++;
}

/* --- keeping ------------------------------------------------------------- */

static void put(struct findings *findings, const char *text, bool last)
{
	copy_field(&findings->copy, text, text != NULL ? strlen(text) : 0,
	    last);
}

static void keep(struct findings *findings, const struct finding *f,
    struct text value)
{
	char line[24];

	snprintf(line, sizeof(line), "%" PRId64, f->line);
	put(findings, f->file != NULL ? f->file : "", false);
	put(findings, f->line > 0 ? line : NULL, false);
	put(findings, f->column, false);
	copy_field(&findings->copy, value.at, value.len, false);
	put(findings, f->code, false);
	put(findings, f->severe ? "error" : "warning", false);
	put(findings, f->message, true);
}

static void chain(struct findings *findings, const struct finding *f,
    struct text value)
{
	const uint8_t *key = (const uint8_t *)&findings->digest;
	struct buf all = { 0 };

	buf_printf(&all,
	    "%s:%" PRId64 ":%s:%s:", f->file != NULL ? f->file : "", f->line,
	    f->column != NULL ? f->column : "", f->code);
	if (value.at != NULL)
		buf_add(&all, value.at, value.len);
	findings->digest = siphash128(key, all.data, all.len);
	buf_free(&all);
}

const char *findings_digest(const struct findings *findings,
    struct arena *arena)
{
	return arena_hex(arena, &findings->digest, sizeof(findings->digest));
}

void findings_add(struct findings *findings, const struct finding *finding)
{
	struct ingest_finding *kind = kind_of(findings, finding);
	struct text value = cut(finding->value);

	/* Bytes that are no UTF-8 can't be stored or shown. */
	if (value.at != NULL && (!utf8_valid(value.at, value.len) ||
				    memchr(value.at, '\0', value.len) != NULL))
		value = (struct text){ 0 };
	if (count_of_file(findings, finding->file) < KEPT_OF_FILE)
		keep(findings, finding, value);
	kind->count++;
	chain(findings, finding, value);
	add_example(findings, kind, finding, value);
}

bool findings_flush(struct ingest *job, struct err *err)
{
	struct findings *f = job->findings;

	if (job->import == 0) /* a dry run's are only reported */
		f->copy.len = 0;
	if (f->copy.len == 0)
		return true;
	/* The rows lack the import: a table of this session takes them. */
	if (!db_run(job->db, "TRUNCATE found", err) ||
	    !copy_in(job->db, "COPY found FROM STDIN", err) ||
	    !copy_put(job->db, f->copy.data, f->copy.len, err) ||
	    !copy_in_end(job->db, NULL, err))
		return false;
	f->copy.len = 0;
	return job_ask(job, &(struct composing){ 0 },
	    "INSERT INTO homeroom.finding SELECT {import}, * FROM found", NULL,
	    err);
}

/* --- what statements find ------------------------------------------------ */

/* The first rows of `bad` go to the kept ones and to the examples; the others
 * are counted. */
bool findings_bad(struct ingest *job, const struct finding *about,
    int64_t *lines, struct err *err)
{
	const struct composing nothing = { 0 };
	struct finding f = *about;
	const struct rows *rows;
	int64_t all;

	if (!job_number(job, &nothing, "SELECT count(*) FROM bad", &all, err))
		return false;
	*lines = 0;
	if (all == 0)
		return true;
	if (!job_number(job, &nothing, "SELECT count(DISTINCT line) FROM bad",
		lines, err) ||
	    !db_ask_text(job->db, job->brief,
		"SELECT coalesce(line, 0), value FROM bad ORDER BY line LIMIT "
		"10000",
		NULL, &rows, err))
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		f.line =
		    rows_get(rows, i, 0) != NULL ? rows_integer(rows, i, 0) : 0;
		f.value.at = rows_get(rows, i, 1);
		f.value.len = f.value.at != NULL ? rows_length(rows, i, 1) : 0;
		findings_add(job->findings, &f);
	}
	kind_of(job->findings, about)->count += all - rows_count(rows);
	return true;
}

void findings_report(struct findings *findings, struct arena *arena,
    struct ingest_report *report)
{
	struct ingest_finding *all =
	    arena_alloc(arena, (size_t)(findings->count + 1) * sizeof(*all));
	int count = 0;

	for (const struct kind_of_finding *k = findings->first; k != NULL;
	     k = k->next)
		all[count++] = k->about;
	report->findings = all;
	report->finding_count = count;
}
