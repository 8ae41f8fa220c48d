/* Jobs and schedules: rows that workers take, each for a while. */
#include "store.h"

#include <inttypes.h>
#include <stdio.h>

#define ATTEMPTS_MAX 10
#define DELAY_FIRST ((int64_t)30 * 1000)
#define DELAY_MOST ((int64_t)3600 * 1000)

struct number {
	char text[24];
};

static const char *write_number(struct number *number, int64_t value)
{
	snprintf(number->text, sizeof(number->text), "%" PRId64, value);
	return number->text;
}

/* NULL for a time that there is none of. */
static const char *write_time(char out[CLOCK_TEXT], int64_t time)
{
	if (time == 0)
		return NULL;
	clock_format(out, time);
	return out;
}

bool job_add(struct db *db, const struct job *job, int64_t when,
    struct err *err)
{
	struct arena *arena = arena_new();
	struct number district, missed;
	char wanted[CLOCK_TEXT], due[CLOCK_TEXT];
	const struct values values = { 7,
		{ write_number(&district, job->district), job->kind,
		    job->subject, write_time(wanted, when), job->asked,
		    write_time(due, job->due),
		    write_number(&missed, job->missed) } };
	bool done = db_ask(db, arena, STATEMENT_job_add, &values, NULL, err);

	arena_free(arena);
	return done;
}

bool job_take(struct db *db, struct arena *arena, const char *worker,
    struct job *job, struct err *err)
{
	struct number seconds, attempts;
	char now[CLOCK_TEXT];
	const struct values values = { 4,
		{ worker, write_number(&seconds, JOB_LEASE_SECONDS), now,
		    write_number(&attempts, ATTEMPTS_MAX) } };
	const struct rows *rows;

	*job = (struct job){ 0 };
	clock_format(now, clock_now());
	if (!db_ask(db, arena, STATEMENT_job_take, &values, &rows, err))
		return false;
	if (rows_count(rows) > 0)
		*job = (struct job){ .id = rows_integer(rows, 0, 0),
			.district = rows_integer(rows, 0, 1),
			.kind = rows_get(rows, 0, 2),
			.subject = rows_get(rows, 0, 3),
			.attempt = (int)rows_integer(rows, 0, 4),
			.asked = rows_get(rows, 0, 5),
			.due = rows_integer(rows, 0, 6),
			.worker = worker };
	return true;
}

/* A statement about one job of this worker's. */
static bool ask_about(struct db *db, enum statement statement,
    const struct values *values, bool *ours, struct err *err)
{
	struct arena *arena = arena_new();
	const struct rows *rows;
	bool done = db_ask(db, arena, statement, values, &rows, err);

	*ours = done && rows_affected(rows) > 0;
	arena_free(arena);
	return done;
}

bool job_keep(struct db *db, const struct job *job, bool *ours, struct err *err)
{
	struct number id, seconds;
	const struct values values = { 3,
		{ write_number(&id, job->id), job->worker,
		    write_number(&seconds, JOB_LEASE_SECONDS) } };

	return ask_about(db, STATEMENT_job_keep, &values, ours, err);
}

/* Twice as long each time. */
static int64_t delay_before(int attempt)
{
	int64_t delay = DELAY_FIRST;

	while (--attempt > 0 && delay < DELAY_MOST)
		delay *= 2;
	return delay < DELAY_MOST ? delay : DELAY_MOST;
}

bool job_end(struct db *db, const struct job *job, const struct err *outcome,
    struct err *err)
{
	/* That its worker had to stop, or that its time has not come, is not
	 * its fault. */
	bool stopped =
	    outcome != NULL && job->stop != NULL && atomic_load(job->stop);
	bool early = outcome != NULL && job->later > 0;
	bool again = stopped || early ||
		     (outcome != NULL && fault_rules[outcome->fault].retry &&
			 job->attempt < ATTEMPTS_MAX);
	struct number id, attempts;
	char when[CLOCK_TEXT];
	const struct values values = { 8,
		{ write_number(&id, job->id), job->worker,
		    again             ? NULL
		    : outcome != NULL ? "failed"
				      : "done",
		    outcome != NULL ? outcome->text : NULL, job->detail, when,
		    write_number(&attempts,
			job->attempt - (stopped || early ? 1 : 0)),
		    job->counts } };
	bool ours;

	if (early)
		clock_format(when, job->later);
	else
		clock_format(when,
		    clock_now() +
			(again && !stopped ? delay_before(job->attempt) : 0));
	if (!ask_about(db, STATEMENT_job_end, &values, &ours, err))
		return false;
	return ours ||
	       fail(err, FAULT_CONFLICT,
		   "job %" PRId64 " was given to another worker meanwhile",
		   job->id);
}

