/* Jobs and schedules: done once, by one worker, in time, and again when they
 * fail or their worker dies. */
#include "check.h"
#include "support/database.h"

#include <pthread.h>

static struct db *owner;

static void ran(const char *sql)
{
	struct err err = { 0 };

	CHECK(db_run(owner, sql, &err), "%s: %s", sql, err.text);
}

static const char *asked(struct arena *arena, const char *sql)
{
	const struct rows *rows;
	struct err err = { 0 };

	CHECK(db_ask_text(owner, arena, sql, NULL, &rows, &err), "%s: %s", sql,
	    err.text);
	return rows_count(rows) > 0 ? rows_get(rows, 0, 0) : NULL;
}

static void add(const char *subject, int64_t when)
{
	struct err err = { 0 };
	const struct job job = { .district = 1,
		.kind = "test",
		.subject = subject };

	CHECK(job_add(owner, &job, when, &err), "%s", err.text);
}

static struct job taken(struct db *db, struct arena *arena, const char *worker)
{
	struct err err = { 0 };
	struct job job;

	CHECK(job_take(db, arena, worker, &job, &err), "%s", err.text);
	return job;
}

static void ended(const struct job *job, enum fault fault)
{
	struct err outcome = { .fault = fault, .text = "why" }, err = { 0 };

	CHECK(job_end(owner, job, fault == FAULT_NONE ? NULL : &outcome, &err),
	    "%s", err.text);
}

static int empty(void **state)
{
	(void)state;
	ran("truncate homeroom.job, homeroom.schedule");
	return 0;
}

static void is_open_once_and_taken_once(void **state)
{
	struct arena *arena = arena_new();
	struct job job, other;
	bool ours;
	struct err err = { 0 };

	(void)state;
	add("a", clock_now());
	add("a", clock_now());
	add("later", clock_now() + 60000);
	job = taken(owner, arena, "w1");
	CHECK(job.id != 0 && strcmp(job.subject, "a") == 0 && job.attempt == 1,
	    "%s", "not taken");
	CHECK(taken(owner, arena, "w2").id == 0, "%s", "taken twice");
	add("a", clock_now());
	CHECK(taken(owner, arena, "w2").id == 0, "%s", "two at a time");
	other = job;
	other.worker = "w2";
	CHECK(job_keep(owner, &job, &ours, &err) && ours, "%s", err.text);
	CHECK(job_keep(owner, &other, &ours, &err) && !ours, "%s", err.text);
	CHECK(!job_end(owner, &other, NULL, &err) &&
		  err.fault == FAULT_CONFLICT,
	    "%s", "another's was ended");
	ended(&job, FAULT_NONE);
	add("a", clock_now());
	CHECK(taken(owner, arena, "w2").id != 0, "%s", "not open again");
	arena_free(arena);
}

static void is_anothers_when_its_worker_dies(void **state)
{
	struct arena *arena = arena_new();
	struct job job, again;
	bool ours;
	struct err err = { 0 };

	(void)state;
	add("a", clock_now());
	job = taken(owner, arena, "w1");
	ran("update homeroom.job set lease = now() - interval '1 second'");
	again = taken(owner, arena, "w2");
	CHECK(again.id == job.id && again.attempt == 2, "attempt %d",
	    again.attempt);
	CHECK(job_keep(owner, &job, &ours, &err) && !ours, "%s", err.text);
	arena_free(arena);
}

static void waits_longer_after_each_failure(void **state)
{
	struct arena *arena = arena_new();
	int64_t waited = 0, before = 0;
	int attempts = 0;

	(void)state;
	add("a", clock_now());
	for (;;) {
		struct job job = taken(owner, arena, "w1");

		if (job.id == 0)
			break;
		attempts++;
		before = clock_now();
		ended(&job, FAULT_UNAVAILABLE);
		CHECK(taken(owner, arena, "w1").id == 0, "attempt %d at once",
		    job.attempt);
		clock_set(clock_now() + 3600 * 1000 + 1000);
		waited += clock_now() - before;
	}
	CHECK(attempts == 10, "%d attempts", attempts);
	CHECK(strcmp(asked(arena, "select outcome || reason from homeroom.job"),
		  "failedwhy") == 0,
	    "%s", "not failed");
	empty(NULL);
	add("b", clock_now());
	{
		struct job job = taken(owner, arena, "w1");

		ended(&job, FAULT_FORBIDDEN);
	}
	CHECK(strcmp(asked(arena, "select outcome from homeroom.job"),
		  "failed") == 0,
	    "%s", "what can't pass was tried again");
	arena_free(arena);
}

