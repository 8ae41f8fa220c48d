/* Migrations: by many at once, of what is too new, by whom who may not. */
#include "check.h"
#include "homeroom/embedded.h"
#include "support/database.h"

#include <sys/wait.h>
#include <unistd.h>

static struct arena *arena;

static int numbered(void)
{
	int count = 0;

	while (embedded_migrations[count].name != NULL)
		count++;
	return count - 1; /* the roles */
}

static void psql(const char *script)
{
	int status;
	const char *said =
	    database_psql(arena, "homeroom_superuser", script, &status);

	CHECK(status == 0, "%s: %s", script, said);
}

/* The same cluster's database `name`, as `user`. */
static const char *url_of(const char *user, const char *name)
{
	return arena_printf(arena, "postgresql:///%s?user=%s&%s", name, user,
	    strstr(database_url(), "host="));
}

static void numbers_have_no_gaps(void **state)
{
	(void)state;
	for (int i = 0; i <= numbered(); i++)
		CHECK(atoi(embedded_migrations[i].name) == i, "%s",
		    embedded_migrations[i].name);
}

/* Each child says how many it applied. */
static void many_migrate_at_once(void **state)
{
	const char *url = url_of("homeroom_superuser", "at_once");
	pid_t children[4];
	int status, total = 0;

	(void)state;
	psql("create database at_once template template0");
	for (size_t i = 0; i < array_length(children); i++) {
		children[i] = fork();
		if (children[i] == 0) {
			struct err err = { 0 };
			int applied;
			bool good = migrate(url, &applied, &err);

			if (!good)
				fprintf(stderr, "%s\n", err.text);
			_exit(good ? applied : 99);
		}
	}
	for (size_t i = 0; i < array_length(children); i++) {
		CHECK(waitpid(children[i], &status, 0) == children[i], "wait");
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) != 99, "%x",
		    status);
		total += WEXITSTATUS(status);
	}
	CHECK(total == numbered(), "%d", total);
}

static void again_changes_nothing(void **state)
{
	struct err err = { 0 };
	int applied = -1;

	(void)state;
	CHECK(migrate(database_url(), &applied, &err), "%s", err.text);
	CHECK(applied == 0, "%d", applied);
}

static void another_programs_database_is_refused(void **state)
{
	static const struct {
		const char *before, *text, *after;
	} cases[] = {
		{ "insert into homeroom.migration values (900, '900_future')",
		    "newer than this program",
		    "delete from homeroom.migration where number = 900" },
		{ "update homeroom.migration set name = '001_x' "
		  "where number = 1",
		    "another program",
		    "update homeroom.migration set name = '001_core' "
		    "where number = 1" },
	};

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct err err = { 0 };
		int applied;

		psql(cases[i].before);
		CHECK(!migrate(database_url(), &applied, &err), "%s",
		    cases[i].before);
		CHECK(strstr(err.text, cases[i].text) != NULL, "%s", err.text);
		psql(cases[i].after);
	}
}

/* Who has no superuser is told what one must run; then it goes. */
static void a_plain_owner_migrates(void **state)
{
	const char *plain = url_of("homeroom_owner", "plain");
	struct err err = { 0 };
	int applied, status;

	(void)state;
	psql("create database plain template template0");
	CHECK(!migrate(plain, &applied, &err), "no roles yet");
	CHECK(strstr(err.text, "migrate --roles") != NULL, "%s", err.text);
	err = (struct err){ 0 };
	CHECK(!migrate(url_of("homeroom_serve", "plain"), &applied, &err),
	    "no owner");
	err = (struct err){ 0 };
	for (int i = 0; i < 2; i++) { /* it may be run again */
		const char *said = database_psql(arena, "homeroom_superuser",
		    arena_printf(arena, "\\c plain\n%s", migrate_roles()),
		    &status);

		CHECK(status == 0, "%s", said);
	}
	CHECK(!migrate(url_of("homeroom_serve", "plain"), &applied, &err),
	    "serve is no owner");
	CHECK(strstr(err.text, "GRANT homeroom_owner") != NULL, "%s", err.text);
	err = (struct err){ 0 };
	CHECK(migrate(plain, &applied, &err), "%s", err.text);
	CHECK(applied == numbered(), "%d", applied);
	/* Where nothing is to be done, who serves may start. */
	CHECK(migrate(url_of("homeroom_serve", "plain"), &applied, &err), "%s",
	    err.text);
}

/* What somebody took away, a superuser's next migrate gives back. */
static void roles_are_mended(void **state)
{
	static const char *const damage[] = {
		"grant execute on function set_config to public",
		"grant temporary on database homeroom to public",
		"grant usage on language plpgsql to public",
		"revoke homeroom_publish_full from homeroom_serve",
		"alter role homeroom_ingest nobypassrls",
	};
	const struct rows *rows;
	struct err err = { 0 };
	struct db *db;
	int applied;

	(void)state;
	for (size_t i = 0; i < array_length(damage); i++) {
		psql(damage[i]);
		CHECK(migrate(database_url(), &applied, &err), "%s", err.text);
		db = database_open(DB_OWNER);
		CHECK(
		    db_ask(db, arena, STATEMENT_roles_ready, NULL, &rows, &err),
		    "%s", err.text);
		CHECK(rows_get(rows, 0, 0)[0] == 't', "%s", damage[i]);
		db_close(db);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_no_gaps),
		cmocka_unit_test(many_migrate_at_once),
		cmocka_unit_test(again_changes_nothing),
		cmocka_unit_test(another_programs_database_is_refused),
		cmocka_unit_test(a_plain_owner_migrates),
		cmocka_unit_test(roles_are_mended),
	};
	int code;

	arena = arena_new();
	code = check_main(tests);
	arena_free(arena);
	return code;
}
