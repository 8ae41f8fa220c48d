/*
 * A thread that keeps the ring as the database has it: on news, when somebody
 * saw a key that we don't know, and every few minutes in any case.
 */
#include "oauth.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define TURN_MS 100                     /* how long a stop may take */
#define RELOAD_MS ((int64_t)300 * 1000) /* when there is no news */
#define ASKED_MS ((int64_t)5 * 1000)   /* whoever asks gets no more than this */
#define ANSWER_MS ((int64_t)10 * 1000) /* what Postgres may take */
#define RETRY_MS ((int64_t)2 * 1000)   /* Postgres is gone */

static struct {
	pthread_t thread;
	bool running;
	struct arena *arena; /* of these texts */
	const char *database_url, *key_file, *issuer;
	struct db *db;
	int64_t loaded; /* clock_tick */
	int64_t failed; /* clock_tick; 0: the last try went well */
	atomic_bool stop, asked;
} keeper;

/* --- the database --------------------------------------------------------- */

static bool load(struct err *err)
{
	struct ring *ring;

	atomic_store(&keeper.asked, false);
	db_deadline(keeper.db, clock_tick() + ANSWER_MS);
	if (!nonce_purge(keeper.db, err) ||
	    !load_ring(&ring, keeper.db, keeper.key_file, keeper.issuer, err))
		return false;
	ring_show(ring);
	keeper.loaded = clock_tick();
	return true;
}

/* Listens before it reads: what changes in between is news. */
static bool connect_and_load(struct err *err)
{
	db_close(keeper.db);
	keeper.db = NULL;
	if (!db_open(&keeper.db, keeper.database_url, DB_SERVE, err))
		return false;
	db_deadline(keeper.db, clock_tick() + ANSWER_MS);
	return db_listen(keeper.db, "homeroom_keys", err) && load(err);
}

static bool wanted(bool news)
{
	int64_t age = clock_tick() - keeper.loaded;

	return news || age >= RELOAD_MS ||
	       (age >= ASKED_MS && atomic_load(&keeper.asked));
}

static bool turn(struct err *err)
{
	bool news;

	if (keeper.db == NULL || !db_usable(keeper.db))
		return connect_and_load(err);
	return db_news(keeper.db, TURN_MS, &news, err) &&
	       (!wanted(news) || load(err));
}

/* --- the thread ----------------------------------------------------------- */

/* Until Postgres is back, what was known stays. One line says so. */
static void note_failure(struct err *err)
{
	struct arena *arena = arena_new();

	if (keeper.failed == 0)
		log_line(LOG_WARN, "keys", "fault=%s error=%s",
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
			(void)poll(NULL, 0, TURN_MS);
			continue;
		}
		if (!turn(&err))
			note_failure(&err);
		else
			keeper.failed = 0;
	}
	return NULL;
}

/* --- the door ------------------------------------------------------------- */

static void forget(void)
{
	db_close(keeper.db);
	arena_free(keeper.arena);
	keeper.db = NULL;
	keeper.arena = NULL;
}

bool keeper_open(const char *database_url, const char *key_file,
    const char *issuer, struct err *err)
{
	keeper.arena = arena_new();
	keeper.database_url = arena_text(keeper.arena, database_url);
	keeper.key_file = arena_text(keeper.arena, key_file);
	keeper.issuer = arena_text(keeper.arena, issuer);
	keeper.failed = 0;
	atomic_store(&keeper.stop, false);
	if (connect_and_load(err)) {
		keeper.running =
		    pthread_create(&keeper.thread, NULL, keep, NULL) == 0;
		if (keeper.running)
			return true;
		err_set(err, FAULT_INTERNAL, "can't start a thread");
	}
	forget();
	return false;
}

void keeper_close(void)
{
	if (!keeper.running)
		return;
	atomic_store(&keeper.stop, true);
	pthread_join(keeper.thread, NULL);
	keeper.running = false;
	forget();
}

void keeper_ask(void)
{
	atomic_store(&keeper.asked, true);
}
