/* The threads of a worker that do jobs, and the one that keeps them going. */
#include "cli.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HANDS 2
/* How often schedules are looked at and leases renewed (s). */
#define TURN_SECONDS 5

struct hand {
	struct runner *runner;
	pthread_t thread;
	struct job job; /* id 0: idle; under the runner's lock */
	atomic_bool stop;
};

struct runner {
	const char *url;
	const struct job_kind *kinds;
	char worker[100]; /* this process among all */
	pthread_t keeper;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stopping;
	int started;
	struct hand hands[HANDS];
};

/* Until somebody wakes us, or for so many seconds. True: it is time to stop. */
static bool rest(struct runner *runner, int seconds)
{
	struct timespec until;
	bool stopping;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += seconds;
	pthread_mutex_lock(&runner->lock);
	if (!runner->stopping)
		pthread_cond_timedwait(&runner->wake, &runner->lock, &until);
	stopping = runner->stopping;
	pthread_mutex_unlock(&runner->lock);
	return stopping;
}

static bool is_stopping(struct runner *runner)
{
	bool stopping;

	pthread_mutex_lock(&runner->lock);
	stopping = runner->stopping;
	pthread_mutex_unlock(&runner->lock);
	return stopping;
}

static void complain(const char *event, const struct err *err)
{
	struct arena *arena = arena_new();

	log_line(LOG_ERROR, event, "fault=%s reason=%s",
	    fault_rules[err->fault].name, log_quote(arena, err->text));
	arena_free(arena);
}

/* --- a hand --------------------------------------------------------------- */

static bool do_job(struct hand *hand, struct job *job, struct arena *arena,
    struct err *err)
{
	const struct job_kind *kind = hand->runner->kinds;

	while (kind->name != NULL && strcmp(kind->name, job->kind) != 0)
		kind++;
	if (kind->name == NULL)
		return fail(err, FAULT_NOT_FOUND,
		    "this program does no jobs of the kind '%s'", job->kind);
	return kind->run(job, arena, hand->runner->url, err);
}

static void hold(struct hand *hand, const struct job *job)
{
	pthread_mutex_lock(&hand->runner->lock);
	hand->job = job != NULL ? *job : (struct job){ 0 };
	atomic_store(&hand->stop, hand->runner->stopping);
	pthread_mutex_unlock(&hand->runner->lock);
}

/* The connection lay idle while the job ran, and may be gone by now. */
static bool settle(struct hand *hand, struct db *db, const struct job *job,
    const struct err *outcome, struct err *err)
{
	struct db *other = NULL;
	bool done;

	if (job_end(db, job, outcome, err))
		return true;
	if (db_usable(db))
		return false;
	*err = (struct err){ 0 };
	done = db_open(&other, hand->runner->url, DB_INGEST, err) &&
	       job_end(other, job, outcome, err);
	db_close(other);
	return done;
}

/* One job, if there is any. */
static bool turn_hand(struct hand *hand, struct db *db, struct arena *arena,
    bool *did, struct err *err)
{
	struct err outcome = { 0 };
	int64_t begun = clock_tick();
	struct job job;
	bool done;

	if (!job_take(db, arena, hand->runner->worker, &job, err))
		return false;
	*did = job.id != 0;
	if (!*did)
		return true;
	job.stop = &hand->stop;
	hold(hand, &job);
	done = do_job(hand, &job, arena, &outcome);
	hold(hand, NULL);
	assert(done || outcome.fault != FAULT_NONE);
	log_line(done || job.later > 0 ? LOG_INFO : LOG_ERROR, "job",
	    "id=%" PRId64 " kind=%s attempt=%d fault=%s ms=%" PRId64, job.id,
	    job.kind, job.attempt, fault_rules[outcome.fault].name,
	    clock_tick() - begun);
	return settle(hand, db, &job, done ? NULL : &outcome, err);
}

static void *work_on(void *context)
{
	struct hand *hand = context;
	struct db *db = NULL;

	while (!is_stopping(hand->runner)) {
		struct arena *arena = arena_new();
		struct err err = { 0 };
		bool did = false;
		bool done = (db != NULL || db_open(&db, hand->runner->url,
					       DB_INGEST, &err)) &&
			    turn_hand(hand, db, arena, &did, &err);

		arena_free(arena);
		if (!done) {
			complain("job", &err);
			db_close(db);
			db = NULL;
		}
		if (!did)
			rest(hand->runner, TURN_SECONDS);
	}
	db_close(db);
	return NULL;
}

