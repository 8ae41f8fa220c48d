/* The private cluster: started, joined, killed, and started again. */
#include "check.h"
#include "homeroom/store.h"

#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct arena *arena;

static const char *home_named(const char *name)
{
	return arena_printf(arena, "%s/%s", getenv("TMPDIR"), name);
}

static struct cluster *started(const char *home, const char **url)
{
	struct cluster *cluster = NULL;
	struct err err = { 0 };

	CHECK(cluster_start(&cluster, home, arena, url, &err), "%s", err.text);
	return cluster;
}

/* As the superuser: an owner is there only after migrate. */
static struct db *opened(const char *url)
{
	struct err err = { 0 };
	struct db *db = NULL;
	int applied;

	CHECK(migrate(url, &applied, &err), "%s", err.text);
	CHECK(db_open(&db, url, DB_INGEST, &err), "%s", err.text);
	return db;
}

static const char *asked(struct db *db, const char *sql)
{
	const struct rows *rows;
	struct err err = { 0 };

	CHECK(db_ask_text(db, arena, sql, NULL, &rows, &err), "%s: %s", sql,
	    err.text);
	return rows_count(rows) > 0 ? rows_get(rows, 0, 0) : "";
}

static bool works(const char *url)
{
	struct err err = { 0 };
	struct db *db = NULL;
	bool good;

	if (!db_open(&db, url, DB_INGEST, &err))
		return false;
	good = db_run(db, "select 1", &err);
	db_close(db);
	return good;
}

static pid_t postmaster_of(const char *home)
{
	const char *path =
	    arena_printf(arena, "%s/postgres/data/postmaster.pid", home);
	FILE *file = fopen(path, "re");
	int pid = 0;

	if (file == NULL)
		return 0;
	CHECK(fscanf(file, "%d", &pid) == 1, "no number in it");
	fclose(file);
	return pid;
}

