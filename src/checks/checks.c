/* A run of all checks over a district's live version. */
#include "homeroom/checks.h"
#include "checks.h"

#include <inttypes.h>

static void count_found(struct checks_report *report)
{
	for (int i = 0; i < report->count; i++)
		if (report->results[i].count > 0)
			report->found[report->results[i].severity]++;
}

static bool run_all(struct run *run, struct err *err)
{
	int64_t begun = clock_tick();

	if (!run_find(run, err))
		return false;
	run->report->ms = clock_tick() - begun;
	count_found(run->report);
	return run->report->version == 0 ||
	       (run_keep(run, err) && run_examples(run, err));
}

bool checks_run(struct db *db, struct arena *arena,
    const struct checks_wanted *wanted, struct checks_report *report,
    struct err *err)
{
	struct run run = { .db = db,
		.arena = arena,
		.wanted = wanted,
		.report = report,
		.district = arena_number(arena, wanted->district) };
	const struct values values = { 1, { run.district } };
	bool done;

	*report = (struct checks_report){ .at = clock_now() };
	if (!db_ask(db, arena, STATEMENT_checks_lock, &values, NULL, err))
		return false;
	done = run_all(&run, err);
	/* A connection that is lost has let go of it. */
	if (db_usable(db)) {
		struct err ignored = { 0 };

		(void)!db_ask(db, arena, STATEMENT_checks_unlock, &values, NULL,
		    &ignored);
	}
	return done;
}

const char *checks_summary(struct arena *arena,
    const struct checks_report *report)
{
	static const char *const words[] = { "", "remark", "warning", "error" };
	struct buf out = { 0 };
	const char *text;

	for (int s = CHECK_ERROR; s > CHECK_OFF; s--)
		buf_printf(&out, "%s%" PRId64 " %s%s", out.len > 0 ? ", " : "",
		    report->found[s], words[s],
		    report->found[s] == 1 ? "" : "s");
	text = arena_text(arena, buf_text(&out));
	buf_free(&out);
	return text;
}

bool checks_job(struct job *job, struct arena *arena, const char *url,
    struct err *err)
{
	const struct checks_wanted wanted = { .district = job->district };
	struct checks_report report;
	struct db *db = NULL;
	bool done = db_open(&db, url, DB_INGEST, err) &&
		    checks_run(db, arena, &wanted, &report, err);

	if (done)
		job->detail = arena_printf(arena, "version %" PRId64 ": %s",
		    report.version, checks_summary(arena, &report));
	db_close(db);
	return done;
}
