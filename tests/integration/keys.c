/* Signing keys in the database: made once, rotated, kept up to date. */
#include "check.h"
#include "support/database.h"
#include "homeroom/publish.h"
#include "serve/oauth/oauth.h"

#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW ((int64_t)1700000000 * SECOND)
#define DAY (86400 * SECOND)
#define ISSUER "https://roster.example"

static struct db *owner;

static void ran(const char *sql)
{
	struct err err = { 0 };

	CHECK(db_run(owner, sql, &err), "%s: %s", sql, err.text);
}

static int64_t asked(const char *sql)
{
	struct arena *arena = arena_new();
	const struct rows *rows;
	struct err err = { 0 };
	int64_t value;

	CHECK(db_ask_text(owner, arena, sql, NULL, &rows, &err), "%s: %s", sql,
	    err.text);
	value = rows_integer(rows, 0, 0);
	arena_free(arena);
	return value;
}

#define KEYS "select count(*) from homeroom.signing_key"

static struct ring *loaded(const char *key_file)
{
	struct db *server = database_open(DB_SERVE);
	struct ring *ring = NULL;
	struct err err = { 0 };

	CHECK(load_ring(&ring, server, key_file, ISSUER, &err), "%s", err.text);
	db_close(server);
	return ring;
}

static const char *token_of(struct ring *ring)
{
	struct claims claims = { .client_id = "hr-1",
		.application = 1000000,
		.epoch = 1,
		.scopes = SCOPE_ROSTER };
	struct err err = { 0 };
	const char *token;

	CHECK(token_make(ring, ring->arena, &claims, &token, &err), "%s",
	    err.text);
	return token;
}

static bool passes(struct ring *ring, const char *token)
{
	struct claims claims;
	struct err err = { 0 };
	bool stranger;

	return token_read(ring, ring->arena, token, &claims, &stranger, &err);
}

static int start_over(void **state)
{
	(void)state;
	ran("delete from homeroom.signing_key");
	(void)remove("key");
	clock_set(NOW);
	return 0;
}

/* --- cases ---------------------------------------------------------------- */

static void the_first_key_signs_at_once(void **state)
{
	struct ring *first = loaded("key"), *second = loaded("key");

	(void)state;
	CHECK(first->key_count == 1 && first->signs == &first->keys[0], "%d",
	    first->key_count);
	CHECK(second->key_count == 1 &&
		  strcmp(first->signs->kid, second->signs->kid) == 0,
	    "two keys");
	CHECK(passes(second, token_of(first)), "another process's token");
	CHECK(memmem(first->jwks.at, first->jwks.len, first->signs->kid,
		  strlen(first->signs->kid)) != NULL &&
		  memmem(first->jwks.at, first->jwks.len, "\"d\"", 3) == NULL,
	    TEXT_FMT, TEXT_ARG(first->jwks));
	ring_free(first);
	ring_free(second);
}

#define PROCESSES 8

static void load_in_child(void)
{
	struct db *db = NULL;
	struct ring *ring = NULL;
	struct err err = { 0 };
	bool done = db_open(&db, database_url(), DB_SERVE, &err) &&
		    load_ring(&ring, db, "key", ISSUER, &err) &&
		    ring->signs != NULL;

	if (!done)
		fprintf(stderr, "%s\n", err.text);
	db_close(db);
	ring_free(ring);
	_exit(done ? 0 : 1);
}

static void processes_make_one_key(void **state)
{
	int status;

	(void)state;
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0)
			load_in_child();
	for (int i = 0; i < PROCESSES; i++)
		CHECK(wait(&status) > 0 && status == 0, "process %d", i);
	CHECK(asked(KEYS) == 1, "%d keys", (int)asked(KEYS));
}

static void keys_rotate(void **state)
{
	struct ring *old = loaded("key"), *both, *new, *last;
	const char *token;

	(void)state;
	clock_set(NOW + 29 * DAY);
	new = loaded("key");
	CHECK(new->key_count == 1, "too early");
	ring_free(new);

	/* Shown a day ahead, while the old one signs. */
	clock_set(NOW + 30 * DAY + SECOND);
	both = loaded("key");
	CHECK(both->key_count == 2 &&
		  strcmp(both->signs->kid, old->signs->kid) == 0,
	    "%d keys", both->key_count);

	/* The old one's last token is good for its hour. */
	clock_set(NOW + 31 * DAY - SECOND);
	token = token_of(both);
	clock_set(NOW + 31 * DAY + SECOND);
	new = loaded("key");
	CHECK(strcmp(new->signs->kid, old->signs->kid) != 0, "not rotated");
	CHECK(passes(new, token), "a token of the old key");
	CHECK(passes(both, token_of(new)), "who has not heard yet");
	clock_set(NOW + 31 * DAY + 3600 * SECOND - 2 * SECOND);
	last = loaded("key");
	CHECK(passes(last, token), "its last second");
	ring_free(last);

	/* Then it goes, with the next rotation. */
	clock_set(NOW + 61 * DAY);
	last = loaded("key");
	CHECK(asked(KEYS) == 2 && ring_find(last, old->signs->kid) == NULL,
	    "%d keys", (int)asked(KEYS));
	ring_free(old);
	ring_free(both);
	ring_free(new);
	ring_free(last);
}

/* Two hosts, each with a key file of its own: each signs with its own key, and
 * takes the other's tokens. */
