/* What serves until it is told to stop: `serve`, `work`, `up` and `demo` are
 * each some of it. */
#include "homeroom/serve.h"
#include "homeroom/cli.h"
#include "cli.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How long answers that are under way may take when we stop (ms). */
#define STOP_MS 10000
/* How soon it is noticed that somebody killed our Postgres (s). */
#define WATCH_SECONDS 2

/* Threads to come inherit the mask: signals are taken here alone. */
static void block_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, signals, NULL);
}

bool daemon_open(struct daemon *daemon, enum db_role role, struct err *err)
{
	sigset_t signals;

	block_signals(&signals);
	return house_open(&daemon->house, role, err) &&
	       (!daemon->serves ||
		   serve_open(&daemon->server, daemon->house.url, err)) &&
	       (!daemon->works ||
		   work_open(&daemon->work, daemon->house.url, err));
}

static void reload(struct server *server)
{
	struct err err = { 0 };
	struct arena *arena = arena_new();

	if (server == NULL || serve_reload(server, &err))
		log_line(LOG_INFO, "reloaded", "what=certificate");
	else
		log_line(LOG_ERROR, "reload", "reason=%s",
		    log_quote(arena, err.text));
	arena_free(arena);
}

/* --- Postgres, should it be killed ---------------------------------------- */

/* Another process of this program starts it, since this one has threads; we
 * are among its users, so it stays. */
static void start_again(struct arena *arena)
{
	char *const argv[] = { (char[]){ "homeroom" }, (char[]){ "migrate" },
		NULL };
	char *home = arena_printf(arena, "HOMEROOM_HOME=%s",
	    config_get("HOMEROOM_HOME"));
	char *const environment[] = { home,
		(char[]){ "PATH=/usr/local/bin:/usr/bin:/bin" }, NULL };
	posix_spawnattr_t attributes;
	sigset_t none;
	pid_t child;
	int status = -1;

	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &none);
	if (posix_spawn(&child, "/proc/self/exe", NULL, &attributes, argv,
		environment) == 0)
		waitpid(child, &status, 0);
	posix_spawnattr_destroy(&attributes);
	log_line(status == 0 ? LOG_WARN : LOG_ERROR, "postgres_restarted",
	    "status=%d", status);
}

static void watch_postgres(struct daemon *daemon)
{
	struct arena *arena;

	if (cluster_runs(daemon->house.cluster))
		return;
	arena = arena_new();
	start_again(arena);
	arena_free(arena);
}

void daemon_wait(struct daemon *daemon)
{
	const struct timespec pause = { .tv_sec = WATCH_SECONDS };
	sigset_t signals;
	int number;

	block_signals(&signals);
	do {
		number = sigtimedwait(&signals, NULL, &pause);
		if (number == SIGHUP)
			reload(daemon->server);
		else if (number < 0)
			watch_postgres(daemon);
	} while (number != SIGTERM && number != SIGINT);
	log_line(LOG_INFO, "stopping", "signal=%d", number);
}

void daemon_close(struct daemon *daemon)
{
	serve_close(daemon->server, STOP_MS);
	work_close(daemon->work);
	house_close(&daemon->house);
}

/* A subcommand that does nothing but this. */
int daemon_run(struct daemon *daemon, enum db_role role,
    const struct command *command, int argc, char **argv)
{
	struct flags flags;
	struct err err = { 0 };
	bool open;

	if (!flags_read(&flags, command, argc, argv))
		return flags.exit;
	open = daemon_open(daemon, role, &err);
	if (open) {
		log_line(LOG_INFO, "ready", "port=%d",
		    daemon->serves ? serve_port(daemon->server) : 0);
		daemon_wait(daemon);
	}
	daemon_close(daemon);
	return open ? 0 : failed(&err);
}
