/*
 * The makers: threads that make bundles while requests wait for them without
 * holding a worker. Who asks for one that is being made shares the making, and
 * when all who asked have left it is finished all the same: they come again.
 */
#include "homeroom/publish.h"
#include "serve.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#define MAKERS 2
/* Requests that wait, all together; the others are told to come again. */
#define WAITING_MAX 1024
/* How soon one is asked for again that another process makes (ms). */
#define ELSEWHERE_MS 250

struct making {
	struct export_wanted wanted;
	struct request *waiting; /* by next */
	int64_t begin;           /* clock_tick: not before */
	bool taken;
	struct making *next;
};

struct makers {
	pthread_mutex_t lock;
	pthread_cond_t news;
	struct making *jobs; /* under the lock, as `waiting`; oldest first */
	int waiting;
	atomic_bool stopping;
	const char *url, *home;
	pthread_t threads[MAKERS];
	int count;
};

/* --- jobs, under the lock ------------------------------------------------- */

static struct making *find_job(struct makers *makers,
    const struct export_wanted *wanted)
{
	for (struct making *job = makers->jobs; job != NULL; job = job->next)
		if (job->wanted.application == wanted->application &&
		    job->wanted.epoch == wanted->epoch &&
		    job->wanted.scopes == wanted->scopes &&
		    job->wanted.format == wanted->format &&
		    job->wanted.since == wanted->since)
			return job;
	return NULL;
}

static struct making *add_job(struct makers *makers,
    const struct export_wanted *wanted)
{
	struct making *job = memory_new(sizeof(*job)), **at = &makers->jobs;

	job->wanted = *wanted;
	job->wanted.stop = &makers->stopping;
	while (*at != NULL)
		at = &(*at)->next;
	*at = job;
	return job;
}

static void remove_job(struct makers *makers, struct making *job)
{
	struct making **at = &makers->jobs;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	memory_free(job);
}

static struct request *take_waiting(struct makers *makers, struct making *job)
{
	struct request *first = job->waiting;

	job->waiting = NULL;
	for (struct request *rq = first; rq != NULL; rq = rq->next)
		makers->waiting--;
	return first;
}

bool makers_give(struct makers *makers, struct request *rq,
    const struct export_wanted *wanted)
{
	bool room;
	struct making *job;

	pthread_mutex_lock(&makers->lock);
	room = makers->waiting < WAITING_MAX && !atomic_load(&makers->stopping);
	if (room) {
		job = find_job(makers, wanted);
		if (job == NULL)
			job = add_job(makers, wanted);
		rq->next = job->waiting;
		job->waiting = rq;
		makers->waiting++;
		pthread_cond_signal(&makers->news);
	}
	pthread_mutex_unlock(&makers->lock);
	return room;
}

/* --- making --------------------------------------------------------------- */

static void answer_all(struct request *rq, const struct export *made,
    const struct err *err)
{
	while (rq != NULL) {
		struct request *next = rq->next;

		if (err->fault == FAULT_NONE)
			bundle_reply(rq, made);
		else
			rq->err = *err;
		loop_take_back(rq);
		rq = next;
	}
}

static bool make(struct makers *makers, struct arena *arena,
    const struct making *job, struct export *made, struct err *err)
{
	struct db *db = NULL;
	bool done =
	    db_open(&db, makers->url, DB_SERVE, err) &&
	    export_make(db, arena, makers->home, &job->wanted, made, err);

	db_close(db);
	return done;
}

/* False: another process makes it, and the job stays. */
static bool finish(struct makers *makers, struct making *job,
    const struct export *made, struct err *err)
{
	struct request *waiting;

	pthread_mutex_lock(&makers->lock);
	if (err->fault == FAULT_BUSY && job->waiting != NULL &&
	    !atomic_load(&makers->stopping)) {
		job->taken = false;
		job->begin = clock_tick() + ELSEWHERE_MS;
		pthread_mutex_unlock(&makers->lock);
		return false;
	}
	waiting = take_waiting(makers, job);
	remove_job(makers, job);
	pthread_mutex_unlock(&makers->lock);
	answer_all(waiting, made, err);
	return true;
}