/* --- the keeper ----------------------------------------------------------- */

static void wake_all(struct runner *runner)
{
	pthread_mutex_lock(&runner->lock);
	pthread_cond_broadcast(&runner->wake);
	pthread_mutex_unlock(&runner->lock);
}

/* Who lost its job to another stops. */
static bool renew_leases(struct runner *runner, struct db *db, struct err *err)
{
	for (int i = 0; i < HANDS; i++) {
		struct hand *hand = &runner->hands[i];
		bool ours;
		struct job job;

		pthread_mutex_lock(&runner->lock);
		job = hand->job;
		pthread_mutex_unlock(&runner->lock);
		job.worker = runner->worker;
		if (job.id == 0)
			continue;
		if (!job_keep(db, &job, &ours, err))
			return false;
		pthread_mutex_lock(&runner->lock);
		if (!ours && hand->job.id == job.id)
			atomic_store(&hand->stop, true);
		pthread_mutex_unlock(&runner->lock);
	}
	return true;
}

static bool turn_keeper(struct runner *runner, struct db **db, struct err *err)
{
	bool news;

	if (*db == NULL && (!db_open(db, runner->url, DB_INGEST, err) ||
			       !db_listen(*db, "homeroom_job", err)))
		return false;
	if (!renew_leases(runner, *db, err) || !schedule_turn(*db, err))
		return false;
	if (!db_news(*db, 1000, &news, err))
		return false;
	if (news)
		wake_all(runner);
	return true;
}

static void *keep(void *context)
{
	struct runner *runner = context;
	struct db *db = NULL;

	while (!is_stopping(runner)) {
		struct err err = { 0 };

		if (!turn_keeper(runner, &db, &err)) {
			complain("jobs", &err);
			db_close(db);
			db = NULL;
			rest(runner, TURN_SECONDS);
		}
	}
	db_close(db);
	return NULL;
}

/* --- both ----------------------------------------------------------------- */

static void name_worker(struct runner *runner)
{
	unsigned char salt[4];
	char host[48] = "", suffix[2 * sizeof(salt) + 1];

	gethostname(host, sizeof(host) - 1);
	random_bytes(salt, sizeof(salt));
	hex_encode(suffix, salt, sizeof(salt));
	snprintf(runner->worker, sizeof(runner->worker), "%s:%ld:%s", host,
	    (long)getpid(), suffix);
}

bool runner_open(struct runner **out, const char *url,
    const struct job_kind *kinds, struct err *err)
{
	struct runner *runner = memory_new(sizeof(*runner));
	pthread_condattr_t monotonic;

	runner->url = url;
	runner->kinds = kinds;
	name_worker(runner);
	pthread_mutex_init(&runner->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&runner->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	*out = runner;
	if (pthread_create(&runner->keeper, NULL, keep, runner) != 0)
		return fail(err, FAULT_INTERNAL, "no thread for the jobs");
	runner->started++;
	for (int i = 0; i < HANDS; i++) {
		runner->hands[i].runner = runner;
		if (pthread_create(&runner->hands[i].thread, NULL, work_on,
			&runner->hands[i]) != 0)
			return fail(err, FAULT_INTERNAL,
			    "no thread for the jobs");
		runner->started++;
	}
	return true;
}

void runner_close(struct runner *runner)
{
	if (runner == NULL)
		return;
	pthread_mutex_lock(&runner->lock);
	runner->stopping = true;
	for (int i = 0; i < HANDS; i++)
		atomic_store(&runner->hands[i].stop, true);
	pthread_cond_broadcast(&runner->wake);
	pthread_mutex_unlock(&runner->lock);
	if (runner->started > 0)
		pthread_join(runner->keeper, NULL);
	for (int i = 1; i < runner->started; i++)
		pthread_join(runner->hands[i - 1].thread, NULL);
	pthread_cond_destroy(&runner->wake);
	pthread_mutex_destroy(&runner->lock);
	memory_free(runner);
}
