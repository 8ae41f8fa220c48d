/*
 * A thread that keeps what applications may do as the database has it, on news
 * and by proof: many times a second it asks whether there is any, since news
 * that does not come looks like none. It also tells the other servers what was
 * used here, and hears what was used there.
 */
#include "serve.h"
#include "homeroom/serve.h"
#include "homeroom/store.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define PROVE_MS (SERVE_LEASE_MS / 5)
#define TELL_MS 1000
#define ANSWER_MS ((int64_t)10 * 1000) /* what Postgres may take */
#define RETRY_MS ((int64_t)1000)       /* Postgres is gone */

static struct {
	pthread_t thread;
	bool running;
	const char *database_url;
	struct db *db;
	int64_t told;   /* clock_tick */
	int64_t failed; /* clock_tick; 0: the last turn went well */
	char purged[DAY_TEXT];
	atomic_bool stop;
} keeper;

/* --- reading -------------------------------------------------------------- */

static int64_t number_or(const struct rows *rows, int row, int column,
    int64_t otherwise)
{
	return rows_get(rows, row, column) == NULL
		   ? otherwise
		   : rows_integer(rows, row, column);
}

/* Times come in milliseconds from some moment after they were asked for. */
static bool read_row(struct allowance *out, struct arena *arena,
    const struct rows *rows, int row, int64_t asked, struct err *err)
{
	const char *networks = rows_get(rows, row, 5);
	bool begins = rows_get(rows, row, 3) != NULL;
	bool ends = rows_get(rows, row, 4) != NULL;

	*out = (struct allowance){
		.application = rows_integer(rows, row, 0),
		.epoch = rows_integer(rows, row, 1),
		.enabled = rows_integer(rows, row, 2) != 0,
		.begins = begins ? clock_tick() + rows_integer(rows, row, 3)
				 : INT64_MIN,
		.ends = ends ? asked + rows_integer(rows, row, 4) : INT64_MAX,
		.confined = networks != NULL,
		.requests_per_minute = number_or(rows, row, 6, -1),
		.concurrency = number_or(rows, row, 7, -1),
		.bytes_per_day = number_or(rows, row, 8, -1),
		.version = rows_integer(rows, row, 9),
		.used = { .requests = rows_integer(rows, row, 11),
		    .bytes = rows_integer(rows, row, 12) },
	};
	snprintf(out->revision, sizeof(out->revision), "%s",
	    rows_get(rows, row, 10));
	return networks_parse(&out->networks, arena, networks, err);
}

static bool read_all(struct arena *arena, const char *day,
    struct allowance **list, int *count, struct err *err)
{
	const struct values values = { 1, { day } };
	int64_t asked = clock_tick();
	const struct rows *rows;

	if (!db_ask(keeper.db, arena, STATEMENT_standing_list, &values, &rows,
		err))
		return false;
	*count = rows_count(rows);
	*list = arena_alloc(arena, (size_t)*count * sizeof(**list));
	for (int i = 0; i < *count; i++)
		if (!read_row(&(*list)[i], arena, rows, i, asked, err))
			return false;
	return true;
}

/* What is committed before we ask is in the answer, so the lease begins when we
 * ask. */
static bool load(struct err *err)
{
	struct arena *arena = arena_new();
	int64_t asked = clock_tick();
	struct allowance *list;
	char day[DAY_TEXT];
	int count;

	accounts_trust(0);
	day_now(day);
	if (!read_all(arena, day, &list, &count, err)) {
		arena_free(arena);
		return false;
	}
	accounts_learn(arena, day, list, count);
	accounts_trust(asked + SERVE_LEASE_MS);
	return true;
}

/* --- news ----------------------------------------------------------------- */

/* Postgres tells a listener what was committed before a statement came before
 * it tells it that the statement is done: so no news by then is good news, as
 * of when we asked. */
static bool prove(bool *news, struct err *err)
{
	struct arena *arena = arena_new();
	int64_t asked = clock_tick();
	bool done = db_ask(keeper.db, arena, STATEMENT_ping, NULL, NULL, err) &&
		    db_news(keeper.db, 0, news, err);

	if (done && !*news)
		accounts_trust(asked + SERVE_LEASE_MS);
	arena_free(arena);
	return done;
}

/* --- what was used -------------------------------------------------------- */

static void put_numbers(struct buf *to, int64_t number)
{
	buf_printf(to, "%s%lld", to->len == 0 ? "{" : ",", (long long)number);
}

static const char *end_numbers(struct arena *arena, struct buf *list)
{
	const char *text;

	buf_puts(list, list->len == 0 ? "{}" : "}");
	text = arena_text(arena, buf_text(list));
	buf_free(list);
	return text;
}

static bool ask_usage(struct arena *arena, const char *day,
    const struct usage *used, int count, const struct rows **rows,
    struct err *err)
{
	struct buf applications = { 0 }, requests = { 0 }, bytes = { 0 };
	struct values values = { 0 };