bool job_purge(struct db *db, int64_t before, int64_t *dropped, struct err *err)
{
	struct arena *arena = arena_new();
	char when[CLOCK_TEXT];
	const struct values values = { 1, { when } };
	const struct rows *rows;
	bool done;

	clock_format(when, before);
	done = db_ask(db, arena, STATEMENT_job_purge, &values, &rows, err);
	if (done)
		*dropped = rows_affected(rows);
	arena_free(arena);
	return done;
}

/* --- schedules ------------------------------------------------------------ */

/* A schedule by its zone's clocks: what time it is, and when it was due last
 * (0: not that we know). */
struct turn {
	int64_t here, due;
};

static bool write_schedule(struct db *db, struct arena *arena,
    const struct schedule *s, const struct turn *turn, const struct rows **rows,
    struct err *err)
{
	struct number district, at, due;
	struct cron cron;
	int64_t next;
	struct values values = { 6,
		{ write_number(&district, s->district), s->kind, s->subject,
		    s->cron, s->zone, s->paused ? "t" : "f" } };

	if (!cron_parse(&cron, s->cron, err))
		return false;
	values_add(&values, cron_next(&cron, turn->here, &next)
				? write_number(&at, next)
				: NULL);
	values_add(&values,
	    turn->due != 0 ? write_number(&due, turn->due) : NULL);
	return db_ask(db, arena, STATEMENT_schedule_set, &values, rows, err);
}

bool zone_clock(struct db *db, const char *zone, int64_t at, int64_t *shown,
    struct err *err)
{
	struct arena *arena = arena_new();
	char when[CLOCK_TEXT];
	const struct values values = { 2, { zone, when } };
	const struct rows *rows;
	bool done;

	clock_format(when, at);
	done = db_ask(db, arena, STATEMENT_zone_time, &values, &rows, err);
	if (done && rows_count(rows) == 0)
		done = fail(err, FAULT_INVALID,
		    "there is no time zone '%.60s'; one is written like "
		    "Europe/Berlin",
		    zone);
	if (done)
		*shown = rows_integer(rows, 0, 0);
	arena_free(arena);
	return done;
}

bool schedule_set(struct db *db, const struct schedule *schedule,
    struct err *err)
{
	struct arena *arena = arena_new();
	struct turn turn = { 0 };
	bool done =
	    zone_clock(db, schedule->zone, clock_now(), &turn.here, err) &&
	    write_schedule(db, arena, schedule, &turn, NULL, err);

	arena_free(arena);
	return done;
}

bool schedule_drop(struct db *db, const struct schedule *schedule,
    struct err *err)
{
	struct arena *arena = arena_new();
	struct number district;
	const struct values values = { 3,
		{ write_number(&district, schedule->district), schedule->kind,
		    schedule->subject } };
	bool done =
	    db_ask(db, arena, STATEMENT_schedule_drop, &values, NULL, err);

	arena_free(arena);
	return done;
}

/* From the time that it was to be to the latest one that has come; how many
 * went by before that. */
static bool catch_up(const char *text, struct turn *turn, int *missed,
    struct err *err)
{
	struct cron cron;
	int64_t next;

	*missed = 0;
	if (!cron_parse(&cron, text, err))
		return false;
	while (cron_next(&cron, turn->due, &next) && next <= turn->here) {
		turn->due = next;
		(*missed)++;
	}
	return true;
}

static bool turn_one(struct db *db, struct arena *arena, bool *more,
    struct err *err)
{
	int64_t when = clock_now();
	char now[CLOCK_TEXT];
	const struct values values = { 1, { now } };
	const struct rows *rows;
	struct schedule s;
	struct turn turn;
	struct job job;

	clock_format(now, when);
	if (!db_ask(db, arena, STATEMENT_schedule_due, &values, &rows, err))
		return false;
	*more = rows_count(rows) > 0;
	if (!*more)
		return true;
	s = (struct schedule){ .district = rows_integer(rows, 0, 0),
		.kind = rows_get(rows, 0, 1),
		.subject = rows_get(rows, 0, 2),
		.cron = rows_get(rows, 0, 3),
		.zone = rows_get(rows, 0, 4) };
	turn =
	    (struct turn){ rows_integer(rows, 0, 5), rows_integer(rows, 0, 6) };
	job = (struct job){ .district = s.district,
		.kind = s.kind,
		.subject = s.subject };
	if (!catch_up(s.cron, &turn, &job.missed, err) ||
	    !write_schedule(db, arena, &s, &turn, &rows, err))
		return false;
	job.due = rows_integer(rows, 0, 0);
	return job_add(db, &job, when, err);
}

bool schedule_turn(struct db *db, struct err *err)
{
	bool more = true, done = true;

	while (done && more) {
		struct arena *arena = arena_new();

		done = db_begin(db, err) && turn_one(db, arena, &more, err) &&
		       db_commit(db, err);
		if (!done)
			db_rollback(db);
		arena_free(arena);
	}
	return done;
}
