/* homeroom work: keeps the data in order, beside any number of servers. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/audit.h"
#include "homeroom/checks.h"
#include "homeroom/ingest.h"
#include "homeroom/notify.h"
#include "homeroom/provision.h"
#include "homeroom/publish.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

/* How often history that nobody needs any more is looked for (s), and whether
 * another day has begun: midnight, in whatever time zone, is a quarter of an
 * hour's beginning. */
#define ROUND_SECONDS 900
#define DAY_SECONDS ((int64_t)86400)
/* How long `homeroom jobs` tells of what ended, and `homeroom notification` of
 * what was sent. */
#define JOB_DAYS 30
/* How soon a round that failed is tried again. */
#define RETRY_SECONDS 30

struct work {
	const char *url;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stopping;
	struct runner *runner;
};

/* Whose jobs are done here. */
static const struct job_kind job_kinds[] = {
	{ "notify", notify_run },
	{ "push", push_run },
	{ "source", source_run },
	{ "merge", person_merge_run },
	{ "checks", checks_job },
	{ "sync", provision_sync_run },
	{ 0 },
};

bool work_knows(const char *kind)
{
	if (kind == NULL)
		return true;
	for (const struct job_kind *k = job_kinds; k->name != NULL; k++)
		if (strcmp(k->name, kind) == 0)
			return true;
	return false;
}

static bool purge(struct db *db, struct arena *arena, struct err *err)
{
	const struct rows *districts;
	int64_t days, dropped;

	if (!config_number("HOMEROOM_RETENTION_DAYS", 1, 36500, &days, err) ||
	    !db_ask(db, arena, STATEMENT_district_all, NULL, &districts, err))
		return false;
	for (int i = 0; i < rows_count(districts); i++) {
		int64_t district = rows_integer(districts, i, 0);

		if (!version_purge(db, district, (int)days, &dropped, err))
			return false;
		if (dropped > 0)
			log_line(LOG_INFO, "purged", "district=%lld rows=%lld",
			    (long long)district, (long long)dropped);
	}
	return true;
}

/* Bundles of versions that are not live any more. */
static bool clear_shelf(struct db *db, struct arena *arena, struct err *err)
{
	const struct rows *districts, *live;

	if (!db_ask(db, arena, STATEMENT_district_all, NULL, &districts, err))
		return false;
	for (int i = 0; i < rows_count(districts); i++) {
		const struct values values = { 1,
			{ rows_get(districts, i, 0) } };

		if (!db_ask(db, arena, STATEMENT_version_live, &values, &live,
			err))
			return false;
		export_sweep(config_get("HOMEROOM_HOME"),
		    rows_integer(districts, i, 0), rows_integer(live, 0, 0));
	}
	return true;
}

/* That the chain's end is in the log, which may be kept elsewhere, is worth
 * something: `homeroom audit --verify` compares. */
static bool purge_audit(struct db *db, struct arena *arena, struct err *err)
{
	struct audit_link head;
	int64_t days, dropped;

	if (!config_number("HOMEROOM_AUDIT_DAYS", 1, 36500, &days, err) ||
	    !audit_purge(db, arena, (int)days, &dropped, &head, err))
		return false;
	log_line(LOG_INFO, "audit", "head=%lld:%s purged=%lld",
	    (long long)head.number, head.hash, (long long)dropped);
	return true;
}

static bool purge_jobs(struct db *db, struct arena *arena, struct err *err)
{
	int64_t before = clock_now() - JOB_DAYS * DAY_SECONDS * 1000;
	int64_t dropped;

	if (!job_purge(db, before, &dropped, err) ||
	    !notify_tidy(db, arena, before, err))
		return false;
	if (dropped > 0)
		log_line(LOG_INFO, "purged", "jobs=%lld", (long long)dropped);
	return true;
}

/* What grants see of sessions that are near is another thing each day. */
static bool turn_days(struct db *db, struct arena *arena, struct err *err)
{
	const struct rows *districts;
	int64_t version;

	if (!db_ask(db, arena, STATEMENT_district_all, NULL, &districts, err))
		return false;
	for (int i = 0; i < rows_count(districts); i++) {
		int64_t district = rows_integer(districts, i, 0);

		if (!grants_turn(db, district, &version, err))
			return false;
		if (version > 0)
			log_line(LOG_INFO, "another_day",
			    "district=%lld version=%lld", (long long)district,
			    (long long)version);
	}
	return true;
}

static int until_next(void)
{
	return ROUND_SECONDS - (int)(clock_now() / 1000 % ROUND_SECONDS) + 1;
}

static bool round_of_work(const char *url)
{
	struct arena *arena = arena_new();
	struct err err = { 0 };
	struct db *db = NULL;
	bool done = db_open(&db, url, DB_INGEST, &err) &&
		    turn_days(db, arena, &err) && purge(db, arena, &err) &&
		    clear_shelf(db, arena, &err) &&
		    purge_jobs(db, arena, &err) && purge_audit(db, arena, &err);

	if (!done)
		log_line(LOG_ERROR, "work", "fault=%s reason=%s",
		    fault_rules[err.fault].name, log_quote(arena, err.text));
	db_close(db);
	arena_free(arena);
	return done;
}

/* True when it is time to stop. */
static bool rest(struct work *work, int seconds)
{
	struct timespec until;
	bool stopping;
	int code = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += seconds;
	pthread_mutex_lock(&work->lock);
	while (!work->stopping && code != ETIMEDOUT)
		code = pthread_cond_timedwait(&work->wake, &work->lock, &until);
	stopping = work->stopping;
	pthread_mutex_unlock(&work->lock);
	return stopping;
}

static void *rounds(void *context)
{
	struct work *work = context;
	bool done;

	do
		done = round_of_work(work->url);
	while (!rest(work, done ? until_next() : RETRY_SECONDS));
	return NULL;
}

bool work_open(struct work **out, const char *url, struct err *err)
{
	struct work *work = memory_new(sizeof(*work));
	pthread_condattr_t monotonic;

	work->url = url;
	pthread_mutex_init(&work->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&work->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&work->thread, NULL, rounds, work) != 0) {
		memory_free(work);
		return fail(err, FAULT_INTERNAL, "no thread for the work");
	}
	*out = work;
	return runner_open(&work->runner, url, job_kinds, err);
}

void work_close(struct work *work)
{
	if (work == NULL)
		return;
	runner_close(work->runner);
	pthread_mutex_lock(&work->lock);
	work->stopping = true;
	pthread_cond_signal(&work->wake);
	pthread_mutex_unlock(&work->lock);
	pthread_join(work->thread, NULL);
	pthread_cond_destroy(&work->wake);
	pthread_mutex_destroy(&work->lock);
	memory_free(work);
}

static const struct flag flags_known[] = { { 0 } };

static const struct command command = {
	.usage = "work",
	.meaning = "Keeps the data in order, until SIGTERM or SIGINT: drops "
		   "history that is older\nthan HOMEROOM_RETENTION_DAYS, the "
		   "audit after HOMEROOM_AUDIT_DAYS, and bundles that a\n"
		   "newer version has superseded.\n",
	.flags = flags_known,
	.settings = SETTINGS_LISTED,
};

int cli_work(int argc, char **argv)
{
	struct daemon daemon = { .works = true };

	return daemon_run(&daemon, DB_INGEST, &command, argc, argv);
}
