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

bool service_open(struct service *service, enum db_role role, struct err *err)
{
	sigset_t signals;

	block_signals(&signals);
	return house_open(&service->house, role, err) &&
	    (!service->serves ||
		serve_open(&service->server, service->house.url, err)) &&
	    (!service->works ||
		work_open(&service->work, service->house.url, err));
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

void service_wait(struct service *service)
{
	sigset_t signals;
	int number;

	block_signals(&signals);
	while (sigwait(&signals, &number) != 0 || number == SIGHUP)
		reload(service->server);
	log_line(LOG_INFO, "stopping", "signal=%d", number);
}

void service_close(struct service *service)
{
	serve_close(service->server, STOP_MS);
	work_close(service->work);
	house_close(&service->house);
}

/* A subcommand that does nothing but this. */
int service_run(struct service *service, enum db_role role,
    const struct command *command, int argc, char **argv)
{
	struct flags flags;
	struct err err = { 0 };
	bool open;

	if (!flags_read(&flags, command, argc, argv))
		return flags.exit;
	open = service_open(service, role, &err);
	if (open) {
		log_line(LOG_INFO, "ready", "port=%d",
		    service->serves ? serve_port(service->server) : 0);
		service_wait(service);
	}
	service_close(service);
	return open ? 0 : failed(&err);
}
