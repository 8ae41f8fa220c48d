/* The edge as a whole: opens it, counts, closes it. */
#include "edge.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define LOOPS_MAX 64
#define CONNECTIONS 10000
/* Descriptors for the rest of the process: databases, files, the log. */
#define DESCRIPTORS_KEPT ((rlim_t)128)

#define IDLE_MS 60000
#define RECEIVE_MS 15000
#define REQUEST_MS 30000

static int choose_loops(int wanted)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (wanted <= 0)
		wanted = cores > 0 ? (int)cores : 1;
	return wanted < LOOPS_MAX ? wanted : LOOPS_MAX;
}

/* As many as asked for, if the process may open so many. */
static int choose_connections(int wanted)
{
	struct rlimit limit;

	if (wanted <= 0)
		wanted = CONNECTIONS;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return wanted;
	if (limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
			getrlimit(RLIMIT_NOFILE, &limit);
	}
	if ((rlim_t)wanted + DESCRIPTORS_KEPT <= limit.rlim_cur)
		return wanted;
	return limit.rlim_cur > 2 * DESCRIPTORS_KEPT
		   ? (int)(limit.rlim_cur - DESCRIPTORS_KEPT)
		   : (int)DESCRIPTORS_KEPT;
}

static int or_default(int wanted, int otherwise)
{
	return wanted > 0 ? wanted : otherwise;
}

static const char *copy_text(struct arena *arena, const char *text)
{
	return text == NULL ? NULL : arena_text(arena, text);
}

static void take_settings(struct edge *edge, const struct edge_settings *from)
{
	struct edge_settings *s = &edge->settings;
	size_t len;

	*s = *from;
	s->listen = copy_text(edge->arena, from->listen);
	s->certificate = copy_text(edge->arena, from->certificate);
	s->key = copy_text(edge->arena, from->key);
	s->proxies = NULL;
	s->loops = choose_loops(from->loops);
	s->connections_max = choose_connections(from->connections_max);
	s->idle_ms = or_default(from->idle_ms, IDLE_MS);
	s->receive_ms = or_default(from->receive_ms, RECEIVE_MS);
	s->request_ms = or_default(from->request_ms, REQUEST_MS);
	if (from->public_url == NULL)
		return;
	len = strlen(from->public_url);
	while (len > 0 && from->public_url[len - 1] == '/')
		len--;
	s->public_url = arena_textn(edge->arena, from->public_url, len);
}

static bool open_loops(struct edge *edge, struct err *err)
{
	int n = edge->settings.loops, sockets[LOOPS_MAX];
	bool ok;

	if (!listen_open(edge, sockets, n, err))
		return false;
	edge->loops = memory_new((size_t)n * sizeof(*edge->loops));
	edge->loop_count = n;
	ok = true;
	for (int i = 0; i < n; i++)
		ok = loop_open(&edge->loops[i], edge, sockets[i], err) && ok;
	for (int i = 0; ok && i < n; i++)
		ok = loop_start(&edge->loops[i], err);
	return ok;
}

static bool open_edge(struct edge *edge, const struct edge_settings *wanted,
    const struct route *const *routes, struct err *err)
{
	take_settings(edge, wanted);
	routes_open(&edge->routes, edge->arena, routes);
	if (!networks_parse(&edge->proxies, edge->arena, wanted->proxies, err))
		return false;
	if ((wanted->certificate == NULL) != (wanted->key == NULL))
		return fail(err, FAULT_INVALID,
		    "TLS takes a certificate and a key, or neither");
	if (wanted->certificate != NULL &&
	    !tls_open(&edge->tls, wanted->certificate, wanted->key, err))
		return false;
	return open_loops(edge, err);
}

bool edge_open(struct edge **out, const struct edge_settings *wanted,
    const struct route *const *routes, struct err *err)
{
	struct edge *edge = memory_new(sizeof(*edge));

	/* A client that hangs up must not end the process. */
	signal(SIGPIPE, SIG_IGN);
	edge->arena = arena_new();
	if (!open_edge(edge, wanted, routes, err)) {
		edge_close(edge, 0);
		return false;
	}
	*out = edge;
	return true;
}

int edge_port(const struct edge *edge)
{
	return edge->port;
}

bool edge_reload(struct edge *edge, struct err *err)
{
	struct ssl_ctx_st *tls;

	if (edge->settings.certificate == NULL)
		return true;
	if (!tls_open(&tls, edge->settings.certificate, edge->settings.key,
		err))
		return false;
	for (int i = 0; i < edge->loop_count; i++)
		mailbox_ask_tls(edge->loops[i].mailbox, tls);
	tls_close(tls);
	return true;
}

void edge_close(struct edge *edge, int ms)
{
	int64_t until = clock_tick() + ms;

	for (int i = 0; i < edge->loop_count; i++)
		if (edge->loops[i].running)
			mailbox_ask_close(edge->loops[i].mailbox, until);
	for (int i = 0; i < edge->loop_count; i++)
		if (edge->loops[i].running)
			pthread_join(edge->loops[i].thread, NULL);
	for (int i = 0; i < edge->loop_count; i++)
		loop_close(&edge->loops[i]);
	memory_free(edge->loops);
	tls_close(edge->tls);
	arena_free(edge->arena);
	memory_free(edge);
}

/* --- metrics ------------------------------------------------------------- */

static uint64_t sum(const struct edge *edge, size_t offset)
{
	uint64_t total = 0;

	for (int i = 0; i < edge->loop_count; i++) {
		const char *counters = (const char *)&edge->loops[i].counters;
		const void *counter = counters + offset;

		total +=
		    atomic_load_explicit((const atomic_uint_fast64_t *)counter,
			memory_order_relaxed);
	}
	return total;
}

/* clang-format off */
static const struct {
	const char *name, *help;
	size_t offset;
} metrics[] = {
	{ "homeroom_http_not_modified_total", "Requests for what the client has, answered without the database",
	    offsetof(struct counters, known) },
	{ "homeroom_http_connections_accepted_total", "Connections taken",
	    offsetof(struct counters, accepted) },
	{ "homeroom_http_connections_refused_total", "Connections beyond the limit",
	    offsetof(struct counters, turned_away) },
	{ "homeroom_http_received_bytes_total", "Bytes that clients sent",
	    offsetof(struct counters, received) },
	{ "homeroom_http_sent_bytes_total", "Bytes that clients were sent",
	    offsetof(struct counters, sent) },
};
/* clang-format on */

static void head_of(struct buf *out, const char *name, const char *help,
    const char *type)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void edge_metrics(const struct request *rq, struct buf *out)
{
	const struct exchange *exchange = rq->edge;
	struct edge *edge = exchange->loop->edge;
	const char *requests = "homeroom_http_requests_total";

	head_of(out, requests, "Requests answered, by class of status",
	    "counter");
	for (size_t class = 2; class <= 5; class ++)
		buf_printf(out, "%s{status=\"%zuxx\"} %llu\n", requests, class,
		    (unsigned long long)sum(edge,
			offsetof(struct counters, answers) +
			    class * sizeof(atomic_uint_fast64_t)));
	for (size_t i = 0; i < array_length(metrics); i++) {
		head_of(out, metrics[i].name, metrics[i].help, "counter");
		buf_printf(out, "%s %llu\n", metrics[i].name,
		    (unsigned long long)sum(edge, metrics[i].offset));
	}
	head_of(out, "homeroom_http_connections", "Connections open", "gauge");
	buf_printf(out, "homeroom_http_connections %d\n",
	    atomic_load(&edge->connections));
}