static void log_making(struct arena *arena, int64_t application, int64_t begin,
    const struct export *made, const struct err *err)
{
	bool failed = err->fault != FAULT_NONE;

	log_line(failed ? LOG_ERROR : LOG_INFO, "bundle",
	    "application=%lld version=%lld since=%lld bytes=%lld fault=%s "
	    "ms=%lld%s%s",
	    (long long)application, (long long)made->version,
	    (long long)made->since, (long long)made->size,
	    fault_rules[err->fault].name, (long long)(clock_tick() - begin),
	    failed ? " reason=" : "",
	    failed ? log_quote(arena, err->text) : "");
}

static void do_job(struct makers *makers, struct making *job)
{
	struct arena *arena = arena_new();
	struct export made = { .fd = -1 };
	struct err err = { 0 };
	int64_t application = job->wanted.application, begin = clock_tick();

	if (!make(makers, arena, job, &made, &err) && err.fault == FAULT_NONE)
		err_set(&err, FAULT_INTERNAL, "a bundle was not made");
	if (finish(makers, job, &made, &err))
		log_making(arena, application, begin, &made, &err);
	if (made.fd >= 0)
		bundle_close(&made);
	arena_free(arena);
}

/* --- threads -------------------------------------------------------------- */

/* Under the lock. *wait: how long until one that is put off may begin. */
static struct making *next_job(struct makers *makers, int64_t *wait)
{
	int64_t now = clock_tick();

	*wait = 3600000;
	for (struct making *job = makers->jobs; job != NULL; job = job->next) {
		if (job->taken)
			continue;
		if (job->begin <= now)
			return job;
		if (job->begin - now < *wait)
			*wait = job->begin - now;
	}
	return NULL;
}

static void wait_for_news(struct makers *makers, int64_t ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_cond_timedwait(&makers->news, &makers->lock, &until);
}

static void *maker_main(void *argument)
{
	struct makers *makers = argument;
	struct making *job;
	int64_t wait;

	pthread_mutex_lock(&makers->lock);
	while (!atomic_load(&makers->stopping)) {
		job = next_job(makers, &wait);
		if (job == NULL) {
			wait_for_news(makers, wait);
			continue;
		}
		job->taken = true;
		pthread_mutex_unlock(&makers->lock);
		do_job(makers, job);
		pthread_mutex_lock(&makers->lock);
	}
	pthread_mutex_unlock(&makers->lock);
	return NULL;
}

bool makers_open(struct makers **out, const char *database_url,
    const char *home, struct err *err)
{
	struct makers *makers = memory_new(sizeof(*makers));
	pthread_condattr_t monotonic;

	makers->url = database_url;
	makers->home = home;
	pthread_mutex_init(&makers->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&makers->news, &monotonic);
	pthread_condattr_destroy(&monotonic);
	*out = makers;
	for (; makers->count < MAKERS; makers->count++)
		if (pthread_create(&makers->threads[makers->count], NULL,
			maker_main, makers) != 0)
			return fail(err, FAULT_INTERNAL,
			    "a maker's thread can't be started");
	return true;
}

void makers_close(struct makers *makers)
{
	const struct err stops = { FAULT_UNAVAILABLE, "the server stops" };

	if (makers == NULL)
		return;
	pthread_mutex_lock(&makers->lock);
	atomic_store(&makers->stopping, true);
	pthread_cond_broadcast(&makers->news);
	pthread_mutex_unlock(&makers->lock);
	for (int i = 0; i < makers->count; i++)
		pthread_join(makers->threads[i], NULL);
	while (makers->jobs != NULL) {
		answer_all(take_waiting(makers, makers->jobs), NULL, &stops);
		remove_job(makers, makers->jobs);
	}
	pthread_cond_destroy(&makers->news);
	pthread_mutex_destroy(&makers->lock);
	memory_free(makers);
}
