/* What the workers have done, for /metrics, and when Postgres answered last. */
#include "serve.h"

#include <stdatomic.h>
#include <time.h>

/* How long it counts that Postgres answered (ms). */
#define READY_MS 15000

/* Times of round trips, as Prometheus counts them: each bucket holds what took
 * at most so many microseconds. */
static const int64_t bucket_us[] = { 250, 500, 1000, 2500, 5000, 10000, 25000,
	50000, 100000, 250000, 1000000, INT64_MAX };

#define BUCKETS array_length(bucket_us)

static struct {
	atomic_llong batches, requests, failures, microseconds;
	atomic_llong buckets[BUCKETS];
	atomic_llong reached; /* clock_tick of Postgres' last answer; 0: none */
} done;

int64_t counters_start(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void counters_outcome(const struct err *err)
{
	if (err->fault == FAULT_UNAVAILABLE || err->fault == FAULT_DATABASE)
		atomic_fetch_add(&done.failures, 1);
	if (err->fault != FAULT_UNAVAILABLE)
		atomic_store(&done.reached, clock_tick());
}

void counters_batch(int64_t start, int requests, const struct err *err)
{
	int64_t us = counters_start() - start;
	size_t i = 0;

	while (us > bucket_us[i])
		i++;
	atomic_fetch_add(&done.buckets[i], 1);
	atomic_fetch_add(&done.microseconds, us);
	atomic_fetch_add(&done.batches, 1);
	atomic_fetch_add(&done.requests, requests);
	counters_outcome(err);
}

bool workers_ready(void)
{
	int64_t reached = atomic_load(&done.reached);

	return reached != 0 && clock_tick() - reached < READY_MS;
}

static void put_histogram(struct buf *out)
{
	long long sum = 0;

	buf_puts(out,
	    "# HELP homeroom_batch_seconds Time from taking a batch of "
	    "requests until Postgres had answered.\n"
	    "# TYPE homeroom_batch_seconds histogram\n");
	for (size_t i = 0; i < BUCKETS; i++) {
		sum += atomic_load(&done.buckets[i]);
		if (bucket_us[i] == INT64_MAX)
			buf_puts(out,
			    "homeroom_batch_seconds_bucket{le=\"+Inf\"}");
		else
			buf_printf(out,
			    "homeroom_batch_seconds_bucket{le=\"%g\"}",
			    (double)bucket_us[i] / 1e6);
		buf_printf(out, " %lld\n", sum);
	}
	buf_printf(out,
	    "homeroom_batch_seconds_sum %.6f\n"
	    "homeroom_batch_seconds_count %lld\n",
	    (double)atomic_load(&done.microseconds) / 1e6, sum);
}

static void put_counter(struct buf *out, const char *name, const char *type,
    const char *help, long long value)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %lld\n", name, help,
	    name, type, name, value);
}

void workers_metrics(struct buf *out)
{
	struct waiting waiting;

	workers_waiting(&waiting);
	put_counter(out, "homeroom_workers", "gauge", "Worker threads.",
	    waiting.workers);
	put_counter(out, "homeroom_workers_idle", "gauge",
	    "Workers that wait for requests.", waiting.idle);
	put_counter(out, "homeroom_waiting_small", "gauge",
	    "Small requests that wait for a worker.", waiting.small);
	put_counter(out, "homeroom_waiting_large", "gauge",
	    "Large pages that wait for a worker.", waiting.large);
	put_counter(out, "homeroom_worked_total", "counter",
	    "Requests that workers have done.", atomic_load(&done.requests));
	put_counter(out, "homeroom_database_failures_total", "counter",
	    "Batches that Postgres refused or did not answer.",
	    atomic_load(&done.failures));
	put_histogram(out);
}
