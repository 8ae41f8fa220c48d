/*
 * The workers: threads that each own one connection. Requests wait in lanes by
 * application; a worker takes all small ones that wait of one application, and
 * asks them in one round trip. Large ones go alone, and leave a worker free
 * for the small.
 */
#include "homeroom/publish.h"
#include "homeroom/store.h"
#include "serve.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#define BATCH_MAX 16
#define WORKERS_MAX 64
/* How often an idle worker asks whether Postgres is there (ms). */
#define PING_MS 5000

struct worker {
	pthread_t thread;
	struct workers *workers;
	struct reader *reader;
	struct arena *arena; /* for what is of no request */
};

struct workers {
	pthread_mutex_t lock;
	pthread_cond_t news;
	struct queue small, large; /* under the lock, as all down to `idle` */
	int large_running, large_max;
	bool large_turn;
	bool stopping;
	int idle;
	const char *url;
	int count;
	struct worker worker[WORKERS_MAX];
};

/* The edge knows no workers, only workers_give. */
static struct workers *_Atomic current;

/* --- queues --------------------------------------------------------------- */

/* Under the lock: what to do next; 0: nothing, for now. Small and large take
 * turns as well. */
static int pick(struct workers *workers, struct request **batch, bool *large)
{
	bool may = workers->large.waiting > 0 &&
		   workers->large_running < workers->large_max;

	*large = may && (workers->large_turn || workers->small.waiting == 0);
	workers->large_turn = !*large;
	if (*large) {
		workers->large_running++;
		return queue_take(&workers->large, batch, 1);
	}
	return queue_take(&workers->small, batch, BATCH_MAX);
}

static bool is_large(const struct request *rq)
{
	const struct errand *errand = rq->route->errand;

	return errand->large != NULL && errand->large(rq);
}

bool workers_give(struct request *rq)
{
	struct workers *workers = atomic_load(&current);
	bool large = is_large(rq);
	bool room;

	if (workers == NULL)
		return false;
	pthread_mutex_lock(&workers->lock);
	room = workers->small.waiting + workers->large.waiting < QUEUE_MAX;
	if (room) {
		queue_put(large ? &workers->large : &workers->small, rq);
		if (workers->idle > 0)
			pthread_cond_signal(&workers->news);
	}
	pthread_mutex_unlock(&workers->lock);
	return room;
}

/* --- work ----------------------------------------------------------------- */

/* Nobody waits for the answer any more. */
static bool is_late(struct request *rq)
{
	if (clock_tick() < rq->deadline)
		return false;
	err_set(&rq->err, FAULT_UNAVAILABLE, "waited too long for a worker");
	return true;
}

/* Whoever runs such an errand gives it back: rq may be gone when it returns. */
static void run_keeper(struct worker *worker, struct request *rq)
{
	int64_t start = counters_start();
	struct err err = { 0 };
	struct db *db;

	if (is_late(rq) ||
	    !reader_db(worker->reader, rq->deadline, &db, &rq->err)) {
		err = rq->err;
		loop_take_back(rq);
	} else {
		rq->route->errand->run(rq, db, &rq->err);
	}
	counters_batch(start, 1, &err);
}

static void run(struct worker *worker, struct request *rq)
{
	int64_t start = counters_start();
	struct db *db;

	if (!is_late(rq) &&
	    reader_db(worker->reader, rq->deadline, &db, &rq->err) &&
	    rq->route->errand->run(rq, db, &rq->err))
		rq->err = (struct err){ 0 };
	counters_batch(start, 1, &rq->err);
	loop_take_back(rq);
}

static void answer(struct request *rq, struct reading *reading)
{
	rq->err = reading->err;
	if (rq->err.fault == FAULT_NONE) {
		rq->route->errand->answer(rq, reading);
		rq->rows = reading->answer.rows;
	}
	loop_take_back(rq);
}

/* What each request asks for; those that ask for nothing that there is go back
 * at once. Returns how many are left. */
static int compose(struct request **batch, int count, struct reading *readings,
    int64_t *deadline)
{
	int n = 0;

	for (int i = 0; i < count; i++) {
		struct request *rq = batch[i];

		readings[n] = (struct reading){ .arena = rq->arena };
		if (is_late(rq) ||
		    !rq->route->errand->ask(rq, &readings[n], &rq->err)) {
			loop_take_back(rq);
			continue;
		}
		if (rq->deadline > *deadline)
			*deadline = rq->deadline;
		batch[n++] = rq;
	}
	return n;
}

static void read_all(struct worker *worker, struct request **batch, int count)
{
	struct reading readings[BATCH_MAX], *asked[BATCH_MAX];
	struct caller caller = batch[0]->caller;
	int64_t deadline = 0, start = counters_start();
	int n = compose(batch, count, readings, &deadline);

	if (n == 0)
		return;
	for (int i = 0; i < n; i++)
		asked[i] = &readings[i];
	reader_ask(worker->reader, caller.application, caller.epoch, deadline,
	    asked, n);
	counters_batch(start, n, &readings[0].err);
	for (int i = 0; i < n; i++)
		answer(batch[i], &readings[i]);
	reader_rest(worker->reader);
}

static void do_alike(struct worker *worker, struct request **batch, int count)
{
	if (batch[0]->route->errand->run == NULL) {
		read_all(worker, batch, count);
		return;
	}
	for (int i = 0; i < count; i++) {
		if (batch[i]->route->errand->keeps)
			run_keeper(worker, batch[i]);
		else
			run(worker, batch[i]);
	}
}

static bool claims(struct request *const *batch, int count)
{
	for (int i = 0; i < count; i++)
		if (batch[i]->claim != NULL)
			return true;
	return false;
}