	for (int i = 0; i < count; i++) {
		put_numbers(&applications, used[i].application);
		put_numbers(&requests, used[i].requests);
		put_numbers(&bytes, used[i].bytes);
	}
	values_add(&values, day);
	values_add(&values, end_numbers(arena, &applications));
	values_add(&values, end_numbers(arena, &requests));
	values_add(&values, end_numbers(arena, &bytes));
	return db_ask(keeper.db, arena, STATEMENT_usage_tell, &values, rows,
	    err);
}

static void told(struct arena *arena, const char *day, const struct rows *rows)
{
	int count = rows_count(rows);
	struct usage *all =
	    arena_alloc(arena, (size_t)(count + 1) * sizeof(*all));

	for (int i = 0; i < count; i++)
		all[i] = (struct usage){ rows_integer(rows, i, 0),
			rows_integer(rows, i, 1), rows_integer(rows, i, 2) };
	accounts_told(day, all, count);
}

/* Once a day; whichever server comes first leaves nothing to the others. */
static bool purge(struct arena *arena, const char *day, struct err *err)
{
	struct values values = { 0 };

	if (strcmp(keeper.purged, day) == 0)
		return true;
	values_add(&values, day);
	if (!db_ask(keeper.db, arena, STATEMENT_usage_purge, &values, NULL,
		err))
		return false;
	memcpy(keeper.purged, day, DAY_TEXT);
	return true;
}

static bool share(struct arena *arena, struct err *err)
{
	const struct usage *used;
	const struct rows *rows;
	char day[DAY_TEXT];
	int count;

	day_now(day);
	if (!accounts_used(arena, day, &used, &count))
		return true;
	if (!ask_usage(arena, day, used, count, &rows, err)) {
		accounts_told(day, NULL, 0);
		return false;
	}
	told(arena, day, rows);
	return purge(arena, day, err);
}

static bool share_in_time(struct err *err)
{
	struct arena *arena;
	bool done;

	if (clock_tick() - keeper.told < TELL_MS)
		return true;
	keeper.told = clock_tick();
	arena = arena_new();
	done = share(arena, err);
	arena_free(arena);
	return done;
}

/* --- the thread ----------------------------------------------------------- */

/* Listens before it reads: what changes in between is news. */
static bool connect_and_load(struct err *err)
{
	db_close(keeper.db);
	keeper.db = NULL;
	if (!db_open(&keeper.db, keeper.database_url, DB_SERVE, err))
		return false;
	db_deadline(keeper.db, clock_tick() + ANSWER_MS);
	return db_listen(keeper.db, "homeroom_application", err) &&
	       db_listen(keeper.db, "homeroom_version", err) && load(err) &&
	       share_in_time(err);
}

static bool turn(struct err *err)
{
	bool news = false;

	if (keeper.db == NULL || !db_usable(keeper.db))
		return connect_and_load(err);
	db_deadline(keeper.db, clock_tick() + ANSWER_MS);
	return db_news(keeper.db, PROVE_MS, &news, err) &&
	       (news || prove(&news, err)) && (!news || load(err)) &&
	       share_in_time(err);
}

/* Until Postgres is back, what was known stays, for refusing. */
static void note_failure(struct err *err)
{
	struct arena *arena = arena_new();

	accounts_trust(0);
	if (keeper.failed == 0)
		log_line(LOG_WARN, "allowances", "fault=%s error=%s",
		    fault_rules[err->fault].name, log_quote(arena, err->text));
	keeper.failed = clock_tick();
	db_close(keeper.db);
	keeper.db = NULL;
	arena_free(arena);
}

static void *keep(void *unused)
{
	(void)unused;
	while (!atomic_load(&keeper.stop)) {
		struct err err = { 0 };

		if (keeper.failed != 0 &&
		    clock_tick() - keeper.failed < RETRY_MS) {
			(void)poll(NULL, 0, PROVE_MS);
			continue;
		}
		if (!turn(&err))
			note_failure(&err);
		else
			keeper.failed = 0;
	}
	return NULL;
}

bool allowances_open(const char *database_url, struct err *err)
{
	keeper.database_url = database_url;
	keeper.failed = 0;
	atomic_store(&keeper.stop, false);
	if (!connect_and_load(err)) {
		db_close(keeper.db);
		keeper.db = NULL;
		return false;
	}
	keeper.running = pthread_create(&keeper.thread, NULL, keep, NULL) == 0;
	return keeper.running ||
	       fail(err, FAULT_INTERNAL, "can't start a thread");
}

void allowances_close(void)
{
	struct err ignored = { 0 };

	if (keeper.running) {
		atomic_store(&keeper.stop, true);
		pthread_join(keeper.thread, NULL);
		keeper.running = false;
		/* The last second's. */
		keeper.told = 0;
		if (keeper.db != NULL && db_usable(keeper.db)) {
			db_deadline(keeper.db, clock_tick() + TELL_MS);
			(void)!share_in_time(&ignored);
		}
	}
	db_close(keeper.db);
	keeper.db = NULL;
}

void serve_settle(void)
{
	/* And a little, for what a loop was doing when the lease ended. */
	(void)poll(NULL, 0, SERVE_LEASE_MS + 10);
}
