/* The private cluster: started, joined, and stopped by whoever leaves last. */
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOOK_AGAIN_MS 10
#define START_MS ((int64_t)15 * 60 * 1000) /* recovery may take its time */
#define STOP_MS ((int64_t)60 * 1000)
#define ORPHANS_MS 5000
#define SETTLE_MS 5000

static void pause_briefly(void)
{
	const struct timespec t = { .tv_nsec = LOOK_AGAIN_MS * 1000000L };

	(void)nanosleep(&t, NULL);
}

/* --- locks ---------------------------------------------------------------- */

/*
 * Two files in the home. `postgres.lock` is held while the cluster is started
 * or stopped, so that starters don't collide. `postgres.users` is held, shared,
 * by every process that uses it, so that the last one to leave knows. The
 * kernel lets go of both for a process that was killed.
 */
static bool open_lock(struct cluster *c, const char *name, int *fd,
    struct err *err)
{
	const char *path = arena_printf(c->arena, "%s/%s", c->home, name);

	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return *fd >= 0 || fail(err, FAULT_IO, "can't open %s", path);
}

static bool lock(int fd, int how)
{
	while (flock(fd, how) != 0)
		if (errno != EINTR)
			return false;
	return true;
}

/* --- looking at processes ------------------------------------------------- */

/* What a link of /proc/PID says; "" when it may not be read. */
static void read_link(pid_t pid, const char *name, char out[PATH_MAX])
{
	char link[64];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/%d/%s", (int)pid, name);
	len = readlink(link, out, PATH_MAX - 1);
	out[len > 0 ? len : 0] = '\0';
}

static bool runs_program(pid_t pid, const char *name)
{
	char program[PATH_MAX];
	const char *base;
	size_t len = strlen(name);

	read_link(pid, "exe", program);
	base = strrchr(program, '/');
	/* After an upgrade of the package: "/…/postgres (deleted)". */
	return base != NULL && strncmp(base + 1, name, len) == 0 &&
	       (base[1 + len] == '\0' || base[1 + len] == ' ');
}

/* A postmaster and its children work in their data folder: that tells them
 * from a process that was given their number later. */
static bool works_here(const struct cluster *c, pid_t pid)
{
	char folder[PATH_MAX];

	read_link(pid, "cwd", folder);
	return strcmp(folder, c->data) == 0 && runs_program(pid, "postgres");
}

/* Also an initdb, or a postmaster that has hardly begun. */
static bool works_near(const struct cluster *c, pid_t pid)
{
	char folder[PATH_MAX];
	size_t len = strlen(c->folder);

	read_link(pid, "cwd", folder);
	return strncmp(folder, c->folder, len) == 0 &&
	       (folder[len] == '\0' || folder[len] == '/') &&
	       (runs_program(pid, "postgres") || runs_program(pid, "initdb"));
}

/* As child or as orphan. One that has ended, and that its parent has not
 * looked after, works nowhere. */
static bool is_running(const struct cluster *c, pid_t pid)
{
	if (pid == c->pid)
		(void)waitpid(pid, NULL, WNOHANG);
	return kill(pid, 0) == 0 && works_here(c, pid);
}

#define STATE_LINE 8 /* of postmaster.pid: "starting", "ready" … */

struct postmaster {
	pid_t pid; /* 0: none */
	char state[16];
};

static void read_postmaster(struct cluster *c, struct postmaster *out)
{
	char path[PATH_MAX], line[PATH_MAX];
	FILE *file;

	*out = (struct postmaster){ 0 };
	snprintf(path, sizeof(path), "%s/postmaster.pid", c->data);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	for (int i = 1; fgets(line, sizeof(line), file) != NULL; i++) {
		line[strcspn(line, " \n")] = '\0';
		if (i == 1)
			out->pid = (pid_t)strtol(line, NULL, 10);
		else if (i == STATE_LINE)
			snprintf(out->state, sizeof(out->state), "%.15s", line);
	}
	fclose(file);
	if (out->pid <= 0 || !is_running(c, out->pid))
		*out = (struct postmaster){ 0 };
}

static bool kill_orphans(const struct cluster *c)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	bool found = false;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid > 1 && (works_here(c, pid) || works_near(c, pid)))
			found = kill(pid, SIGKILL) == 0 || found;
	}
	if (folder != NULL)
		closedir(folder);
	return found;
}

/*
 * Children of a postmaster that was killed hold its shared memory until they
 * notice, which a long statement can put off; an initdb whose starter was
 * killed goes on writing. Both stand in the way of the next start, and have
 * nothing to lose.
 */
static void end_orphans(const struct cluster *c)
{
	int64_t until = clock_tick() + ORPHANS_MS;

	while (kill_orphans(c) && clock_tick() < until)
		pause_briefly();
}

