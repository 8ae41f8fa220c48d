/* Applications and their credentials, against a real Postgres. */
#include "check.h"
#include "support/database.h"
#include "homeroom/publish.h"

#include <sys/wait.h>
#include <unistd.h>

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

/* --- cases ---------------------------------------------------------------- */

static void the_secret_opens(void **state)
{
	struct credentials a = created("opens a"), b = created("opens b");
	struct application found;

	(void)state;
	CHECK(strncmp(a.client_id, "hr-", 3) == 0 &&
		  strlen(a.client_id) == 3 + 16,
	    "%s", a.client_id);
	CHECK(strncmp(a.client_secret, "hrs_", 4) == 0 &&
		  strlen(a.client_secret) == 4 + 43,
	    "a secret of %zu bytes", strlen(a.client_secret));
	CHECK(checked(a.client_id, a.client_secret, &found) == FAULT_NONE,
	    "refused");
	CHECK(strcmp(found.name, "opens a") == 0 && found.full &&
		  found.enabled && found.epoch == 1 && found.district == 1 &&
		  found.scopes == wanted.scopes,
	    "epoch %d scopes %x", (int)found.epoch, found.scopes);
	CHECK(checked(a.client_id, b.client_secret, NULL) == FAULT_BAD_CLIENT,
	    "b's secret");
}

static void nothing_else_does(void **state)
{
	struct credentials made = created("closed");
	char *near = arena_text(arena, made.client_secret);
	const struct {
		const char *client_id, *secret;
	} cases[] = {
		{ made.client_id, "" },
		{ made.client_id, near },
		{ made.client_id, arena_printf(arena, "%s ", near) },
		{ "", "" },
		{ "", made.client_secret },
		{ "hr-0000000000000000", made.client_secret },
		{ "closed", made.client_secret },
		{ arena_printf(arena, "%s'", made.client_id),
		    made.client_secret },
		{ "' or true --", made.client_secret },
		{ "\xff\xfe", made.client_secret },
		{ "%", made.client_secret },
		{ made.client_id, "\xff" },
	};

	(void)state;
	near[strlen(near) - 1] ^= 1;
	for (size_t i = 0; i < array_length(cases); i++)
		CHECK(checked(cases[i].client_id, cases[i].secret, NULL) ==
			  FAULT_BAD_CLIENT,
		    "case %zu", i);
}

static void names_are_checked(void **state)
{
	static const struct {
		const char *name;
		enum fault want;
	} cases[] = {
		{ "Ünïcödé 学校", FAULT_NONE },
		{ "O'Brien; drop table", FAULT_NONE },
		{ "O'Brien; drop table", FAULT_CONFLICT },
		{ "", FAULT_INVALID },
		{ "line\nline", FAULT_INVALID },
		{ "\xc3\x28", FAULT_INVALID },
	};

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct change change = change_of(cases[i].name);
		struct credentials made;
		struct err err = { 0 };

		(void)!application_create(owner, arena, &change, &wanted, &made,
		    &err);
		CHECK(err.fault == cases[i].want, "%s: %s", cases[i].name,
		    err.text);
	}
}

static void a_secret_is_replaced(void **state)
{
	struct credentials old = created("rotates"), new;
	struct change change = change_of("rotates");
	struct application found;
	struct err err = { 0 };

	(void)state;
	CHECK(application_rotate(owner, arena, &change, 0, &new, &err), "%s",
	    err.text);
	CHECK(strcmp(new.client_id, old.client_id) == 0, "another id");
	CHECK(checked(old.client_id, old.client_secret, NULL) ==
		  FAULT_BAD_CLIENT,
	    "the old secret");
	CHECK(checked(new.client_id, new.client_secret, &found) == FAULT_NONE &&
		  found.epoch == 2,
	    "epoch %d", (int)found.epoch);
	change = change_of("nobody");
	CHECK(!application_rotate(owner, arena, &change, 0, &new, &err) &&
		  err.fault == FAULT_NOT_FOUND,
	    "%s", err.text);
}

static void turn(const char *name, bool on)
{
	struct change change = change_of(name);
	struct err err = { 0 };

	CHECK(application_enable(owner, arena, &change, on, &err), "%s",
	    err.text);
}

static void the_disabled_stay_out(void **state)
{
	struct credentials made = created("disabled");
	struct change nobody = change_of("nobody");
	struct application found;
	struct err err = { 0 };

	(void)state;
	turn("disabled", false);
	turn("disabled", false);
	CHECK(checked(made.client_id, made.client_secret, NULL) ==
		  FAULT_BAD_CLIENT,
	    "in");
	turn("disabled", true);
	CHECK(checked(made.client_id, made.client_secret, &found) ==
		      FAULT_NONE &&
		  found.epoch == 2,
	    "epoch %d: an old token is good again", (int)found.epoch);
	CHECK(!application_enable(owner, arena, &nobody, true, &err) &&
		  err.fault == FAULT_NOT_FOUND,
	    "%s", err.text);
}

