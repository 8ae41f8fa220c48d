/* The end of an import: the version, the commit, and what is kept of how it
 * went. */
#include "ingest.h"
#include "people/people.h"
#include "guard/guard.h"
#include "homeroom/publish.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* When one row of so many changed, the planner hears of it at once; of less,
 * autovacuum tells it. */
#define WORTH_STATISTICS 10
/* What grants see is one table, and larger. */
#define WORTH_STATISTICS_OF_ALL 1000

/* --- the version --------------------------------------------------------- */

/* Live rows of which `which` holds leave for history. */
static bool bury(struct ingest *job, struct part *part, const char *which,
    int64_t *buried, struct err *err)
{
	bool done;

	*buried = 0;
	if (!part->any_live)
		return true;
	done = part_ask(job, part,
	    arena_printf(job->arena,
		"WITH buried AS (DELETE FROM roster.{t} WHERE district = "
		"{district} AND %s RETURNING *) INSERT INTO history.{t} "
		"(district, {all}, status, source, fingerprint, since, until) "
		"SELECT district, {all}, status, source, fingerprint, since, "
		"{version} FROM buried",
		which),
	    buried, err);
	part->rows -= *buried;
	return done;
}

/* Whoever asks for what changed since a version before this one would not hear
 * of what is buried: such a version is not kept. */
static bool forget_versions(struct ingest *job, int64_t before, struct err *err)
{
	struct values values = { 0 };

	values_add(&values, arena_number(job->arena, job->request->district));
	values_add(&values, arena_number(job->arena, before));
	return db_ask(job->db, job->brief, STATEMENT_version_purge, &values,
	    NULL, err);
}

/* The demo's made-up records, once there are some of the district's own. */
static bool make_room(struct ingest *job, struct err *err)
{
	int64_t buried, all = 0;

	if (job->made_up == 0)
		return true;
	for_each_part(p, job)
	{
		if (!bury(job, p, "source = {made_up}", &buried, err))
			return false;
		all += buried;
	}
	if (all == 0)
		return true;
	log_line(LOG_INFO, "made_room", "rows=%" PRId64, all);
	return forget_versions(job, job->version_made, err);
}

/* Records that were to be deleted for as long as history is kept. */
static bool bury_old(struct ingest *job, struct err *err)
{
	struct values values = { 0 };
	const struct rows *rows;
	const char *old;
	int64_t buried, horizon;

	values_add(&values, arena_number(job->arena, job->request->district));
	values_add(&values, arena_number(job->arena, clock_now()));
	values_add(&values, arena_number(job->arena, job->request->keep_days));
	if (!db_ask(job->db, job->brief, STATEMENT_version_horizon, &values,
		&rows, err))
		return false;
	/* The last version that is older than what is kept. */
	horizon = rows_integer(rows, 0, 0);
	if (horizon == 0)
		return true;
	old = arena_printf(job->arena,
	    "status = 'tobedeleted' AND since < %" PRId64, horizon);
	for_each_part(p,
	    job) if (!bury(job, p, old, &buried, err)) return false;
	if (!people_forget(job, horizon, err))
		return false;
	return forget_versions(job, horizon, err);
}

static const char *row_counts(struct ingest *job)
{
	struct buf json = { 0 };
	const char *counts;

	for_each_part(p, job) if (p->rows != 0)
	    buf_printf(&json, "%c\"%s\": %" PRId64, json.len == 0 ? '{' : ',',
		p->entity->name, p->rows);
	buf_puts(&json, json.len == 0 ? "{}" : "}");
	counts = arena_text(job->arena, buf_text(&json));
	buf_free(&json);
	return counts;
}

static bool add_version(struct ingest *job, struct err *err)
{
	struct values values = { 0 };

	values_add(&values, arena_number(job->arena, job->request->district));
	values_add(&values, arena_number(job->arena, job->version_made));
	values_add(&values, arena_number(job->arena, job->import));
	values_add(&values, row_counts(job));
	values_add(&values, arena_number(job->arena, clock_now()));
	values_add(&values, job->note);
	return db_ask(job->db, job->brief, STATEMENT_version_add, &values, NULL,
	    err);
}

/* --- the import's row ---------------------------------------------------- */

/* Rows that were set aside or cut are to be looked at again, though the
 * bundle be the same. */
static bool is_settled(const struct ingest *job)
{
	const struct ingest_report *report = &job->report;

	/* What was found while an approved bundle was made is told of the
	 * import that waited. */
	if (job->request->approves != 0)
		return false;
	if (report->outcome == INGEST_UNCHANGED)
		return true;
	for (int i = 0; i < report->finding_count; i++) {
		const struct ingest_finding *f = &report->findings[i];

		if (f->severe || strncmp(f->code, "re", 2) == 0)
			return false;
	}
	return true;
}

