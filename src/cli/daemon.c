/* What serves until it is told to stop: `serve`, `work`, `up` and `demo` are
 * each some of it. */
#include "homeroom/serve.h"
#include "homeroom/cli.h"
#include "cli.h"

#include <signal.h>

/* How long answers that are under way may take when we stop (ms). */
#define STOP_MS 10000

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

void daemon_wait(struct daemon *daemon)
{
	sigset_t signals;
	int number;

	block_signals(&signals);
	while (sigwait(&signals, &number) != 0 || number == SIGHUP)
		reload(daemon->server);
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
