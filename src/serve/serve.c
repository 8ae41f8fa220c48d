/* The server as a whole: keys, workers, listeners, and the tables of routes. */
#include "homeroom/serve.h"
#include "serve.h"
#include "homeroom/audit.h"

#include <malloc.h>
#include <signal.h>

struct server {
	struct arena *arena;
	struct workers *workers;
	struct makers *makers;
	struct audit *audit;
	struct edge *edge;
	const struct route *routes[8];
};

/*
 * Pages come and go in megabytes. Few heaps for all threads keep what is free
 * where the next page finds it, and what is large stays in them: memory that
 * is mapped anew for each page has to be zeroed for each page, which costs
 * more than writing it.
 */
static void keep_memory_small(void)
{
	/* Before the first thread: NOLINTBEGIN(concurrency-mt-unsafe) */
	mallopt(M_ARENA_MAX, 4);
	mallopt(M_MMAP_THRESHOLD, 32 * 1024 * 1024);
	mallopt(M_TRIM_THRESHOLD, 16 * 1024 * 1024);
	/* NOLINTEND(concurrency-mt-unsafe) */
}

static bool open_keys(const char *database_url, struct err *err)
{
	struct oauth_settings wanted = {
		.database_url = database_url,
		.key_file = config_get("HOMEROOM_KEY_FILE"),
		.public_url = config_get("HOMEROOM_PUBLIC_URL"),
	};

	return oauth_open(&wanted, err);
}

static bool open_allowances(const char *database_url, struct err *err)
{
	int64_t concurrency;

	if (!config_number("HOMEROOM_CONCURRENCY", 1, 1000000, &concurrency,
		err))
		return false;
	accounts_open((int)concurrency);
	return allowances_open(database_url, err);
}

static bool open_workers(struct server *server, const char *database_url,
    struct err *err)
{
	int64_t threads;

	return config_number("HOMEROOM_WORKERS", 0, 64, &threads, err) &&
	       workers_open(&server->workers, database_url, (int)threads, err);
}

static bool open_makers(struct server *server, const char *database_url,
    struct err *err)
{
	bool open = makers_open(&server->makers, database_url,
	    config_get("HOMEROOM_HOME"), err);

	bundles_use(server->makers);
	return open;
}

static bool open_audit(struct server *server, const char *database_url,
    struct err *err)
{
	bool open = audit_open(&server->audit, database_url,
	    config_get("HOMEROOM_HOME"), err);

	audited_use(server->audit);
	return open;
}

static bool open_edge(struct server *server, struct err *err)
{
	struct edge_settings wanted = {
		.listen = config_get("HOMEROOM_LISTEN"),
		.certificate = config_get("HOMEROOM_TLS_CERTIFICATE"),
		.key = config_get("HOMEROOM_TLS_KEY"),
		.public_url = config_get("HOMEROOM_PUBLIC_URL"),
		.proxies = config_get("HOMEROOM_PROXIES"),
		.give = workers_give,
		.note = audited_note,
	};
	int64_t loops, connections;

	if (!config_number("HOMEROOM_LOOPS", 0, 64, &loops, err) ||
	    !config_number("HOMEROOM_CONNECTIONS", 1, 1000000, &connections,
		err))
		return false;
	wanted.loops = (int)loops;
	wanted.connections_max = (int)connections;
	return edge_open(&server->edge, &wanted, server->routes, err);
}

static void gather_routes(struct server *server)
{
	const struct route *tables[] = { status_routes, oauth_routes,
		oneroster_routes(server->arena), bundle_routes };

	for (size_t i = 0; i < array_length(tables); i++)
		server->routes[i] = tables[i];
}

bool serve_open(struct server **out, const char *database_url, struct err *err)
{
	struct server *server = memory_new(sizeof(*server));

	keep_memory_small();
	signal(SIGPIPE, SIG_IGN);
	/* A file that may not grow is a full disk to us, not the end. */
	signal(SIGXFSZ, SIG_IGN);
	server->arena = arena_new();
	gather_routes(server);
	if (!open_keys(database_url, err) ||
	    !open_allowances(database_url, err) ||
	    !open_workers(server, database_url, err) ||
	    !open_makers(server, database_url, err) ||
	    !open_audit(server, database_url, err) || !open_edge(server, err)) {
		serve_close(server, 0);
		return false;
	}
	*out = server;
	return true;
}

int serve_port(const struct server *server)
{
	return edge_port(server->edge);
}

bool serve_reload(struct server *server, struct err *err)
{
	return edge_reload(server->edge, err);
}

void serve_close(struct server *server, int ms)
{
	if (server == NULL)
		return;
	if (server->edge != NULL)
		edge_close(server->edge, ms);
	workers_close(server->workers);
	bundles_use(NULL);
	makers_close(server->makers);
	audited_use(NULL);
	audit_close(server->audit);
	allowances_close();
	oauth_close();
	accounts_close();
	arena_free(server->arena);
	memory_free(server);
}
