/* Imports that wait: one that brings more changes than its limits allow keeps
 * its bundle, until a person takes exactly what was listed, or drops it. */
#include "guard.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *home_of(struct arena *arena, int64_t source)
{
	return arena_printf(arena, "%s/sources/%" PRId64,
	    config_get("HOMEROOM_HOME"), source);
}

static bool no_longer(int64_t import, struct err *err)
{
	return fail(err, FAULT_CONFLICT,
	    "import-%" PRId64 " does not wait: `homeroom approve` lists what "
	    "does",
	    import);
}

static bool decide(struct db *db, int64_t import, const char *word,
    const char *who, int64_t became, struct err *err)
{
	struct arena *arena = arena_new();
	const struct values values = { 4,
		{ arena_number(arena, import), word, who,
		    became != 0 ? arena_number(arena, became) : NULL } };
	const struct rows *rows;
	bool done =
	    db_ask(db, arena, STATEMENT_waiting_decide, &values, &rows, err);

	if (done && rows_affected(rows) == 0)
		done = no_longer(import, err);
	arena_free(arena);
	return done;
}

/* --- an import that will wait --------------------------------------------- */

/* The set of changes is known again by its digest. */
bool waiting_stop(struct ingest *job, struct err *err)
{
	if (!changes_make(job, err) ||
	    !changes_digest(job, &job->guard->listed, err))
		return false;
	job_refuse(job,
	    "%s. It waits: `homeroom approve import-%" PRId64
	    " --show` lists what would change",
	    job->guard->stopped, job->import);
	job->report.outcome = INGEST_WAITING;
	return true;
}

/* Its row, in the transaction that ends the import. */
bool waiting_add(struct ingest *job, struct err *err)
{
	const struct fetched *fetched = job->request->fetched;
	char host[256] = "";
	const struct values values = { 4,
		{ arena_number(job->arena, job->import), job->guard->listed,
		    host, fetched->path + strlen(fetched->folder) } };

	gethostname(host, sizeof(host) - 1);
	return db_ask(job->db, job->brief, STATEMENT_waiting_add, &values, NULL,
	    err);
}

/* What does not wait any more goes. Our own bundle is in use. */
void waiting_clear(struct ingest *job)
{
	const char *folder = arena_printf(job->arena, "%s/waiting",
	    home_of(job->arena, job->source));
	const char *own =
	    job->request->fetched != NULL ? job->request->fetched->folder : "";
	struct err none = { 0 };
	const char *const *names;
	int count;

	if (!folder_list(job->arena, folder, &names, &count, &none))
		return;
	for (int i = 0; i < count; i++) {
		const char *path =
		    arena_printf(job->arena, "%s/%s", folder, names[i]);

		if (strcmp(path, own) != 0)
			folder_remove(path);
	}
}

/* Where the bundle of a waiting import lies. */
static const char *folder_of(struct arena *arena, int64_t source,
    int64_t import)
{
	return arena_printf(arena, "%s/waiting/%" PRId64,
	    home_of(arena, source), import);
}

bool waiting_keep(struct ingest *job, struct err *err)
{
	const char *home = home_of(job->arena, job->source);

	waiting_clear(job);
	if (!folder_make(arena_printf(job->arena, "%s/waiting", home), err))
		return false;
	if (rename(job->request->fetched->folder,
		folder_of(job->arena, job->source, job->import)) != 0)
		return fail(err, FAULT_IO, "the bundle can't be kept: %m");
	log_line(LOG_WARN, "import_waits", "import=%" PRId64, job->import);
	return true;
}

/* --- an import that a person takes ---------------------------------------- */

/* Under the roster's lock: two persons at once approve it once. */
bool waiting_begin(struct ingest *job, struct err *err)
{
	const struct values values = { 2,
		{ arena_number(job->arena, job->request->district),
		    arena_number(job->arena, job->request->approves) } };
	const struct rows *rows;

	if (job->request->approves == 0)
		return true;
	if (!db_ask(job->db, job->arena, STATEMENT_waiting_find, &values, &rows,
		err))
		return false;
	if (rows_count(rows) == 0)
		return no_longer(job->request->approves, err);
	job->guard->listed = rows_get(rows, 0, 2);
	job->guard->listed_bundle = rows_get(rows, 0, 3);
	return true;
}