static void is_not_taken_for_ever(void **state)
{
	struct arena *arena = arena_new();
	int attempts = 0;

	(void)state;
	add("a", clock_now());
	while (taken(owner, arena, "w").id != 0) {
		attempts++;
		ran("update homeroom.job set lease = now() - "
		    "interval '1 second'");
	}
	CHECK(attempts == 10, "%d attempts", attempts);
	CHECK(strcmp(asked(arena, "select outcome || ' ' || reason "
				  "from homeroom.job"),
		  "failed its worker died") == 0,
	    "%s", "not given up");
	arena_free(arena);
}

static void loses_nothing_when_its_worker_stops(void **state)
{
	struct arena *arena = arena_new();
	atomic_bool stop = true;
	struct job job;

	(void)state;
	add("a", clock_now());
	job = taken(owner, arena, "w");
	job.stop = &stop;
	ended(&job, FAULT_UNAVAILABLE);
	job = taken(owner, arena, "w");
	CHECK(job.id != 0 && job.attempt == 1, "attempt %d", job.attempt);
	arena_free(arena);
}

/* Workers that all take what they can; each job counts once. */
struct taker {
	pthread_t thread;
	struct db *db;
	int got;
	bool failed;
};

static void *take_all(void *context)
{
	struct taker *taker = context;
	struct err err = { 0 };
	struct job job;

	for (;;) {
		struct arena *arena = arena_new();

		taker->failed |=
		    !job_take(taker->db, arena, "w", &job, &err) ||
		    (job.id != 0 && !job_end(taker->db, &job, NULL, &err));
		arena_free(arena);
		if (job.id == 0 || taker->failed)
			return NULL;
		taker->got++;
	}
}

static void many_workers_share(void **state)
{
	struct taker takers[4] = { 0 };
	int got = 0;

	(void)state;
	ran("insert into homeroom.job (district, kind, subject, wanted) "
	    "select 1, 'test', i::text, now() - interval '1 day' "
	    "from generate_series(1, 300) i");
	for (size_t i = 0; i < array_length(takers); i++) {
		takers[i].db = database_open(DB_INGEST);
		pthread_create(&takers[i].thread, NULL, take_all, &takers[i]);
	}
	for (size_t i = 0; i < array_length(takers); i++) {
		pthread_join(takers[i].thread, NULL);
		db_close(takers[i].db);
		CHECK(!takers[i].failed, "taker %zu failed", i);
		got += takers[i].got;
	}
	/* One that another just took is skipped, so a taker may see none and
	 * end; the last of them can't. */
	CHECK(got == 300, "%d", got);
}

/* --- schedules ------------------------------------------------------------ */

static int64_t at(const char *when)
{
	int64_t time = 0;

	CHECK(clock_parse((struct text){ when, strlen(when) }, &time), "%s",
	    when);
	return time;
}

static void turned(void)
{
	struct err err = { 0 };

	CHECK(schedule_turn(owner, &err), "%s", err.text);
}

static void scheduled(const char *cron, const char *zone)
{
	struct err err = { 0 };
	const struct schedule s = { .district = 1,
		.kind = "test",
		.subject = "s",
		.cron = cron,
		.zone = zone };

	CHECK(schedule_set(owner, &s, &err), "%s", err.text);
}

#define NEXT                                                                   \
	"select to_char(next at time zone 'utc', 'YYYY-MM-DD HH24:MI') "       \
	"from homeroom.schedule"

/* clang-format off */
static const struct {
	const char *cron, *zone, *now, *want;
} nexts[] = {
	{ "0 2 * * *",  "UTC",              "2026-11-22T09:00:00Z", "2026-11-23 02:00" },
	{ "0 2 * * *",  "America/New_York", "2026-11-22T09:00:00Z", "2026-11-23 07:00" },
	{ "30 2 * * *", "America/New_York", "2026-07-01T00:00:00Z", "2026-07-01 06:30" },
	/* Clocks skip 02:30 on 8 March 2026, and have 01:30 twice on 1 November. */
	{ "30 2 * * *", "America/New_York", "2026-03-08T05:30:00Z", "2026-03-08 07:30" },
	{ "30 1 * * *", "America/New_York", "2026-11-01T04:00:00Z", "2026-11-01 06:30" },
	{ "0 0 30 2 *", "UTC",              "2026-11-22T09:00:00Z", NULL },
};
/* clang-format on */

