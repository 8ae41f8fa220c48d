/* An import from its beginning to its end: the steps, and what they share. */
#include "ingest.h"
#include "guard/guard.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct {
	const char *what; /* for people */
	bool (*run)(struct ingest *job, struct err *err);
	bool always;      /* also when there is nothing left to do */
} steps[] = {
	{ "opening",  step_begin,  false }, /* one import at a time */
	{ "opening",  step_open,   false }, /* the bundle, its manifest */
	{ "reading",  step_stage,  false }, /* files into staging tables */
	{ "checking", step_check,  false }, /* against each other, the store */
	{ "merging",  step_merge,  false }, /* into live rows: a version */
	{ "merging",  step_limits, false }, /* stops when too much changes */
	{ "merging",  step_finish, true  }, /* commits, and says what was */
};
/* clang-format on */

static const char *const mode_names[] = { "absent", "bulk", "delta" };

/* --- parts --------------------------------------------------------------- */

static void make_parts(struct ingest *job)
{
	for (const struct entity *const *e = entities; *e != NULL; e++) {
		struct part *p = &job->parts[job->part_count++];

		assert(job->part_count <= PARTS_MAX);
		p->entity = *e;
		if ((*e)->csv_11 != NULL || (*e)->csv_12 != NULL)
			p->file =
			    arena_printf(job->arena, "%s.csv", (*e)->name);
	}
}

struct part *job_part(struct ingest *job, const struct entity *entity)
{
	for_each_part(p, job) if (p->entity == entity) return p;
	assert(false && "a part for every entity");
	return NULL;
}

/* --- the job ------------------------------------------------------------- */

struct ingest *ingest_open(struct db *db, const struct ingest_request *request)
{
	struct ingest *job = memory_new(sizeof(*job));

	job->db = db;
	job->request = request;
	job->arena = arena_new();
	job->brief = arena_new();
	job->findings = request->findings != NULL ? request->findings
						  : findings_new(job->arena);
	job->guard = guard_new(job->arena);
	make_parts(job);
	return job;
}

/* What can't be told any more, the next import finds out. */
static void give_up(struct ingest *job)
{
	const struct composing nothing = { 0 };
	struct err ignored = { 0 };

	db_rollback(job->db);
	if (job->import != 0 && !job->ended &&
	    !job_ask(job, &nothing,
		"UPDATE homeroom.import SET outcome = 'failed', "
		"finished = now() WHERE id = {import}",
		NULL, &ignored))
		return;
	if (job->locked &&
	    !job_ask(job, &nothing,
		"SELECT pg_advisory_unlock(hashtext('homeroom.roster'), "
		"{district})",
		NULL, &ignored))
		return;
	(void)!db_run(job->db, "DISCARD TEMP", &ignored);
}

void ingest_close(struct ingest *job)
{
	if (job == NULL)
		return;
	if (db_usable(job->db))
		give_up(job);
	if (job->intake != NULL)
		intake_free(job->intake);
	known_free(job->known);
	findings_free(job->findings);
	guard_free(job->guard);
	buf_free(&job->copy);
	arena_free(job->brief);
	arena_free(job->arena);
	memory_free(job);
}

bool job_refuse(struct ingest *job, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	job->refused = job->settled = true;
	job->report.outcome = INGEST_REFUSED;
	job->report.reason = arena_text(job->arena, text);
	return true;
}

/* --- its report ---------------------------------------------------------- */

static void report_files(struct ingest *job)
{
	struct ingest_file *files =
	    arena_alloc(job->arena, PARTS_MAX * sizeof(*files));
	int count = 0;

	for_each_part(p, job)
	{
		if (!p->present && !p->made && p->removed == 0)
			continue;
		files[count++] = (struct ingest_file){
			.name = p->made ? p->entity->name : p->file,
			.mode = p->made ? "made" : mode_names[p->mode],
			.read = p->read,
			.added = p->added,
			.changed = p->changed,
			.unchanged = p->unchanged,
			.removed = p->removed,
			.aside = p->aside,
		};
	}
	job->report.files = files;
	job->report.file_count = count;
}

void job_report(struct ingest *job)
{
	if (job->report.files == NULL)
		report_files(job);
	if (job->report.findings == NULL)
		findings_report(job->findings, job->arena, &job->report);
}

const struct ingest_report *ingest_report(const struct ingest *job)
{
	return &job->report;
}

/* --- going on ------------------------------------------------------------ */

/* A bundle that can't be taken is an answer, not a failure. */
static bool run(struct ingest *job, struct err *err)
{
	struct err problem = { 0 };

	if (steps[job->step].run(job, &problem))
		return true;
	if (problem.fault == FAULT_INVALID && !job->settled) {
		db_rollback(job->db);
		return job_refuse(job, "%s", problem.text);
	}
	*err = problem;
	return false;
}

bool ingest_step(struct ingest *job, bool *more, struct err *err)
{
	job->again = false;
	if (!run(job, err))
		return false;
	if (!job->again)
		job->step++;
	while (job->settled && job->step < array_length(steps) &&
	       !steps[job->step].always)
		job->step++;
	*more = job->step < array_length(steps);
	return true;
}

struct ingest_progress ingest_progress(const struct ingest *job)
{
	size_t last = array_length(steps) - 1;
	struct ingest_progress progress = {
		.what = steps[job->step < last ? job->step : last].what,
	};

	if (job->bundle != NULL && steps[job->step].run == step_stage) {
		progress.done = job->bytes;
		progress.total = bundle_size(job->bundle);
	}
	return progress;
}
