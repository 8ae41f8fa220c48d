/* homeroom serve: the server, until it is told to stop. */
#include "homeroom/serve.h"
#include "homeroom/cli.h"
#include "cli.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* How long answers that are under way may take when we stop (ms). */
#define STOP_MS 10000

static const struct flag flags_known[] = {
	{ 0 },
};

static const struct command command = {
	.usage = "serve",
	.meaning =
	    "Serves OneRoster to publishers, until SIGTERM or SIGINT; SIGHUP "
	    "reads the\ncertificate again. The database is the one that is "
	    "named, or a private one.\n",
	.flags = flags_known,
	.settings = SETTINGS_LISTED,
};

/* Threads to come inherit the mask: signals are taken here alone. */
static void block_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, signals, NULL);
}

static void reload(struct server *server)
{
	struct err err = { 0 };
	struct arena *arena = arena_new();

	if (serve_reload(server, &err))
		log_line(LOG_INFO, "reloaded", "what=certificate");
	else
		log_line(LOG_ERROR, "reload", "reason=%s",
		    log_quote(arena, err.text));
	arena_free(arena);
}

static void wait_for_end(struct server *server, const sigset_t *signals)
{
	int number;

	while (sigwait(signals, &number) != 0 || number == SIGHUP)
		reload(server);
	log_line(LOG_INFO, "stopping", "signal=%d", number);
}

static bool run(struct house *house, struct err *err)
{
	struct server *server;
	sigset_t signals;

	block_signals(&signals);
	if (!house_open(house, DB_SERVE, err) ||
	    !serve_open(&server, house->url, err))
		return false;
	log_line(LOG_INFO, "serving", "port=%d", serve_port(server));
	wait_for_end(server, &signals);
	serve_close(server, STOP_MS);
	return true;
}

int cli_serve(int argc, char **argv)
{
	struct house house = { 0 };
	struct flags flags;
	struct err err = { 0 };
	bool done;

	if (!flags_read(&flags, &command, argc, argv))
		return flags.exit;
	done = run(&house, &err);
	house_close(&house);
	return done ? 0 : failed(&err);
}
