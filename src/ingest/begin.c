/* The beginning of an import: its lock, its row, the bundle, the tables that
 * it is staged in, and whether the same bundle was the last one. */
#include "ingest.h"
#include "guard/guard.h"

#include <stdio.h>
#include <string.h>

/* --- the connection ------------------------------------------------------ */

/* Large joins are hashed in memory; a few rows of our own tables tell the
 * planner enough; a killed importer's statements end soon; another import is
 * waited for, but not for ever. */
static const char session[] =
    "DISCARD TEMP;"
    "SET temp_buffers = '64MB';"
    "SET work_mem = '128MB';"
    "SET default_statistics_target = 10;"
    "SET lock_timeout = '60s';"
    "SET client_connection_check_interval = '2s';"
    "SET jit = off;"
    "CREATE TEMP TABLE bad (line int, value text);"
    "CREATE TEMP TABLE found (file text, line int, column_name text, "
    "value text, code text, severity text, message text)";

static struct values *values_of(struct ingest *job, int64_t first)
{
	struct values *values = arena_alloc(job->arena, sizeof(*values));

	values_add(values, arena_number(job->arena, first));
	return values;
}

static bool lock_roster(struct ingest *job, struct err *err)
{
	struct values *values = values_of(job, job->request->district);

	if (!db_ask(job->db, job->brief, STATEMENT_roster_lock, values, NULL,
		err)) {
		err_add(err, "another import of this district is under way");
		return false;
	}
	job->locked = true;
	return true;
}

/* 0: there is none of that name. */
static bool find_source(struct ingest *job, const char *name, int64_t *source,
    struct err *err)
{
	struct values *values = values_of(job, job->request->district);
	const struct rows *rows;

	values_add(values, name);
	if (!db_ask(job->db, job->brief, STATEMENT_source_find, values, &rows,
		err))
		return false;
	*source = rows_count(rows) > 0 ? rows_integer(rows, 0, 0) : 0;
	return true;
}

/* What the made-up district makes room for. What provisioning gave its people
 * is no district. */
static bool find_made_up(struct ingest *job, struct err *err)
{
	struct values *values = values_of(job, job->request->district);
	const struct rows *rows;

	values_add(values, INGEST_MADE_UP);
	values_add(values, job->request->source);
	if (!db_ask(job->db, job->brief, STATEMENT_source_displaced, values,
		&rows, err))
		return false;
	job->made_up = rows_count(rows) > 0 ? rows_integer(rows, 0, 0) : 0;
	return true;
}

static bool begin_import(struct ingest *job, struct err *err)
{
	struct values *values = values_of(job, job->request->district);
	const struct rows *rows;

	values_add(values, job->request->source);
	values_add(values, job->request->path);
	if (!db_ask(job->db, job->brief, STATEMENT_import_begin, values, &rows,
		err))
		return false;
	job->source = rows_integer(rows, 0, 0);
	job->import = rows_integer(rows, 0, 1);
	return true;
}

static bool find_version(struct ingest *job, struct err *err)
{
	const struct rows *rows;

	if (!db_ask(job->db, job->brief, STATEMENT_version_live,
		values_of(job, job->request->district), &rows, err))
		return false;
	job->before = rows_integer(rows, 0, 0);
	job->version_made = job->before + 1;
	job->report.version = job->before;
	return true;
}

/* What a person approves is taken all the same. */
static bool freeze(struct ingest *job)
{
	if (!job->guard->policy.frozen || job->request->approves != 0)
		return true;
	job_refuse(job, "nothing is taken in while the window '%s' lasts",
	    job->guard->policy.window);
	job->report.outcome = INGEST_FROZEN;
	return true;
}

bool step_begin(struct ingest *job, struct err *err)
{
	return db_run(job->db, session, err) && lock_roster(job, err) &&
	       waiting_begin(job, err) &&
	       /* A dry run leaves no trace: not even that of its source. */
	       (job->request->dry_run ? find_source(job, job->request->source,
					    &job->source, err)
				      : begin_import(job, err)) &&
	       find_made_up(job, err) && find_version(job, err) &&
	       policy_read(job, err) && freeze(job);
}

bool begin_change(struct ingest *job, struct err *err)
{
	return db_run(job->db, session, err) && lock_roster(job, err) &&
	       (job->request->source == NULL ||
		   find_source(job, job->request->source, &job->source, err)) &&
	       find_version(job, err);
}

/* --- tables -------------------------------------------------------------- */

/* Those of what differs from the store: the columns of the file, and no
 * index. */
bool part_tables(struct ingest *job, struct part *p, struct err *err)
{
	struct buf sql = { 0 };
	bool created;

	if (p->tables)
		return true;
	buf_printf(&sql, "CREATE TEMP TABLE fresh_%s (", p->entity->table);
	for_each_field (f, p->entity->fields) {
		bool key = f->kind == ID || f->kind == REF || f->kind == REFS ||
			   f->kind == WORD || f->kind == WORDS;

		if (is_staged(f))
			buf_printf(&sql, "\"%s\" %s%s, ", staged_name(f),
			    kind_rules[f->kind].sql,
			    key ? " COLLATE \"C\"" : "");
	}
	buf_printf(&sql,
	    "fingerprint uuid, line int, goes boolean);"
	    "CREATE TEMP TABLE gone_%s (sourced_id text COLLATE \"C\")",
	    p->entity->table);
	created = db_run(job->db, buf_text(&sql), err);
	buf_free(&sql);
	p->tables = created;
	return created;
}

/* And those that a file is read into. */
static bool staging_tables(struct ingest *job, struct part *p, struct err *err)
{
	return part_tables(job, p, err) &&
	       part_ask(job, p, "CREATE TEMP TABLE stage_{t} (LIKE fresh_{t})",
		   NULL, err) &&
	       part_ask(job, p,
		   "CREATE TEMP TABLE aside_{t} (sourced_id text COLLATE "
		   "\"C\")",
		   NULL, err) &&
	       part_ask(job, p, "CREATE TEMP TABLE unseen_{t} (half bytea)",
		   NULL, err);
}

static bool create_tables(struct ingest *job, struct err *err)
{
	for_each_part(p,
	    job) if (p->present && !staging_tables(job, p, err)) return false;
	return true;
}

/* --- the bundle ---------------------------------------------------------- */

bool step_open(struct ingest *job, struct err *err)
{
	if (!bundle_open(&job->bundle, job->arena, job->request->path, err) ||
	    !bundle_digest(job->bundle, job->digest, err) ||
	    !manifest_read(job, err))
		return false;
	if (job->refused)
		return true;
	if (!waiting_is_bundle(job))
		return job_refuse(job,
		    "the bundle that was kept is not what was listed any more");
	if (!find_same(job, err))
		return false;
	return job->settled || create_tables(job, err);
}
