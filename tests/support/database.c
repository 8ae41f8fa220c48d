/* A private cluster for a test program. */
#include "support/database.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct arena *arena;
static struct cluster *cluster;
static const char *url;
static pid_t starter;

/* Not in a child that a test forked: the cluster is not its own. */
static void stop(void)
{
	if (getpid() != starter)
		return;
	cluster_stop(cluster);
	arena_free(arena);
}

static void check(bool good, const struct err *err)
{
	if (good)
		return;
	fprintf(stderr, "no database: %s\n", err->text);
	exit(1);
}

const char *database_url(void)
{
	struct err err = { 0 };
	const char *folder = getenv("TMPDIR");
	int applied;

	if (url != NULL)
		return url;
	arena = arena_new();
	starter = getpid();
	check(cluster_start(&cluster,
		  arena_printf(arena, "%s/home", folder != NULL ? folder : "."),
		  arena, &url, &err),
	    &err);
	atexit(stop);
	check(migrate(url, &applied, &err), &err);
	return url;
}

struct db *database_open(enum db_role role)
{
	struct err err = { 0 };
	struct db *db = NULL;

	check(db_open(&db, database_url(), role, &err), &err);
	return db;
}

/* --- psql ----------------------------------------------------------------- */

static void run_psql(const char *user, int in, int out)
{
	char conninfo[1024];
	const char *host = strstr(database_url(), "host=");

	snprintf(conninfo, sizeof(conninfo),
	    "postgresql:///homeroom?user=%s&%s", user, host);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	execlp("psql", "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1",
	    conninfo, (char *)NULL);
	_exit(127);
}

/* Through a file: a pipe could be full while psql waits for its own. */
static int script_file(const char *script)
{
	FILE *file = tmpfile();
	int fd = -1;

	if (file == NULL)
		return -1;
	if (fputs(script, file) >= 0 && fflush(file) == 0)
		fd = dup(fileno(file));
	fclose(file);
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

static const char *read_end(struct arena *to, int fd)
{
	struct buf out = { 0 };
	const char *text;
	char piece[4096];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) > 0)
		buf_add(&out, piece, (size_t)n);
	text = arena_text(to, buf_text(&out));
	buf_free(&out);
	return text;
}

const char *database_psql(struct arena *to, const char *user,
    const char *script, int *status)
{
	int in = script_file(script), ends[2];
	const char *said;
	pid_t child;

	*status = -1;
	if (in < 0 || pipe(ends) != 0)
		return "";
	child = fork();
	if (child == 0)
		run_psql(user, in, ends[1]);
	close(in);
	close(ends[1]);
	said = read_end(to, ends[0]);
	close(ends[0]);
	if (child > 0 && waitpid(child, status, 0) == child)
		*status = WIFEXITED(*status) ? WEXITSTATUS(*status) : -1;
	return said;
}