/* Files in which Postgres names the process that it believes to be there. If
 * another has that number by now, it would not start, though we know better. */
static bool remove_claims(const void *cluster)
{
	const struct cluster *c = cluster;
	const char *const files[] = {
		arena_printf(c->arena, "%s/postmaster.pid", c->data),
		arena_printf(c->arena, "%s/.s.PGSQL.5432.lock", c->sockets),
	};

	for (size_t i = 0; i < array_length(files); i++)
		if (unlink(files[i]) != 0 && errno != ENOENT)
			return false;
	return true;
}

/* --- start ---------------------------------------------------------------- */

static bool has_lz4(struct cluster *c, const char *postgres)
{
	const char *const argv[] = { postgres, "-D", c->data, "-c",
		"wal_compression=lz4", "-C", "wal_compression", NULL };
	struct err ignored = { 0 };

	return runner_run(&c->runner, c->folder, argv, &ignored);
}

static bool start_postmaster(struct cluster *c, struct err *err)
{
	const char *postgres = arena_printf(c->arena, "%s/postgres", c->bin);
	const char *argv[] = { postgres, "-D", c->data, NULL, NULL, NULL };

	if (!runner_act(&c->runner, remove_claims, c))
		return fail(err, FAULT_IO, "can't remove files in %s",
		    c->folder);
	if (!furnish_settings(c, err))
		return false;
	if (has_lz4(c, postgres)) {
		argv[3] = "-c";
		argv[4] = "wal_compression=lz4";
	}
	return runner_start(&c->runner, c->folder, argv, &c->pid, err);
}

/* After a kill -9 this is as long as Postgres needs to recover. */
static bool wait_until_ready(struct cluster *c, struct err *err)
{
	int64_t until = clock_tick() + START_MS;
	struct postmaster seen;

	do {
		read_postmaster(c, &seen);
		if (seen.pid != 0 && strcmp(seen.state, "ready") == 0) {
			c->pid = seen.pid;
			return true;
		}
		/* Before its exec it does not work in its folder yet. */
		if (seen.pid == 0 && (waitpid(c->pid, NULL, WNOHANG) != 0))
			return fail(err, FAULT_UNAVAILABLE,
			    "Postgres did not start: see %s/start.log and "
			    "%s/log",
			    c->folder, c->data);
		pause_briefly();
	} while (clock_tick() < until);
	return fail(err, FAULT_IO, "Postgres does not become ready: see %s/log",
	    c->data);
}

static bool wait_until_gone(const struct cluster *c, pid_t pid, int64_t ms)
{
	int64_t until = clock_tick() + ms;

	while (is_running(c, pid)) {
		if (clock_tick() >= until)
			return false;
		pause_briefly();
	}
	return true;
}

/* Starts the postmaster, or joins the one that a killed or a living process
 * started. One that is on its way down is waited for. */
static bool start_or_join(struct cluster *c, struct err *err)
{
	struct postmaster seen;

	read_postmaster(c, &seen);
	if (seen.pid != 0 && strcmp(seen.state, "stopping") == 0) {
		if (!wait_until_gone(c, seen.pid, START_MS))
			return fail(err, FAULT_IO, "Postgres does not stop");
		seen.pid = 0;
	}
	c->pid = seen.pid;
	if (seen.pid == 0) {
		end_orphans(c);
		if (!furnish_data(c, err) || !start_postmaster(c, err))
			return false;
	}
	if (!wait_until_ready(c, err))
		return false;
	log_line(LOG_DEBUG, "postgres_ready", "pid=%d joined=%d", (int)c->pid,
	    seen.pid != 0);
	return true;
}

/* --- the database --------------------------------------------------------- */

static const char *url_of(const struct cluster *c, struct arena *arena,
    const char *database)
{
	struct buf out = { 0 };
	const char *url;

	buf_printf(&out, "postgresql:///%s?user=%s&host=", database,
	    CLUSTER_USER);
	percent_encode(&out, c->sockets, strlen(c->sockets));
	/* Nothing of our environment (PGPORT …) may lead elsewhere. */
	buf_puts(&out, "&port=5432&sslmode=disable&gssencmode=disable");
	url = arena_text(arena, buf_text(&out));
	buf_free(&out);
	return url;
}

static bool has_database(struct db *db, struct arena *arena, bool *has,
    struct err *err)
{
	const struct rows *rows;

	if (!db_ask(db, arena, STATEMENT_database_exists, NULL, &rows, err))
		return false;
	*has = rows_get(rows, 0, 0)[0] == 't';
	return true;
}

/* What somebody began who was killed meanwhile, Postgres still brings to its
 * end: then ours fails, and the database is there. */
