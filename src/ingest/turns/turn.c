/* When a scheduled run of a source may begin: within its hours, and after
 * the sources that it waits for. And what its run is noted with. */
#include "turns.h"

#include <inttypes.h>

/* How soon it is looked again whether the others are in. */
#define AGAIN ((int64_t)15 * 1000)

static bool wait_until(struct job *job, int64_t when)
{
	job->later = when;
	return false;
}

/* `rows` are source_turn's. */
static bool wait_for_others(struct job *job, struct turn *turn,
    const struct rows *rows, struct err *err)
{
	int64_t now = clock_now(), until = rows_integer(rows, 0, 2);
	bool ends = rows_get(rows, 0, 2) != NULL;
	const char *deadline = rows_get(rows, 0, 4);

	if (ends && now >= until) {
		if (rows_get(rows, 0, 3)[0] == 't') {
			turn->late = rows_get(rows, 0, 1);
			return true;
		}
		return fail(err, FAULT_CONFLICT,
		    "left out: at %s there was no good run yet of %s", deadline,
		    rows_get(rows, 0, 1));
	}
	(void)fail(err, FAULT_UNAVAILABLE, "waits for %s%s%s",
	    rows_get(rows, 0, 1), ends ? ", at most until " : "",
	    ends ? deadline : "");
	return wait_until(job,
	    ends && until < now + AGAIN ? until : now + AGAIN);
}

bool turn_wait(struct db *db, struct arena *arena, struct job *job,
    struct turn *turn, struct err *err)
{
	const struct values values = { 4,
		{ arena_number(arena, job->district), job->subject,
		    arena_number(arena, clock_now()),
		    arena_number(arena,
			job->due != 0 ? job->due : clock_now()) } };
	const struct rows *rows;

	*turn = (struct turn){ 0 };
	/* Who asks for it now means now. */
	if (job->asked != NULL)
		return true;
	if (!db_ask(db, arena, STATEMENT_source_turn, &values, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return true;
	if (rows_get(rows, 0, 0) != NULL) {
		(void)fail(err, FAULT_UNAVAILABLE, "waits for its hours");
		return wait_until(job, rows_integer(rows, 0, 0));
	}
	return rows_get(rows, 0, 1) == NULL ||
	       wait_for_others(job, turn, rows, err);
}

void turn_note(const struct turn *turn, struct arena *arena, struct job *job,
    const struct ingest_report *report)
{
	int64_t added = 0, changed = 0, removed = 0, aside = 0;

	for (int i = 0; i < report->file_count; i++) {
		added += report->files[i].added;
		changed += report->files[i].changed;
		removed += report->files[i].removed;
		aside += report->files[i].aside;
	}
	job->counts = arena_printf(arena,
	    "{\"import\":%" PRId64 ",\"added\":%" PRId64 ",\"changed\":%" PRId64
	    ",\"removed\":%" PRId64 ",\"setAside\":%" PRId64 "}",
	    report->import, added, changed, removed, aside);
	if (job->detail != NULL && report->outcome == INGEST_COMMITTED)
		job->detail = arena_printf(arena,
		    "%s: %" PRId64 " added, %" PRId64 " changed, %" PRId64
		    " removed, %" PRId64 " set aside",
		    job->detail, added, changed, removed, aside);
	if (job->detail != NULL && turn->late != NULL)
		job->detail = arena_printf(arena,
		    "%s; without news of %s, which was late", job->detail,
		    turn->late);
}
