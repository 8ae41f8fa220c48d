/*
 * The accounts of applications: what each may do, as allowances.c learnt it,
 * and what it has done. All loops share them, under one lock that is never
 * held for longer than it takes to look.
 */
#include "serve.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static struct {
	pthread_mutex_t lock; /* of all that follows but the lease */
	struct account *chains[256];
	struct arena *arena; /* of what the allowances refer to */
	int64_t concurrency;
	atomic_llong trusted; /* clock_tick: the lease ends */
} table = { .lock = PTHREAD_MUTEX_INITIALIZER };

void accounts_lock(void)
{
	pthread_mutex_lock(&table.lock);
}

void accounts_unlock(void)
{
	pthread_mutex_unlock(&table.lock);
}

/* --- finding -------------------------------------------------------------- */

/* What holds for an application that nobody told of yet: the database will
 * say. */
static const struct allowance nothing_known = {
	.begins = INT64_MIN,
	.ends = INT64_MAX,
	.requests_per_minute = -1,
	.concurrency = -1,
	.bytes_per_day = -1,
};

struct account *accounts_find(int64_t application)
{
	struct account **at =
	    &table.chains[(uint64_t)application % array_length(table.chains)];
	struct account *account;

	while (*at != NULL && (*at)->may.application != application)
		at = &(*at)->next;
	if (*at != NULL)
		return *at;
	account = memory_new(sizeof(*account));
	account->may = nothing_known;
	account->may.application = application;
	*at = account;
	return account;
}

int64_t accounts_concurrency(const struct account *account)
{
	int64_t own = account->may.concurrency;

	return own >= 0 ? own : table.concurrency;
}

struct account *accounts_next(struct account *account)
{
	size_t chain = 0;

	if (account != NULL && account->next != NULL)
		return account->next;
	if (account != NULL)
		chain = (uint64_t)account->may.application %
			    array_length(table.chains) +
			1;
	while (
	    chain < array_length(table.chains) && table.chains[chain] == NULL)
		chain++;
	return chain < array_length(table.chains) ? table.chains[chain] : NULL;
}

/* --- what each may do ----------------------------------------------------- */

void day_now(char out[DAY_TEXT])
{
	char now[CLOCK_TEXT];

	clock_format(now, clock_now());
	memcpy(out, now, DAY_TEXT - 1);
	out[DAY_TEXT - 1] = '\0';
}

void accounts_begin_day(struct account *account, const char *day)
{
	if (strcmp(account->day, day) == 0)
		return;
	memcpy(account->day, day, DAY_TEXT);
	account->all = (struct usage){ 0 };
}

static bool has_limits(const struct allowance *may)
{
	return may->requests_per_minute >= 0 || may->bytes_per_day >= 0;
}

/* A new limit finds a full bucket, and what was used of the day before. */
static void allow(struct account *account, const struct allowance *may,
    const char *day)
{
	if (account->may.requests_per_minute != may->requests_per_minute) {
		account->tokens = (double)may->requests_per_minute;
		account->filled = clock_tick();
	}
	if (!has_limits(&account->may) && has_limits(may)) {
		accounts_begin_day(account, day);
		account->all = may->used;
	}
	account->may = *may;
}

/* The texts of those that are gone go with the arena. */
static void forbid(struct account *account)
{
	int64_t application = account->may.application;

	account->may = nothing_known;
	account->may.application = application;
}

void accounts_learn(struct arena *arena, const char *day,
    const struct allowance *list, int count)
{
	struct arena *old;

	pthread_mutex_lock(&table.lock);
	for (struct account *a = accounts_next(NULL); a != NULL;
	     a = accounts_next(a))
		a->told_of = false;
	for (int i = 0; i < count; i++) {
		struct account *account = accounts_find(list[i].application);

		allow(account, &list[i], day);
		account->told_of = true;
	}
	for (struct account *a = accounts_next(NULL); a != NULL;
	     a = accounts_next(a))
		if (!a->told_of)
			forbid(a);
	old = table.arena;
	table.arena = arena;
	pthread_mutex_unlock(&table.lock);
	arena_free(old);
}

void accounts_trust(int64_t until)
{
	atomic_store(&table.trusted, until);
}

bool accounts_certain(const struct caller *caller, struct allowance *out)
{
	int64_t now = clock_tick();
	bool certain;

	pthread_mutex_lock(&table.lock);
	*out = accounts_find(caller->application)->may;
	certain = now < atomic_load(&table.trusted);
	pthread_mutex_unlock(&table.lock);
	out->networks = (struct networks){ 0 };
	return certain && out->enabled && out->epoch == caller->epoch &&
	       out->begins <= now && now < out->ends;
}

/* --- what each has done --------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	const struct usage *x = a, *y = b;

	return x->application < y->application
		   ? -1
		   : x->application > y->application;
}

bool accounts_used(struct arena *arena, const char *day,
    const struct usage **list, int *count)
{
	struct usage *used;
	int room = 0, n = 0;
	bool any = false;

	pthread_mutex_lock(&table.lock);
	for (struct account *a = accounts_next(NULL); a != NULL;
	     a = accounts_next(a))
		room++;
	used = arena_alloc(arena, (size_t)(room + 1) * sizeof(*used));
	for (struct account *a = accounts_next(NULL); a != NULL;
	     a = accounts_next(a)) {
		struct usage since = { a->may.application,
			atomic_exchange(&a->requests, 0),
			atomic_exchange(&a->bytes, 0) };

		if (!has_limits(&a->may))
			continue;
		any = true;
		accounts_begin_day(a, day);
		a->telling = since;
		if (since.requests != 0 || since.bytes > 0)
			used[n++] = since;
	}
	pthread_mutex_unlock(&table.lock);
	qsort(used, (size_t)n, sizeof(*used), compare);
	*list = used;
	*count = n;
	return any;
}

/* Requests that other servers answered take tokens here as well. */
static void hear(struct account *account, const struct usage *all)
{
	int64_t others =
	    all->requests - account->all.requests - account->telling.requests;

	if (others > 0)
		account->tokens -= (double)others;
	account->all = *all;
}

static void end_telling(struct account *account, bool told)
{
	if (!told) {
		atomic_fetch_add(&account->requests, account->telling.requests);
		atomic_fetch_add(&account->bytes, account->telling.bytes);
	}
	account->telling = (struct usage){ 0 };
}

void accounts_told(const char *day, const struct usage *list, int count)
{
	pthread_mutex_lock(&table.lock);
	for (int i = 0; list != NULL && i < count; i++) {
		struct account *account = accounts_find(list[i].application);

		if (strcmp(account->day, day) == 0)
			hear(account, &list[i]);
	}
	for (struct account *a = accounts_next(NULL); a != NULL;
	     a = accounts_next(a))
		end_telling(a, list != NULL);
	pthread_mutex_unlock(&table.lock);
}

/* --- life ----------------------------------------------------------------- */

void accounts_open(int concurrency)
{
	pthread_mutex_lock(&table.lock);
	table.concurrency = concurrency;
	pthread_mutex_unlock(&table.lock);
}

void accounts_close(void)
{
	pthread_mutex_lock(&table.lock);
	for (size_t i = 0; i < array_length(table.chains); i++) {
		while (table.chains[i] != NULL) {
			struct account *next = table.chains[i]->next;

			memory_free(table.chains[i]);
			table.chains[i] = next;
		}
	}
	arena_free(table.arena);
	table.arena = NULL;
	atomic_store(&table.trusted, 0);
	pthread_mutex_unlock(&table.lock);
}
