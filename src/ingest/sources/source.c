/* Sources that settings describe: fetched, taken in, and kept for a while. */
#include "sources.h"
#include "../turns/turns.h"
#include "homeroom/publish.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#define KEEP 7

static bool oneroster_fetch(const struct source *source, const char *to,
    struct fetched *out, struct err *err)
{
	return pickup(source, to, &out->path, err);
}

/* clang-format off */
static const struct {
	const char *type;
	/* Leaves a bundle in the folder `to`. */
	bool (*fetch)(const struct source *source, const char *to,
	    struct fetched *out, struct err *err);
} types[] = {
	{ "oneroster", oneroster_fetch },
	{ "oneroster-rest", oneroster_rest_fetch },
	{ "powerschool", powerschool_fetch },
	{ "csv", mapped_fetch },
	{ "sql", queried_fetch },
	{ "accounts", accounts_fetch },
};
/* clang-format on */

/* --- what settings say ---------------------------------------------------- */

static const json_t *find_setting(const struct source *source, const char *path)
{
	const json_t *at = source->settings;
	char name[64];

	for (;;) {
		size_t len = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)len, path);
		at = json_object_get(at, name);
		if (path[len] == '\0')
			return at;
		path += len + 1;
	}
}

const char *source_says(const struct source *source, const char *path)
{
	return json_string_value(find_setting(source, path));
}

int64_t source_number(const struct source *source, const char *path,
    int64_t otherwise)
{
	const char *text = source_says(source, path);
	int64_t number;

	if (text == NULL || !text_integer((struct text){ text, strlen(text) },
				0, INT64_MAX, &number))
		return otherwise;
	return number;
}

bool source_secret(const struct source *source, const char *path,
    const char **out, struct err *err)
{
	const struct setting_which which = { source->district, "source",
		source->name, NULL };
	const char *file =
	    source_says(source, arena_printf(source->arena, "%sFile", path));

	if (file != NULL)
		return secret_read(source->arena, file, out, err);
	return setting_secret(source->db, source->arena, &which, path, out,
	    err);
}

bool source_wait(const struct source *source, int64_t seconds, struct err *err)
{
	const struct timespec moment = { .tv_nsec = 100000000 };
	int64_t until = clock_tick() + seconds * 1000;

	while (clock_tick() < until) {
		if (source->stop != NULL && atomic_load(source->stop))
			return fail(err, FAULT_UNAVAILABLE,
			    "it was told to stop");
		nanosleep(&moment, NULL);
	}
	return true;
}

static void free_object(void *object)
{
	json_decref(object);
}

/* --- fetching ------------------------------------------------------------- */

static bool fetch(struct source *source, const char *type, struct fetched *out,
    struct err *err)
{
	const char *to = out->folder;

	/* What a process that was killed had begun. */
	folder_remove(to);
	if (!folder_make(to, err))
		return false;
	for (size_t i = 0; i < array_length(types); i++)
		if (strcmp(types[i].type, type) == 0)
			return types[i].fetch(source, to, out, err);
	return fail(err, FAULT_INVALID,
	    "the source '%s' is of the type '%s', which is not known",
	    source->name, type);
}

bool source_fetch(struct db *db, struct arena *arena,
    const struct source_wanted *wanted, struct fetched *out, struct err *err)
{
	struct source source = { .arena = arena,
		.name = wanted->name,
		.stop = wanted->stop,
		.db = db,
		.district = wanted->district };
	const char *district = arena_number(arena, wanted->district);
	const struct values values = { 2, { district, wanted->name } };
	const struct rows *rows;
	json_error_t wrong;

	if (!db_ask(db, arena, STATEMENT_source_settings, &values, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_NOT_FOUND,
		    "no settings describe a source '%s': `homeroom get source` "
		    "lists those that there are",
		    wanted->name);
	if (strcmp(rows_get(rows, 0, 3), "t") != 0)
		return fail(err, FAULT_BUSY,
		    "another process fetches '%s' just now", wanted->name);
	source.settings = json_loads(rows_get(rows, 0, 1), 0, &wrong);
	assert(source.settings != NULL);
	arena_defer(arena, free_object, source.settings);
	source.home = arena_printf(arena, "%s/sources/%s",
	    config_get("HOMEROOM_HOME"), rows_get(rows, 0, 2));
	*out = (struct fetched){ .home = source.home,
		.folder = arena_printf(arena, "%s/incoming", source.home),
		.keep = source_number(&source, "archive.keep", KEEP) };
	return fetch(&source, rows_get(rows, 0, 0), out, err);
}

void source_keep(const struct fetched *fetched)
{
	struct buf archive = { 0 };

	buf_printf(&archive, "%s/archive", fetched->home);
	folder_archive(fetched->folder, buf_text(&archive), fetched->keep);
	buf_free(&archive);
}

/* --- as a job ------------------------------------------------------------- */

static const char *describe(struct arena *arena,
    const struct ingest_report *report)
{
	switch (report->outcome) {
	case INGEST_COMMITTED:
		return arena_printf(arena, "version %" PRId64, report->version);
	case INGEST_UNCHANGED:
		return "nothing new";
	case INGEST_REFUSED:
	case INGEST_FROZEN:
		return arena_text(arena, report->reason);
	case INGEST_WAITING:
		return arena_printf(arena, "import-%" PRId64 " waits: %s",
		    report->import, report->reason);
	case INGEST_CHECKED:
		break;
	}
	return NULL;
}

static bool take_in(struct job *job, struct arena *arena, struct db *db,
    const struct fetched *fetched, const struct turn *turn, struct err *err)
{
	struct ingest_request request = { .district = job->district,
		.source = job->subject,
		.path = fetched->path,
		.findings = fetched->findings,
		.fetched = fetched };
	struct ingest *ingest;
	bool more = true, done = true;

	if (!config_number("HOMEROOM_RETENTION_DAYS", 0, 100000,
		&request.keep_days, err))
		return false;
	ingest = ingest_open(db, &request);
	while (done && more)
		done = atomic_load(job->stop)
			   ? fail(err, FAULT_UNAVAILABLE, "it was told to stop")
			   : ingest_step(ingest, &more, err);
	if (done) {
		job->detail = describe(arena, ingest_report(ingest));
		turn_note(turn, arena, job, ingest_report(ingest));
	}
	if (done && ingest_report(ingest)->outcome == INGEST_REFUSED)
		done = fail(err, FAULT_CONFLICT, "refused: %s", job->detail);
	ingest_close(ingest);
	return done;
}

bool source_run(struct job *job, struct arena *arena, const char *url,
    struct err *err)
{
	const struct source_wanted wanted = { .district = job->district,
		.name = job->subject,
		.stop = job->stop };
	struct fetched fetched;
	struct turn turn;
	struct db *db = NULL;
	bool done = db_open(&db, url, DB_INGEST, err) &&
		    turn_wait(db, arena, job, &turn, err) &&
		    source_fetch(db, arena, &wanted, &fetched, err);

	if (done) {
		done = take_in(job, arena, db, &fetched, &turn, err);
		source_keep(&fetched);
	}
	db_close(db);
	return done;
}