static void changes_are_noted(void **state)
{
	struct credentials made = created("noted");
	struct change change = change_of("noted");
	struct err err = { 0 };

	(void)state;
	CHECK(application_rotate(owner, arena, &change, 0, &made, &err), "%s",
	    err.text);
	turn("noted", false);
	turn("noted", false);
	turn("noted", true);
	CHECK(asked("select count(*) from homeroom.setting_change "
		    "where kind = 'application' and name = 'noted' "
		    "and who = 'a test' and district = 1") == 4,
	    "notes");
}

/* Neither in the clear nor in a note: only its hash is there. */
static void secrets_are_not_kept(void **state)
{
	struct credentials made = created("kept");
	struct values values = { 0 };
	const struct rows *rows;
	struct err err = { 0 };

	(void)state;
	values_add(&values, made.client_secret + 4);
	CHECK(db_ask_text(owner, arena,
		  "select (select count(*) from homeroom.application t "
		  "where strpos(t::text, $1) > 0) + (select count(*) "
		  "from homeroom.secret t "
		  "where position(convert_to($1, 'UTF8') in hash) > 0) + "
		  "(select count(*) from homeroom.setting_change t "
		  "where strpos(t::text, $1) > 0)",
		  &values, &rows, &err),
	    "%s", err.text);
	CHECK(rows_integer(rows, 0, 0) == 0, "the secret is in the database");
}

static void all_are_listed(void **state)
{
	const struct application *list;
	struct err err = { 0 };
	bool found = false;
	int count;

	(void)state;
	created("listed");
	turn("listed", false);
	CHECK(application_list(owner, arena, 1, &list, &count, &err), "%s",
	    err.text);
	for (int i = 0; i < count; i++)
		if (strcmp(list[i].name, "listed") == 0)
			found = !list[i].enabled && list[i].full &&
				list[i].scopes == wanted.scopes;
	CHECK(found, "%d applications", count);
	CHECK(application_list(owner, arena, 999, &list, &count, &err) &&
		  count == 0,
	    "another district's");
}

/* Whoever keeps something about an application in memory hears of it. */
static void changes_are_news(void **state)
{
	struct err err = { 0 };
	struct db *listener = database_open(DB_SERVE);
	bool news;

	(void)state;
	created("news");
	CHECK(db_listen(listener, "homeroom_application", &err), "%s",
	    err.text);
	turn("news", false);
	CHECK(db_news(listener, 10000, &news, &err), "%s", err.text);
	CHECK(news, "no news");
	db_close(listener);
}

#define PROCESSES 4
#define ROTATIONS 10

static void rotate_often(void)
{
	struct change change = change_of("at once");
	struct db *db = NULL;
	struct err err = { 0 };
	bool done = db_open(&db, database_url(), DB_OWNER, &err);

	for (int i = 0; done && i < ROTATIONS; i++) {
		struct credentials made;

		done = application_rotate(db, arena, &change, 0, &made, &err);
	}
	db_close(db);
	_exit(done ? 0 : 1);
}

static void rotations_at_once_leave_one_secret(void **state)
{
	int status;

	(void)state;
	created("at once");
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0)
			rotate_often();
	for (int i = 0; i < PROCESSES; i++)
		CHECK(wait(&status) > 0 && status == 0, "process %d", i);
	CHECK(asked("select count(*) from homeroom.secret s "
		    "join homeroom.application a on a.id = s.application "
		    "where a.name = 'at once'") == 1,
	    "secrets");
	CHECK(asked("select epoch from homeroom.application "
		    "where name = 'at once'") == 1 + PROCESSES * ROTATIONS,
	    "epoch");
}

static void districts_have_names(void **state)
{
	int64_t district;
	struct err err = { 0 };

	(void)state;
	CHECK(district_find(owner, arena, NULL, &district, &err) &&
		  district == 1,
	    "%s", err.text);
	CHECK(!district_find(owner, arena, "nowhere", &district, &err) &&
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
		cmocka_unit_test(the_secret_opens),
		cmocka_unit_test(nothing_else_does),
		cmocka_unit_test(names_are_checked),
		cmocka_unit_test(a_secret_is_replaced),
		cmocka_unit_test(the_disabled_stay_out),
		cmocka_unit_test(changes_are_noted),
		cmocka_unit_test(secrets_are_not_kept),
		cmocka_unit_test(all_are_listed),
		cmocka_unit_test(changes_are_news),
		cmocka_unit_test(rotations_at_once_leave_one_secret),
		cmocka_unit_test(districts_have_names),
	};

	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