static void follows_the_clocks_of_its_zone(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < array_length(nexts); i++) {
		const char *got;

		clock_set(at(nexts[i].now));
		scheduled(nexts[i].cron, nexts[i].zone);
		got = asked(arena, NEXT);
		CHECK((got == NULL) == (nexts[i].want == NULL), "%s",
		    nexts[i].now);
		CHECK(got == NULL || strcmp(got, nexts[i].want) == 0, "%s: %s",
		    nexts[i].now, got);
	}
	arena_free(arena);
}

static void makes_one_job_however_late(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	clock_set(at("2026-11-22T09:00:00Z"));
	scheduled("0 * * * *", "UTC");
	turned();
	CHECK(taken(owner, arena, "w").id == 0, "%s", "too early");
	clock_set(at("2026-11-24T10:30:00Z"));
	turned();
	turned();
	CHECK(strcmp(asked(arena, "select count(*) from homeroom.job"), "1") ==
		  0,
	    "%s", "not one job");
	CHECK(strcmp(asked(arena, NEXT), "2026-11-24 11:00") == 0, "%s",
	    asked(arena, NEXT));
	ran("update homeroom.schedule set paused = true");
	{
		struct job job = taken(owner, arena, "w");

		CHECK(job.id != 0, "%s", "not due");
		ended(&job, FAULT_NONE);
	}
	clock_set(at("2026-11-25T10:30:00Z"));
	turned();
	CHECK(taken(owner, arena, "w").id == 0, "%s", "paused, it ran");
	arena_free(arena);
}

static void refuses_what_is_no_schedule(void **state)
{
	struct schedule s = { .district = 1,
		.kind = "test",
		.subject = "s",
		.cron = "0 2 * * *",
		.zone = "Middle/Earth" };
	struct err err = { 0 };

	(void)state;
	CHECK(!schedule_set(owner, &s, &err) && err.fault == FAULT_INVALID,
	    "%s", err.text);
	s.zone = "UTC";
	s.cron = "0 25 * * *";
	err = (struct err){ 0 };
	CHECK(!schedule_set(owner, &s, &err) && err.fault == FAULT_INVALID,
	    "%s", err.text);
	CHECK(schedule_drop(owner, &s, &err), "%s", err.text);
}

static void are_forgotten_when_they_ended_long_ago(void **state)
{
	struct arena *arena = arena_new();
	int64_t now = clock_now(), dropped;
	struct err err = { 0 };
	struct job job;

	(void)state;
	add("ended", now - 1000);
	job = taken(owner, arena, "a");
	ended(&job, FAULT_NONE);
	add("waits", now - 1000);
	CHECK(job_purge(owner, now - 60000, &dropped, &err), "%s", err.text);
	CHECK(dropped == 0, "%lld", (long long)dropped);
	CHECK(job_purge(owner, now + 60000, &dropped, &err), "%s", err.text);
	CHECK(dropped == 1, "%lld", (long long)dropped);
	CHECK(strcmp(asked(arena, "select subject from homeroom.job"),
		  "waits") == 0,
	    "another one is left");
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(is_open_once_and_taken_once, empty),
		cmocka_unit_test_setup(is_anothers_when_its_worker_dies, empty),
		cmocka_unit_test_setup(waits_longer_after_each_failure, empty),
		cmocka_unit_test_setup(is_not_taken_for_ever, empty),
		cmocka_unit_test_setup(loses_nothing_when_its_worker_stops,
		    empty),
		cmocka_unit_test_setup(many_workers_share, empty),
		cmocka_unit_test_setup(follows_the_clocks_of_its_zone, empty),
		cmocka_unit_test_setup(makes_one_job_however_late, empty),
		cmocka_unit_test_setup(refuses_what_is_no_schedule, empty),
		cmocka_unit_test_setup(are_forgotten_when_they_ended_long_ago,
		    empty),
	};

	owner = database_open(DB_OWNER);
	return check_main(tests);
}