bool waiting_is_bundle(const struct ingest *job)
{
	char digest[sizeof(job->digest) * 2 + 1];

	hex_encode(digest, job->digest, sizeof(job->digest));
	return job->request->approves == 0 ||
	       strcmp(digest, job->guard->listed_bundle) == 0;
}

/* What was listed is taken, and nothing else. */
bool waiting_compare(struct ingest *job, struct err *err)
{
	const struct ingest_request *request = job->request;
	const char *digest;

	if (!changes_make(job, err) || !changes_digest(job, &digest, err))
		return false;
	if (strcmp(digest, job->guard->listed) == 0)
		return request->dry_run ||
		       decide(job->db, request->approves, "approved",
			   request->who, job->import, err);
	job->guard->stopped = arena_printf(job->arena,
	    "the roster has changed since import-%" PRId64
	    " was listed: it would bring other changes now",
	    request->approves);
	if (request->dry_run)
		return job_refuse(job, "%s", job->guard->stopped);
	return waiting_stop(job, err);
}

/* --- from outside --------------------------------------------------------- */

bool waiting_list(struct db *db, struct arena *arena, int64_t district,
    const struct waiting **list, int *count, struct err *err)
{
	const struct values values = { 1, { arena_number(arena, district) } };
	const struct rows *rows;
	struct waiting *all;

	if (!db_ask(db, arena, STATEMENT_waiting_list, &values, &rows, err))
		return false;
	*count = rows_count(rows);
	all = arena_alloc(arena, ((size_t)*count + 1) * sizeof(*all));
	for (int i = 0; i < *count; i++)
		all[i] = (struct waiting){
			.import = rows_integer(rows, i, 0),
			.source = rows_get(rows, i, 1),
			.since = rows_integer(rows, i, 2),
			.reason = rows_get(rows, i, 3),
		};
	*list = all;
	return true;
}

bool waiting_open(struct db *db, struct arena *arena,
    struct ingest_request *request, struct fetched *fetched, struct err *err)
{
	const struct values values = { 2,
		{ arena_number(arena, request->district),
		    arena_number(arena, request->approves) } };
	const struct rows *rows;
	int64_t source;

	if (!db_ask(db, arena, STATEMENT_waiting_find, &values, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return no_longer(request->approves, err);
	source = rows_integer(rows, 0, 1);
	*fetched = (struct fetched){
		.home = home_of(arena, source),
		.folder = folder_of(arena, source, request->approves),
		.keep = rows_integer(rows, 0, 6),
	};
	fetched->path =
	    arena_printf(arena, "%s%s", fetched->folder, rows_get(rows, 0, 5));
	if (access(fetched->path, R_OK) != 0)
		return fail(err, FAULT_NOT_FOUND,
		    "the bundle of import-%" PRId64 " is not here: '%s' "
		    "fetched it; approve it there",
		    request->approves, rows_get(rows, 0, 4));
	request->source = rows_get(rows, 0, 0);
	request->path = fetched->path;
	request->fetched = fetched;
	return true;
}

bool waiting_drop(struct db *db, struct arena *arena,
    const struct ingest_request *request, struct err *err)
{
	const struct values values = { 2,
		{ arena_number(arena, request->district),
		    arena_number(arena, request->approves) } };
	const struct rows *rows;

	if (!db_ask(db, arena, STATEMENT_waiting_find, &values, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return no_longer(request->approves, err);
	if (request->dry_run)
		return true;
	if (!decide(db, request->approves, "dropped", request->who, 0, err))
		return false;
	folder_remove(
	    folder_of(arena, rows_integer(rows, 0, 1), request->approves));
	return true;
}