static bool make_database(struct db *db, struct arena *arena, struct err *err)
{
	struct err ignored = { 0 };
	bool has;

	if (!has_database(db, arena, &has, err))
		return false;
	if (has ||
	    db_run(db,
		"create database " CLUSTER_DATABASE " template template0", err))
		return true;
	if (!has_database(db, arena, &has, &ignored) || !has)
		return false;
	*err = (struct err){ 0 };
	return true;
}

static bool ensure_database(struct cluster *c, struct err *err)
{
	struct err none = { 0 };
	struct db *db;
	bool made;

	if (db_connect(&db, url_of(c, c->arena, CLUSTER_DATABASE), NULL,
		&none)) {
		db_close(db);
		return true;
	}
	if (!db_connect(&db, url_of(c, c->arena, "postgres"), NULL, err))
		return false;
	made = make_database(db, c->arena, err);
	db_close(db);
	return made;
}

/* --- the door ------------------------------------------------------------- */

/*
 * What was just killed is not gone at once: a postmaster still looks alive and
 * does not answer, its children still hold memory that the next one wants.
 * Both pass.
 */
static bool start_locked(struct cluster *c, struct err *err)
{
	if (!place_find(c, err))
		return false;
	for (int64_t until = clock_tick() + SETTLE_MS;;) {
		struct err why = { 0 };

		if (start_or_join(c, &why) && ensure_database(c, &why))
			return true;
		if (why.fault != FAULT_UNAVAILABLE || clock_tick() > until) {
			*err = why;
			return false;
		}
		pause_briefly();
	}
}

static void release(struct cluster *c)
{
	if (c->users >= 0)
		close(c->users);
	if (c->lock >= 0)
		close(c->lock);
	arena_free(c->arena);
}

static void stop_postmaster(struct cluster *c, pid_t pid)
{
	if (kill(pid, SIGINT) == 0 && !wait_until_gone(c, pid, STOP_MS)) {
		log_line(LOG_WARN, "postgres_slow", "pid=%d", (int)pid);
		(void)kill(pid, SIGQUIT);
		(void)wait_until_gone(c, pid, STOP_MS);
	}
	/* One of its own in /tmp: empty now, or it stays. */
	if (c->sockets != c->folder)
		(void)rmdir(c->sockets);
}

/* Under the lock. When somebody else still uses it, it goes on. It need not be
 * the one we started: that may have been killed, and started again. */
static void stop_if_last(struct cluster *c)
{
	struct postmaster seen;

	if (c->data == NULL || !lock(c->users, LOCK_EX | LOCK_NB))
		return;
	read_postmaster(c, &seen);
	if (seen.pid != 0)
		stop_postmaster(c, seen.pid);
}

bool cluster_start(struct cluster **out, const char *home, struct arena *arena,
    const char **url, struct err *err)
{
	struct arena *own = arena_new();
	struct cluster *c = arena_alloc(own, sizeof(*c));

	*c = (struct cluster){ .arena = own, .lock = -1, .users = -1 };
	if (!place_home(c, home, err) ||
	    !open_lock(c, "postgres.lock", &c->lock, err) ||
	    !open_lock(c, "postgres.users", &c->users, err)) {
		release(c);
		return false;
	}
	if (!lock(c->lock, LOCK_EX) || !lock(c->users, LOCK_SH) ||
	    !start_locked(c, err)) {
		err_set(err, FAULT_IO, "can't lock %s", c->home);
		stop_if_last(c);
		release(c);
		return false;
	}
	(void)lock(c->lock, LOCK_UN);
	*url = url_of(c, arena, CLUSTER_DATABASE);
	*out = c;
	return true;
}

void cluster_stop(struct cluster *c)
{
	if (c == NULL)
		return;
	if (lock(c->lock, LOCK_EX))
		stop_if_last(c);
	release(c);
}

bool cluster_runs(struct cluster *c)
{
	struct postmaster seen;

	if (c == NULL)
		return true;
	read_postmaster(c, &seen);
	return seen.pid != 0;
}

/* --- away with it --------------------------------------------------------- */

static void end_all(struct cluster *c)
{
	struct postmaster seen;

	read_postmaster(c, &seen);
	if (seen.pid != 0 && kill(seen.pid, SIGQUIT) == 0)
		(void)wait_until_gone(c, seen.pid, STOP_MS);
	end_orphans(c);
}

/* The folder may lie elsewhere, behind a link in the home. */
bool cluster_discard(const char *home, struct err *err)
{
	struct arena *own = arena_new();
	struct cluster c = { .arena = own, .lock = -1, .users = -1 };
	struct err ignored = { 0 };
	bool done;

	/* Where no Postgres is found, none was started. */
	if (place_home(&c, home, &ignored) && place_find(&c, &ignored))
		end_all(&c);
	done = furnish_remove(c.sockets) && furnish_remove(c.folder) &&
	       furnish_remove(home);
	release(&c);
	return done || fail(err, FAULT_IO, "can't remove all of %s", home);
}