/* What claims to be signed and is not goes back. Returns how many are left. */
static int prove(struct worker *worker, struct request **batch, int count)
{
	int64_t deadline = batch[0]->deadline;
	struct err err = { 0 };
	struct db *db;
	int n = 0;

	if (reader_db(worker->reader, deadline, &db, &err))
		oauth_prove(batch, count, db);
	for (int i = 0; i < count; i++) {
		if (batch[i]->claim == NULL) {
			batch[n++] = batch[i];
			continue;
		}
		if (batch[i]->err.fault == FAULT_NONE)
			batch[i]->err = err;
		limits_forgive(batch[i]);
		loop_take_back(batch[i]);
	}
	return n;
}

/* What was proven may be of another epoch than what it was taken with. */
static void work(struct worker *worker, struct request **batch, int count)
{
	if (claims(batch, count))
		count = prove(worker, batch, count);
	while (count > 0) {
		int n = 1;

		while (n < count &&
		       batch[n]->caller.epoch == batch[0]->caller.epoch)
			n++;
		do_alike(worker, batch, n);
		batch += n;
		count -= n;
	}
}

/* Is Postgres there? Asked when nobody else asks. */
static void ping(struct worker *worker)
{
	int64_t now = clock_tick();
	struct err err = { 0 };
	struct db *db;

	if (!reader_db(worker->reader, now + PING_MS, &db, &err) ||
	    !db_ask(db, worker->arena, STATEMENT_ping, NULL, NULL, &err))
		log_line(LOG_WARN, "database", "reached=no reason=%s",
		    log_quote(worker->arena, err.text));
	counters_outcome(&err);
	arena_reset(worker->arena);
}

/* --- threads -------------------------------------------------------------- */

/* Under the lock. False: nothing came for a while. */
static bool wait_for_news(struct workers *workers)
{
	struct timespec until;
	int outcome;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PING_MS / 1000;
	workers->idle++;
	outcome =
	    pthread_cond_timedwait(&workers->news, &workers->lock, &until);
	workers->idle--;
	return outcome == 0;
}

/* The next batch, or 0 when there is none: then it is time to ping. -1: the
 * end. */
static int next_batch(struct workers *workers, struct request **batch,
    bool *large)
{
	int count;

	pthread_mutex_lock(&workers->lock);
	for (;;) {
		count = pick(workers, batch, large);
		if (count > 0)
			break;
		if (workers->stopping) {
			count = -1;
			break;
		}
		if (!wait_for_news(workers))
			break;
	}
	pthread_mutex_unlock(&workers->lock);
	return count;
}

static void end_large(struct workers *workers)
{
	pthread_mutex_lock(&workers->lock);
	workers->large_running--;
	if (workers->large.waiting > 0 && workers->idle > 0)
		pthread_cond_signal(&workers->news);
	pthread_mutex_unlock(&workers->lock);
}

static void *worker_main(void *argument)
{
	struct worker *worker = argument;
	struct request *batch[BATCH_MAX];
	bool large;
	int count;

	ping(worker);
	while ((count = next_batch(worker->workers, batch, &large)) >= 0) {
		if (count == 0) {
			ping(worker);
			continue;
		}
		work(worker, batch, count);
		if (large)
			end_large(worker->workers);
	}
	reader_free(worker->reader);
	arena_free(worker->arena);
	return NULL;
}

static int choose_count(int threads)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	/* One large page must never be in the way of all others. */
	if (threads == 0)
		threads = cores > 2 ? (int)cores : 2;
	return threads < WORKERS_MAX ? threads : WORKERS_MAX;
}

static void initialise(struct workers *workers, const char *url)
{
	pthread_condattr_t attributes;

	pthread_mutex_init(&workers->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&workers->news, &attributes);
	pthread_condattr_destroy(&attributes);
	workers->url = url;
}

bool workers_open(struct workers **out, const char *database_url, int threads,
    struct err *err)
{
	struct workers *workers = memory_new(sizeof(*workers));
	int wanted = choose_count(threads);

	initialise(workers, database_url);
	workers->large_max = wanted > 1 ? wanted - 1 : 1;
	for (int i = 0; i < wanted; i++) {
		struct worker *worker = &workers->worker[i];

		*worker = (struct worker){ .workers = workers,
			.reader = reader_new(database_url),
			.arena = arena_new() };
		if (pthread_create(&worker->thread, NULL, worker_main,
			worker) != 0) {
			reader_free(worker->reader);
			arena_free(worker->arena);
			workers_close(workers);
			return fail(err, FAULT_INTERNAL,
			    "a worker's thread can't be started");
		}
		workers->count++;
	}
	atomic_store(&current, workers);
	*out = workers;
	return true;
}

void workers_close(struct workers *workers)
{
	if (workers == NULL)
		return;
	atomic_store(&current, NULL);
	pthread_mutex_lock(&workers->lock);
	workers->stopping = true;
	pthread_cond_broadcast(&workers->news);
	pthread_mutex_unlock(&workers->lock);
	for (int i = 0; i < workers->count; i++)
		pthread_join(workers->worker[i].thread, NULL);
	pthread_cond_destroy(&workers->news);
	pthread_mutex_destroy(&workers->lock);
	memory_free(workers);
}

void workers_waiting(struct waiting *out)
{
	struct workers *workers = atomic_load(&current);

	*out = (struct waiting){ 0 };
	if (workers == NULL)
		return;
	pthread_mutex_lock(&workers->lock);
	out->workers = workers->count;
	out->idle = workers->idle;
	out->small = workers->small.waiting;
	out->large = workers->large.waiting;
	pthread_mutex_unlock(&workers->lock);
}