static void sleep_ms(int ms)
{
	const struct timespec t = { .tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

/* --- one after the other -------------------------------------------------- */

static void data_outlives_a_stop(void **state)
{
	const char *home = home_named("plain"), *url;
	struct cluster *c = started(home, &url);
	struct db *db = opened(url);
	struct err err = { 0 };

	(void)state;
	CHECK(db_run(db, "create table staging.t as select 7 as n", &err), "%s",
	    err.text);
	CHECK(strcmp(asked(db, "show data_checksums"), "on") == 0, "checksums");
	CHECK(strcmp(asked(db, "show fsync"), "on") == 0, "fsync");
	CHECK(strcmp(asked(db, "show listen_addresses"), "") == 0, "listens");
	CHECK(strcmp(asked(db, "show server_encoding"), "UTF8") == 0, "UTF8");
	CHECK(strcmp(asked(db, "show lc_collate"), "C.UTF-8") == 0, "locale");
	db_close(db);
	cluster_stop(c);
	CHECK(!works(url), "stopped");
	CHECK(postmaster_of(home) == 0, "stopped");
	c = started(home, &url);
	db = opened(url);
	CHECK(strcmp(asked(db, "select n from staging.t"), "7") == 0, "data");
	db_close(db);
	cluster_stop(c);
	cluster_stop(NULL);
}

static void the_last_one_stops_it(void **state)
{
	const char *home = home_named("plain"), *url, *again;
	struct cluster *first = started(home, &url);
	struct cluster *second = started(home, &again);

	(void)state;
	CHECK(strcmp(url, again) == 0, "%s %s", url, again);
	cluster_stop(first);
	CHECK(works(url), "still used");
	first = started(home, &url);
	cluster_stop(second);
	CHECK(works(url), "still used");
	cluster_stop(first);
	CHECK(!works(url), "stopped");
}

/* Starts, asks, stops; its exit code says how that went. */
static void use_and_leave(const char *home)
{
	struct err err = { 0 };
	struct cluster *c = NULL;
	const char *url = NULL;
	int applied;
	bool good;

	if (!cluster_start(&c, home, arena, &url, &err)) {
		fprintf(stderr, "%s\n", err.text);
		_exit(1);
	}
	good = migrate(url, &applied, &err) && works(url);
	if (!good)
		fprintf(stderr, "%s\n", err.text);
	cluster_stop(c);
	_exit(good ? 0 : 2);
}

static void many_start_at_once(void **state)
{
	const char *home = home_named("many");
	pid_t children[4];
	int status;

	(void)state;
	for (size_t i = 0; i < array_length(children); i++) {
		children[i] = fork();
		if (children[i] == 0)
			use_and_leave(home);
	}
	for (size_t i = 0; i < array_length(children); i++) {
		CHECK(waitpid(children[i], &status, 0) == children[i], "wait");
		CHECK(status == 0, "child %zu: %x", i, status);
	}
	CHECK(postmaster_of(home) == 0, "stopped");
}

/* --- killed --------------------------------------------------------------- */

static void the_postmaster_is_killed(void **state)
{
	const char *home = home_named("plain"), *url;
	struct cluster *c = started(home, &url);
	struct db *db = opened(url), *busy = opened(url);
	struct err err = { 0 };
	char rows[16];

	(void)state;
	CHECK(db_run(db,
		  "drop table if exists staging.n;"
		  "create table staging.n (n int)",
		  &err),
	    "%s", err.text);
	for (int round = 1; round <= 3; round++) {
		for (int i = 0; i < 20; i++)
			CHECK(db_run(db, "insert into staging.n values (1)",
				  &err),
			    "%s", err.text);
		/* Its child does not look up from what it does for long. */
		db_deadline(busy, clock_tick() + 50);
		CHECK(!db_run(busy,
			  "select count(*) from generate_series(1, 10000000) a,"
			  " generate_series(1, 1000) b",
			  &err),
		    "busy");
		CHECK(kill(postmaster_of(home), SIGKILL) == 0, "killed");
		db_close(db);
		db_close(busy);
		/* The second time we leave first; the third, join. */
		if (round == 2)
			cluster_stop(c);
		err = (struct err){ 0 };
		if (round == 2)
			c = started(home, &url);
		else
			cluster_stop(started(home, &url));
		if (round != 2) {
			cluster_stop(c);
			c = started(home, &url);
		}
		db = opened(url);
		busy = opened(url);
		snprintf(rows, sizeof(rows), "%d", round * 20);
		CHECK(strcmp(asked(db, "select count(*) from staging.n"),
			  rows) == 0,
		    "%s", asked(db, "select count(*) from staging.n"));
	}
	db_close(db);
	db_close(busy);
	cluster_stop(c);
}

static void its_starter_is_killed(void **state)
{
	const char *home = home_named("plain"), *url;
	struct cluster *c;
	pid_t child, postmaster;
	int ends[2];
	char byte;

	(void)state;
	CHECK(pipe(ends) == 0, "pipe");
	child = fork();
	if (child == 0) {
		(void)started(home, &url);
		(void)!write(ends[1], "x", 1);
		pause();
	}
	CHECK(read(ends[0], &byte, 1) == 1, "started");
	close(ends[0]);
	close(ends[1]);
	postmaster = postmaster_of(home);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	CHECK(kill(postmaster, 0) == 0, "survives");
	c = started(home, &url);
	CHECK(postmaster_of(home) == postmaster, "joined");
	CHECK(works(url), "works");
	cluster_stop(c);
	CHECK(!works(url), "stopped, though another started it");
}

/* At any moment of the first start, and of later ones. */
static void starters_are_killed_at_random(void **state)
{
	uint64_t seed = check_seed();

	(void)state;
	for (int round = 0; round < check_count(8); round++) {
		const char *home = home_named(round % 2 ? "random" : "random2"),
			   *url;
		pid_t child = fork();
		struct cluster *c;

		if (child == 0)
			use_and_leave(home);
		sleep_ms((int)(check_random(&seed) % 900));
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		if (check_random(&seed) % 2 == 0)
			continue;
		c = started(home, &url);
		db_close(opened(url));
		cluster_stop(c);
	}
	for (int i = 0; i < 2; i++) {
		const char *url;
		struct cluster *c =
		    started(home_named(i ? "random" : "random2"), &url);

		db_close(opened(url));
		cluster_stop(c);
	}
}

/* --- what a crash or a person left ---------------------------------------- */

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	CHECK(file != NULL, "%s", path);
	fputs(text, file);
	fclose(file);
}

static void leftovers_do_no_harm(void **state)
{
	const char *home = home_named("plain"), *url;
	const char *folder = arena_printf(arena, "%s/postgres", home);
	const char *half = arena_printf(arena, "%s/data.new", folder);
	struct cluster *c;

	(void)state;
	/* A postmaster's number that is another process' now: ours. */
	put(arena_printf(arena, "%s/data/postmaster.pid", folder),
	    arena_printf(arena,
		"%d\n%s/data\n1700000000\n5432\n%s\n\n  1 2\n"
		"ready   \n",
		getpid(), folder, folder));
	c = started(home, &url);
	CHECK(works(url), "works");
	cluster_stop(c);
	/* Half an initdb. */
	CHECK(rename(arena_printf(arena, "%s/data", folder), half) == 0,
	    "moved");
	c = started(home, &url);
	db_close(opened(url));
	cluster_stop(c);
}

static void homes_may_lie_anywhere(void **state)
{
	/* clang-format off */
	static const char *const names[] = {
		"deep/0123456789012345678901234567890123456789/01234567890123456789012345678901234567890123456789",
		"it's, \"a home\"",
		"ein Zuhause für üben",
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < array_length(names); i++) {
		const char *url;
		struct cluster *c = started(home_named(names[i]), &url);

		db_close(opened(url));
		CHECK(works(url), "%s", names[i]);
		cluster_stop(c);
	}
}

static void relative_homes_too(void **state)
{
	const char *url;
	struct cluster *c;

	(void)state;
	CHECK(chdir(getenv("TMPDIR")) == 0, "chdir");
	c = started("./var", &url);
	db_close(opened(url));
	cluster_stop(c);
}

static int remove_one(const char *path, const struct stat *about, int kind,
    struct FTW *walk)
{
	(void)about;
	(void)kind;
	(void)walk;
	return remove(path);
}

/* Root's home, which the user who runs Postgres can't enter. */
static void roots_own_home_works(void **state)
{
	const char *above = home_named("root"), *home, *url, *link;
	char target[200] = "";
	struct err err = { 0 };
	struct cluster *c;
	struct stat about;

	(void)state;
	if (geteuid() != 0)
		skip();
	CHECK(mkdir(above, 0700) == 0, "%s", above);
	home = arena_printf(arena, "%s/var", above);
	c = started(home, &url);
	db_close(opened(url));
	cluster_stop(c);
	link = arena_printf(arena, "%s/postgres", home);
	CHECK(readlink(link, target, sizeof(target) - 1) > 0, "no link");
	CHECK(stat(target, &about) == 0 && about.st_uid != 0 &&
		  (about.st_mode & 0777) == 0700,
	    "%s", target);
	c = started(home, &url);
	CHECK(works(url), "the same again");
	cluster_stop(c);
	CHECK(strncmp(target, "/tmp/homeroom-", 14) == 0, "%s", target);
	CHECK(nftw(target, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0, "%s",
	    target);
	CHECK(lstat(link, &about) == 0 && S_ISLNK(about.st_mode), "link");
	c = NULL;
	CHECK(!cluster_start(&c, home, arena, &url, &err), "gone");
	CHECK(strstr(err.text, "is gone") != NULL, "%s", err.text);
}

static void a_plain_user_may_run_it(void **state)
{
	const struct passwd *nobody = getpwnam("nobody");
	const char *home = home_named("nobody");
	int status;
	pid_t child;

	(void)state;
	if (geteuid() != 0 || nobody == NULL)
		skip();
	CHECK(mkdir(home, 0700) == 0, "%s", home);
	CHECK(chown(home, nobody->pw_uid, nobody->pw_gid) == 0, "%s", home);
	child = fork();
	if (child == 0) {
		if (setgroups(0, NULL) != 0 || setgid(nobody->pw_gid) != 0 ||
		    setuid(nobody->pw_uid) != 0)
			_exit(9);
		use_and_leave(home);
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0, "%x", status);
}

static void bad_homes_are_refused(void **state)
{
	struct cluster *c = NULL;
	struct err err = { 0 };
	const char *url;

	(void)state;
	put(home_named("file"), "");
	CHECK(!cluster_start(&c, home_named("file"), arena, &url, &err),
	    "a file");
	CHECK(err.fault == FAULT_IO, "%s", err.text);
	err = (struct err){ 0 };
	CHECK(!cluster_start(&c, home_named("file/x"), arena, &url, &err),
	    "in a file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_outlives_a_stop),
		cmocka_unit_test(the_last_one_stops_it),
		cmocka_unit_test(many_start_at_once),
		cmocka_unit_test(the_postmaster_is_killed),
		cmocka_unit_test(its_starter_is_killed),
		cmocka_unit_test(starters_are_killed_at_random),
		cmocka_unit_test(leftovers_do_no_harm),
		cmocka_unit_test(homes_may_lie_anywhere),
		cmocka_unit_test(relative_homes_too),
		cmocka_unit_test(roots_own_home_works),
		cmocka_unit_test(a_plain_user_may_run_it),
		cmocka_unit_test(bad_homes_are_refused),
	};
	int code;

	arena = arena_new();
	code = check_main(tests);
	arena_free(arena);
	return code;
}
