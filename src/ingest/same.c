/* The same bundle again: known by its digest, and answered from the report of
 * the last time without reading it, as long as nothing happened since. Also
 * how reports are stored. */
#include "ingest.h"
#include "guard/guard.h"

#include <jansson.h>
#include <string.h>

/* Rises when the same bundle may be taken otherwise than before. */
#define RULES 3
#define POLICIES 1000

const char *const outcome_names[] = {
	[INGEST_COMMITTED] = "committed",
	[INGEST_UNCHANGED] = "unchanged",
	[INGEST_CHECKED] = "checked",
	[INGEST_REFUSED] = "refused",
	[INGEST_WAITING] = "waiting",
	[INGEST_FROZEN] = "frozen",
};

/* --- out ----------------------------------------------------------------- */

static json_t *file_json(const struct ingest_file *f)
{
	return json_pack("{ss ss sI sI sI sI sI sI}", "name", f->name, "mode",
	    f->mode, "read", (json_int_t)f->read, "added", (json_int_t)f->added,
	    "changed", (json_int_t)f->changed, "unchanged",
	    (json_int_t)f->unchanged, "removed", (json_int_t)f->removed,
	    "aside", (json_int_t)f->aside);
}

static json_t *finding_json(const struct ingest_finding *f)
{
	json_t *examples = json_array();

	for (int i = 0; i < f->example_count; i++)
		json_array_append_new(examples,
		    json_pack("{sI ss? ss?}", "line",
			(json_int_t)f->examples[i].line, "column",
			f->examples[i].column, "value", f->examples[i].value));
	return json_pack("{ss? ss ss sb sI so}", "file", f->file, "code",
	    f->code, "message", f->message, "severe", f->severe, "count",
	    (json_int_t)f->count, "examples", examples);
}

/* By what a bundle is taken: our rules, and those of settings. */
static int64_t rules_of(const struct ingest *job)
{
	return (int64_t)RULES * POLICIES + policy_number(job);
}

char *report_json(const struct ingest *job, bool settled)
{
	const struct ingest_report *report = &job->report;
	json_t *files = json_array(), *findings = json_array();
	json_t *all;
	char *text, *copy;

	for (int i = 0; i < report->file_count; i++)
		json_array_append_new(files, file_json(&report->files[i]));
	for (int i = 0; i < report->finding_count; i++)
		json_array_append_new(findings,
		    finding_json(&report->findings[i]));
	all = json_pack("{ss ss? sI sI sb sI so so}", "outcome",
	    outcome_names[report->outcome], "reason", report->reason, "import",
	    (json_int_t)report->import, "version", (json_int_t)report->version,
	    "settled", settled, "rules", (json_int_t)rules_of(job), "files",
	    files, "findings", findings);
	text = json_dumps(all, JSON_COMPACT);
	copy = arena_text(job->arena, text != NULL ? text : "{}");
	memory_free(text);
	json_decref(all);
	return copy;
}

const char *ingest_report_json(const struct ingest *job)
{
	return report_json(job, false);
}

/* --- in ------------------------------------------------------------------ */

static const char *text_of(const json_t *object, const char *name,
    struct arena *arena)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? arena_text(arena, text) : NULL;
}

static int64_t number_of(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

static const struct ingest_file *read_files(const json_t *array, int *count,
    struct arena *arena)
{
	size_t all = json_array_size(array);
	struct ingest_file *files =
	    arena_alloc(arena, (all + 1) * sizeof(*files));

	for (size_t i = 0; i < all; i++) {
		const json_t *o = json_array_get(array, i);
		const char *name = text_of(o, "name", arena);
		const char *mode = text_of(o, "mode", arena);

		files[i] = (struct ingest_file){
			.name = name != NULL ? name : "",
			.mode = mode != NULL ? mode : "",
			.read = number_of(o, "read"),
			.unchanged =
			    number_of(o, "read") - number_of(o, "aside"),
			.aside = number_of(o, "aside"),
		};
	}
	*count = (int)all;
	return files;
}

static void read_examples(struct ingest_finding *f, const json_t *array,
    struct arena *arena)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *o = json_array_get(array, i);

		if (i == INGEST_EXAMPLES)
			return;
		f->examples[i].line = number_of(o, "line");
		f->examples[i].column = text_of(o, "column", arena);
		f->examples[i].value = text_of(o, "value", arena);
		f->example_count++;
	}
}

static const struct ingest_finding *read_findings(const json_t *array,
    int *count, struct arena *arena)
{
	size_t all = json_array_size(array);
	struct ingest_finding *findings =
	    arena_alloc(arena, (all + 1) * sizeof(*findings));

	for (size_t i = 0; i < all; i++) {
		const json_t *o = json_array_get(array, i);
		struct ingest_finding *f = &findings[i];

		f->file = text_of(o, "file", arena);
		f->code = text_of(o, "code", arena);
		f->message = text_of(o, "message", arena);
		f->severe = json_is_true(json_object_get(o, "severe"));
		f->count = number_of(o, "count");
		read_examples(f, json_object_get(o, "examples"), arena);
	}
	*count = (int)all;
	return findings;
}

static bool read_report(struct ingest *job, const char *text)
{
	struct ingest_report *report = &job->report;
	struct arena *arena = job->arena;
	json_t *all = json_loads(text, 0, NULL);
	bool settled = json_is_true(json_object_get(all, "settled")) &&
		       number_of(all, "rules") == rules_of(job);

	if (settled) {
		report->files = read_files(json_object_get(all, "files"),
		    &report->file_count, arena);
		report->findings =
		    read_findings(json_object_get(all, "findings"),
			&report->finding_count, arena);
	}
	json_decref(all);
	return settled;
}

/* --- the same again ------------------------------------------------------ */

bool find_same(struct ingest *job, struct err *err)
{
	struct values values = { 0 };
	char digest[sizeof(job->digest) * 2 + 1];
	const struct rows *rows;

	hex_encode(digest, job->digest, sizeof(job->digest));
	values_add(&values, arena_number(job->arena, job->request->district));
	values_add(&values, arena_number(job->arena, job->source));
	values_add(&values, digest);
	if (!db_ask(job->db, job->brief, STATEMENT_import_last, &values, &rows,
		err))
		return false;
	if (rows_count(rows) == 0 || rows_get(rows, 0, 1) == NULL ||
	    rows_integer(rows, 0, 0) != job->before ||
	    !read_report(job, rows_get(rows, 0, 1)))
		return true;
	job->settled = true;
	job->report.outcome = INGEST_UNCHANGED;
	return true;
}
