/* A home that goes when its process ends, however that ends: what is in it is
 * about children, and Postgres goes on when whoever started it is killed. */
#include "cli.h"
#include "homeroom/store.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool make_home(struct arena *arena, const char **home, struct err *err)
{
	const char *parent = getenv("TMPDIR");
	uint8_t random[6];

	if (parent == NULL || parent[0] == '\0')
		parent = "/tmp";
	random_bytes(random, sizeof(random));
	*home = arena_printf(arena, "%s/homeroom-check.%s", parent,
	    arena_hex(arena, random, sizeof(random)));
	/* Postgres may run as somebody else, who must get there. */
	return (mkdir(*home, 0711) == 0 && chmod(*home, 0711) == 0) ||
	       fail(err, FAULT_IO, "no folder can be made in %s: %m", parent);
}

/* --- the guard ------------------------------------------------------------ */

/* What ends the process ends neither it nor the wait of whoever reads what the
 * process says. */
static bool step_aside(void)
{
	static const int ends[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	int none = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (size_t i = 0; i < array_length(ends); i++)
		(void)signal(ends[i], SIG_IGN);
	return setsid() > 0 && none >= 0 && dup2(none, STDIN_FILENO) >= 0 &&
	       dup2(none, STDOUT_FILENO) >= 0 && dup2(none, STDERR_FILENO) >= 0;
}

/* The other end of `life` is closed when the process is gone, and all that it
 * started and that is no program of its own yet. */
static void guard(const char *home, int life)
{
	struct err ignored = { 0 };
	bool aside = step_aside();
	char byte;

	while (read(life, &byte, 1) < 0 && errno == EINTR)
		;
	_exit(cluster_discard(home, &ignored) && aside ? 0 : 1);
}

/* --- the process ---------------------------------------------------------- */

bool scratch_open(struct scratch *out, struct arena *arena, struct err *err)
{
	const char *home;
	int life[2];

	if (!make_home(arena, &home, err))
		return false;
	if (pipe2(life, O_CLOEXEC) != 0) {
		(void)rmdir(home);
		return fail(err, FAULT_IO, "no pipe: %m");
	}
	*out = (struct scratch){ home, fork(), life[1] };
	if (out->guard == 0) {
		close(life[1]);
		guard(home, life[0]);
	}
	close(life[0]);
	if (out->guard > 0)
		return true;
	close(life[1]);
	(void)rmdir(home);
	return fail(err, FAULT_IO, "can't start another process");
}

void scratch_close(struct scratch *scratch)
{
	int status = 1;

	close(scratch->life);
	while (waitpid(scratch->guard, &status, 0) < 0 && errno == EINTR)
		;
	if (status != 0)
		fprintf(stderr, "homeroom: %s could not be removed\n",
		    scratch->home);
}
