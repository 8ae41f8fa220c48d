/* Secrets beside and instead of others, against a real Postgres. */
#include "check.h"
#include "support/database.h"
#include "homeroom/publish.h"

static struct arena *arena;
static struct db *owner, *server;

static const struct application wanted = { .full = true,
	.scopes = SCOPE_ROSTER | SCOPE_ROSTER << SCOPE_11 };

static struct change change_of(const char *name)
{
	return (struct change){ 1, name, "a test" };
}

static struct credentials created(const char *name)
{
	struct change change = change_of(name);
	struct credentials made;
	struct err err = { 0 };

	CHECK(application_create(owner, arena, &change, &wanted, &made, &err),
	    "%s: %s", name, err.text);
	return made;
}

/* As the server asks. */
static enum fault checked(const char *client_id, const char *secret,
    struct application *out)
{
	struct application application;
	struct err err = { 0 };

	(void)!application_check(server, arena, client_id, secret,
	    out != NULL ? out : &application, &err);
	CHECK(strstr(err.text, secret) == NULL || secret[0] == '\0',
	    "the secret is in the error's text");
	return err.fault;
}

static int64_t asked(const char *sql)
{
	const struct rows *rows;
	struct err err = { 0 };

	CHECK(db_ask_text(owner, arena, sql, NULL, &rows, &err), "%s: %s", sql,
	    err.text);
	return rows_integer(rows, 0, 0);
}

/* --- two at a time -------------------------------------------------------- */

#define HOUR ((int64_t)3600 * 1000)

/* The old secret beside the new, until its time is up. */
static void a_secret_is_kept(void **state)
{
	struct credentials old = created("keeps"), new, third;
	struct change change = change_of("keeps");
	int64_t now = clock_now();
	struct application found;
	struct err err = { 0 };

	(void)state;
	CHECK(application_rotate(owner, arena, &change, 2 * HOUR, &new, &err),
	    "%s", err.text);
	CHECK(checked(old.client_id, old.client_secret, &found) == FAULT_NONE &&
		  found.epoch == 1 && found.secret_until >= now + 2 * HOUR &&
		  found.secret_until < now + 3 * HOUR,
	    "the old one");
	CHECK(checked(new.client_id, new.client_secret, &found) == FAULT_NONE &&
		  found.epoch == 1 && found.secret_until == 0,
	    "the new one");
	CHECK(!application_rotate(owner, arena, &change, HOUR, &third, &err) &&
		  err.fault == FAULT_CONFLICT,
	    "three at a time: %s", err.text);
	CHECK(checked(old.client_id, old.client_secret, NULL) == FAULT_NONE,
	    "the old one went with what was refused");
	clock_set(now + 3 * HOUR);
	CHECK(checked(old.client_id, old.client_secret, NULL) ==
		  FAULT_BAD_CLIENT,
	    "its time is up");
	err = (struct err){ 0 };
	CHECK(application_rotate(owner, arena, &change, HOUR, &third, &err),
	    "%s", err.text);
	CHECK(checked(new.client_id, new.client_secret, NULL) == FAULT_NONE &&
		  checked(third.client_id, third.client_secret, NULL) ==
		      FAULT_NONE,
	    "the second and the third");
	CHECK(application_rotate(owner, arena, &change, 0, &new, &err), "%s",
	    err.text);
	CHECK(checked(third.client_id, third.client_secret, NULL) ==
		  FAULT_BAD_CLIENT,
	    "one that was kept outlives a rotation that keeps none");
	clock_set(now);
}

static void a_kept_secret_is_ended(void **state)
{
	struct credentials old = created("ends"), new;
	struct change change = change_of("ends");
	struct application found;
	struct err err = { 0 };

	(void)state;
	CHECK(!application_end_secret(owner, arena, &change, &err) &&
		  err.fault == FAULT_NOT_FOUND,
	    "there was none: %s", err.text);
	err = (struct err){ 0 };
	CHECK(application_rotate(owner, arena, &change, HOUR, &new, &err) &&
		  application_end_secret(owner, arena, &change, &err),
	    "%s", err.text);
	CHECK(checked(old.client_id, old.client_secret, NULL) ==
		  FAULT_BAD_CLIENT,
	    "it goes on");
	CHECK(checked(new.client_id, new.client_secret, &found) == FAULT_NONE &&
		  found.epoch == 2,
	    "epoch %d: its tokens go on", (int)found.epoch);
}

/* --- secrets that sign ---------------------------------------------------- */

static const char *sealed_of(const char *name)
{
	struct values values = { 0 };
	const struct rows *rows;
	struct err err = { 0 };

	values_add(&values, name);
	CHECK(db_ask_text(server, arena,
		  "select encode(oauth1, 'hex'), id from homeroom.application "
		  "where name = $1",
		  &values, &rows, &err),
	    "%s", err.text);
	return rows_get(rows, 0, 0);
}

static bool opens(const char *key_file, int64_t application, const char *sealed,
    const char *secret)
{
	struct buf out = { 0 };
	struct err err = { 0 };
	bool same = application_oauth1_open(&out, key_file, application, sealed,
			&err) &&
		    strcmp(buf_text(&out), secret) == 0;

	CHECK(strstr(err.text, secret) == NULL, "the secret is in the error");
	buf_free(&out);
	return same;
}

static void a_secret_that_signs_is_sealed(void **state)
{
	struct credentials made = created("signs"), first, second;
	struct change change = change_of("signs");
	struct change nobody = change_of("nobody");
	int64_t id = asked("select id from homeroom.application "
			   "where name = 'signs'");
	const char *sealed;
	struct err err = { 0 };

	(void)state;
	CHECK(sealed_of("signs") == NULL, "on by default");
	CHECK(application_oauth1(owner, arena, &change, "key", &first, &err),
	    "%s", err.text);
	sealed = sealed_of("signs");
	CHECK(strcmp(first.client_id, made.client_id) == 0 &&
		  strcmp(first.client_secret, made.client_secret) != 0,
	    "of another client, or the same secret");
	CHECK(opens("key", id, sealed, first.client_secret), "it can't sign");
	CHECK(!opens("key", id + 1, sealed, first.client_secret),
	    "it is another application's, too");
	CHECK(!opens("key.other", id, sealed, first.client_secret),
	    "no key is needed");
	CHECK(application_oauth1(owner, arena, &change, "key", &second, &err) &&
		  strcmp(sealed_of("signs"), sealed) != 0,
	    "%s", err.text);
	CHECK(application_oauth1(owner, arena, &change, "key", NULL, &err) &&
		  sealed_of("signs") == NULL,
	    "%s", err.text);
	CHECK(asked("select count(*) from homeroom.setting_change "
		    "where name = 'signs' and after ? 'oauth1'") == 3,
	    "notes");
	CHECK(
	    !application_oauth1(owner, arena, &nobody, "key", &second, &err) &&
		err.fault == FAULT_NOT_FOUND,
	    "%s", err.text);
}

/* --- all together --------------------------------------------------------- */

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	owner = database_open(DB_OWNER);
	server = database_open(DB_SERVE);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	db_close(owner);
	db_close(server);
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_is_kept),
		cmocka_unit_test(a_kept_secret_is_ended),
		cmocka_unit_test(a_secret_that_signs_is_sealed),
	};

	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
