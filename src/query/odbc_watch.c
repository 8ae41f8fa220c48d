/* The thread that cancels what a driver of ODBC works on for too long. */
#include "query.h"

#include <time.h>

/* How often it looks (ms). */
#define LOOK_MS 200

static void rest(struct odbc *odbc)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOK_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&odbc->wake, &odbc->lock, &until);
}

/* Under the lock nobody lets go of the statement. */
static void *watch(void *context)
{
	const struct queries *queries = context;
	struct odbc *odbc = queries->link;

	pthread_mutex_lock(&odbc->lock);
	while (!odbc->ended) {
		struct err ignored = { 0 };

		if (odbc->busy != NULL && queries_late(queries, &ignored))
			(void)SQLCancel(odbc->busy);
		rest(odbc);
	}
	pthread_mutex_unlock(&odbc->lock);
	return NULL;
}

bool odbc_watch(struct queries *queries, struct err *err)
{
	struct odbc *odbc = queries->link;

	if (pthread_create(&odbc->watch, NULL, watch, queries) != 0)
		return fail(err, FAULT_INTERNAL,
		    "no thread for the database of '%s'",
		    queries->account.name);
	odbc->watched = true;
	return true;
}

void odbc_unwatch(struct odbc *odbc)
{
	if (!odbc->watched)
		return;
	pthread_mutex_lock(&odbc->lock);
	odbc->ended = true;
	pthread_cond_signal(&odbc->wake);
	pthread_mutex_unlock(&odbc->lock);
	pthread_join(odbc->watch, NULL);
}

void odbc_busy(struct odbc *odbc, SQLHSTMT statement)
{
	pthread_mutex_lock(&odbc->lock);
	odbc->busy = statement;
	pthread_mutex_unlock(&odbc->lock);
}

void odbc_done(struct odbc *odbc)
{
	odbc_busy(odbc, NULL);
}