static bool end_import(struct ingest *job, struct err *err)
{
	struct values values = { 0 };
	char digest[sizeof(job->digest) * 2 + 1];

	hex_encode(digest, job->digest, sizeof(job->digest));
	values_add(&values, arena_number(job->arena, job->import));
	values_add(&values, outcome_names[job->report.outcome]);
	values_add(&values, arena_number(job->arena, job->report.version));
	values_add(&values, digest);
	values_add(&values, report_json(job, is_settled(job)));
	return db_ask(job->db, job->brief, STATEMENT_import_end, &values, NULL,
	    err);
}

/* --- the step ------------------------------------------------------------ */

static bool renew_statistics(struct ingest *job, struct err *err)
{
	int64_t all = 0;

	if (!db_run(job->db, "RESET default_statistics_target", err))
		return false;
	for_each_part(p, job)
	{
		int64_t rows = p->added + p->changed + p->removed;

		if (rows * WORTH_STATISTICS > p->live &&
		    !part_ask(job, p,
			"SELECT homeroom.refresh_statistics('{t}')", NULL, err))
			return false;
		all += rows;
	}
	if (!people_statistics(job, err))
		return false;
	return all <= WORTH_STATISTICS_OF_ALL ||
	       db_ask(job->db, job->brief, STATEMENT_visible_statistics, NULL,
		   NULL, err);
}

/* How far the source was read is known with what it gave, or not at all. */
static bool keep_reading(struct ingest *job, struct err *err)
{
	const struct fetched *fetched = job->request->fetched;
	struct values values = { 0 };

	if (fetched == NULL || fetched->since == NULL)
		return true;
	values_add(&values, arena_number(job->arena, job->source));
	values_add(&values, fetched->key);
	values_add(&values, fetched->since);
	values_add(&values, arena_number(job->arena, fetched->deltas));
	values_add(&values, arena_number(job->arena, job->report.version));
	return db_ask(job->db, job->brief, STATEMENT_reading_keep, &values,
	    NULL, err);
}

static bool commit(struct ingest *job, struct err *err)
{
	job->report.version = job->version_made;
	if (!bury_old(job, err) || !make_room(job, err) ||
	    !absence_keep(job, err) || !keep_reading(job, err) ||
	    !end_import(job, err) ||
	    !grants_compile(job->db, job->request->district, job->version_made,
		err) ||
	    !add_version(job, err) || !db_commit(job->db, err))
		return false;
	job->ended = true;
	waiting_clear(job);
	return renew_statistics(job, err);
}

/* Nothing of the roster changed, though fingerprints may have. */
static bool finish_unchanged(struct ingest *job, struct err *err)
{
	if (!absence_keep(job, err) || !keep_reading(job, err) ||
	    !end_import(job, err))
		return false;
	job->ended = true;
	waiting_clear(job);
	return db_commit(job->db, err);
}

static bool finish_refused(struct ingest *job, struct err *err)
{
	db_rollback(job->db);
	if (!findings_flush(job, err) || !end_import(job, err))
		return false;
	job->ended = true;
	return true;
}

/* What would have changed is listed from the bundle, when it is asked for. */
static bool finish_waiting(struct ingest *job, struct err *err)
{
	db_rollback(job->db);
	if (!findings_flush(job, err) || !db_begin(job->db, err) ||
	    !end_import(job, err) || !waiting_add(job, err) ||
	    !db_commit(job->db, err))
		return false;
	job->ended = true;
	return waiting_keep(job, err);
}

static bool finish_dry(struct ingest *job, struct err *err)
{
	bool merged = job->report.outcome == INGEST_COMMITTED ||
		      job->guard->stopped != NULL;

	job->ended = true;
	if (job->report.outcome == INGEST_COMMITTED)
		job->report.outcome = INGEST_CHECKED;
	if (job->request->changes && merged)
		return changes_open(job, err); /* until ingest_close */
	db_rollback(job->db);
	return true;
}

bool step_finish(struct ingest *job, struct err *err)
{
	job_report(job);
	if (job->request->dry_run)
		return finish_dry(job, err);
	job->report.import = job->import;
	switch (job->report.outcome) {
	case INGEST_COMMITTED:
		return commit(job, err);
	case INGEST_UNCHANGED:
		return finish_unchanged(job, err);
	case INGEST_WAITING:
		return finish_waiting(job, err);
	case INGEST_CHECKED:
	case INGEST_REFUSED:
	case INGEST_FROZEN:
		break;
	}
	return finish_refused(job, err);
}