static void another_key_file_is_no_disaster(void **state)
{
	struct ring *here = loaded("key"), *there = loaded("key.other");

	(void)state;
	CHECK(there->key_count == 2 &&
		  strcmp(here->signs->kid, there->signs->kid) != 0,
	    "%d keys", there->key_count);
	CHECK(passes(there, token_of(here)), "there");
	ring_free(here);
	here = loaded("key");
	CHECK(here->key_count == 2 && passes(here, token_of(there)), "here");
	CHECK(asked(KEYS) == 2, "they go on and on");
	ring_free(here);
	ring_free(there);
}

static void what_was_tampered_with_is_not_used(void **state)
{
	struct ring *ring = loaded("key");
	char *kid = strdup(ring->signs->kid);

	(void)state;
	ring_free(ring);
	ran("update homeroom.signing_key "
	    "set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)");
	ring = loaded("key");
	CHECK(ring->key_count == 2 && strcmp(ring->signs->kid, kid) != 0,
	    "signs with it");
	free(kid);
	ring_free(ring);
}

static void private_keys_are_sealed(void **state)
{
	(void)state;
	ring_free(loaded("key"));
	CHECK(asked("select count(*) from homeroom.signing_key k "
		    "where position('PRIVATE'::bytea in sealed) > 0 "
		    "or public_jwk ? 'd'") == 0,
	    "in the clear");
}

/* --- the keeper ----------------------------------------------------------- */

/* Until it holds, for a while. */
static bool soon(bool (*holds)(void))
{
	for (int i = 0; i < 1000; i++) {
		if (holds())
			return true;
		(void)poll(NULL, 0, 10);
	}
	return false;
}

static bool has_two_keys(void)
{
	return ring_view()->ring->key_count == 2;
}

static void news_arrives(void **state)
{
	struct err err = { 0 };

	(void)state;
	CHECK(keeper_open(database_url(), "key", ISSUER, &err), "%s", err.text);
	ring_free(loaded("key.other"));
	CHECK(soon(has_two_keys), "no news of a key");
	keeper_close();
	ring_forget();
}

/* Postgres ends the keeper's connection; it comes back by itself. */
static void it_connects_again(void **state)
{
	struct arena *arena = arena_new();
	struct err err = { 0 };
	int status;

	(void)state;
	CHECK(keeper_open(database_url(), "key", ISSUER, &err), "%s", err.text);
	CHECK(ring_view()->ring->key_count == 1, "keys");
	database_psql(arena, "homeroom_superuser",
	    "select pg_terminate_backend(pid) from pg_stat_activity "
	    "where usename = 'homeroom_serve'",
	    &status);
	CHECK(status == 0, "psql");
	arena_free(arena);
	ring_free(loaded("key.other"));
	CHECK(soon(has_two_keys), "it did not come back");
	keeper_close();
	keeper_close();
	ring_forget();
}

static char known_kid[17];

static bool has_another_key(void)
{
	return strcmp(ring_view()->ring->keys[0].kid, known_kid) != 0;
}

/* What was not announced is seen when somebody meets a stranger's key. */
static void who_asks_is_heard(void **state)
{
	struct err err = { 0 };

	(void)state;
	CHECK(keeper_open(database_url(), "key", ISSUER, &err), "%s", err.text);
	snprintf(known_kid, sizeof(known_kid), "%s",
	    ring_view()->ring->keys[0].kid);
	ran("delete from homeroom.signing_key");
	CHECK(!has_another_key(), "unasked");
	keeper_ask();
	CHECK(soon(has_another_key), "not heard");
	keeper_close();
	ring_forget();
}

#define THREADS 4

static void *look(void *unused)
{
	int64_t until = clock_tick() + 300;
	uint64_t seen = 0;

	(void)unused;
	while (clock_tick() < until)
		seen += ring_view()->ring->jwks.len;
	return seen > 0 ? &owner : NULL;
}

/* For TSan: rings are replaced while others look at them. */
static void all_threads_may_look(void **state)
{
	int64_t until = clock_tick() + 300;
	pthread_t threads[THREADS];
	void *saw;

	(void)state;
	ring_show(loaded("key"));
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_create(&threads[i], NULL, look, NULL) == 0, "%d",
		    i);
	while (clock_tick() < until)
		ring_show(loaded("key"));
	for (int i = 0; i < THREADS; i++)
		CHECK(pthread_join(threads[i], &saw) == 0 && saw != NULL, "%d",
		    i);
	ring_forget();
}

static int set_up(void **state)
{
	(void)state;
	owner = database_open(DB_OWNER);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	db_close(owner);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_first_key_signs_at_once, start_over),
		cmocka_unit_test_setup(processes_make_one_key, start_over),
		cmocka_unit_test_setup(keys_rotate, start_over),
		cmocka_unit_test_setup(another_key_file_is_no_disaster,
		    start_over),
		cmocka_unit_test_setup(what_was_tampered_with_is_not_used,
		    start_over),
		cmocka_unit_test_setup(private_keys_are_sealed, start_over),
		cmocka_unit_test_setup(news_arrives, start_over),
		cmocka_unit_test_setup(it_connects_again, start_over),
		cmocka_unit_test_setup(who_asks_is_heard, start_over),
		cmocka_unit_test_setup(all_threads_may_look, start_over),
	};

	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
