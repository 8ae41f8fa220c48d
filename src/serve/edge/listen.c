/* Listening sockets: one a loop, all on one port. */
#include "edge.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#define BACKLOG 1024

struct place {
	struct sockaddr_storage at;
	socklen_t len;
	in_port_t *port; /* in `at` */
};

static void place_v4(struct place *place, const struct in_addr *host)
{
	void *any = &place->at;
	struct sockaddr_in *v4 = any;

	*v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = *host };
	place->len = sizeof(*v4);
	place->port = &v4->sin_port;
}

static void place_v6(struct place *place, const struct in6_addr *host)
{
	void *any = &place->at;
	struct sockaddr_in6 *v6 = any;

	*v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6,
		.sin6_addr = *host };
	place->len = sizeof(*v6);
	place->port = &v6->sin6_port;
}

/* An address in numbers, "localhost", or "" for all: a name server must not
 * decide where we listen. */
static bool place_host(struct place *place, const char *host)
{
	struct in_addr v4 = { .s_addr = htonl(INADDR_LOOPBACK) };
	struct in6_addr v6;

	if (strcmp(host, "localhost") == 0 ||
	    inet_pton(AF_INET, host, &v4) == 1)
		place_v4(place, &v4);
	else if (*host == '\0')
		place_v6(place, &in6addr_any);
	else if (inet_pton(AF_INET6, host, &v6) == 1)
		place_v6(place, &v6);
	else
		return false;
	return true;
}

/* "127.0.0.1:8080", "[::]:443", "localhost:0", ":8080" */
static bool parse_place(struct place *place, struct arena *arena,
    const char *text, struct err *err)
{
	const char *colon = strrchr(text, ':');
	struct text host = { text, 0 }, digits;
	int64_t port;

	*place = (struct place){ 0 };
	if (colon == NULL)
		return fail(err, FAULT_INVALID,
		    "'%s' is no address to listen on: HOST:PORT", text);
	host.len = (size_t)(colon - text);
	digits = (struct text){ colon + 1, strlen(colon + 1) };
	if (host.len >= 2 && host.at[0] == '[' && host.at[host.len - 1] == ']')
		host = (struct text){ host.at + 1, host.len - 2 };
	if (!text_integer(digits, 0, 65535, &port))
		return fail(err, FAULT_INVALID,
		    "'%s' is no address to listen on: the port must be a "
		    "number from 0 to 65535",
		    text);
	if (!place_host(place, arena_textn(arena, host.at, host.len)))
		return fail(err, FAULT_INVALID,
		    "'%s' is no address to listen on: the host must be in"
		    " numbers, or localhost",
		    text);
	*place->port = htons((in_port_t)port);
	return true;
}

/* `shared`: other sockets of ours may have the same port. */
static int new_socket(const struct place *place, bool shared)
{
	int fd = socket(place->at.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const int yes = 1, no = 0;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (shared)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes));
	if (place->at.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
	/* Accepted sockets inherit it: an answer never waits for an ACK. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	return fd;
}

static bool bind_socket(int fd, const struct edge *edge,
    const struct place *place, struct err *err)
{
	const void *any = &place->at;

	if (fd < 0 || bind(fd, any, place->len) != 0)
		return fail(err, FAULT_IO, "cannot listen on '%s': %m",
		    edge->settings.listen);
	return true;
}

/* Sharing a port would let a second server in unnoticed; alone, the kernel
 * says that the port is taken. */
static bool check_free(const struct edge *edge, const struct place *place,
    struct err *err)
{
	int fd = new_socket(place, false);
	bool ok = bind_socket(fd, edge, place, err);

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool learn_address(struct edge *edge, struct place *place, int fd,
    struct err *err)
{
	void *any = &place->at;
	struct address address;
	const char *host;
	bool v6 = place->at.ss_family == AF_INET6;

	if (getsockname(fd, any, &place->len) != 0)
		return fail(err, FAULT_IO, "a socket has no address");
	address_from(&address, any);
	host = address_text(edge->arena, &address);
	edge->port = ntohs(*place->port);
	edge->authority = arena_printf(edge->arena, "%s%s%s:%d", v6 ? "[" : "",
	    host, v6 ? "]" : "", edge->port);
	return true;
}

static bool open_all(struct edge *edge, struct place *place, int *sockets,
    int count, struct err *err)
{
	if (*place->port != 0 && !check_free(edge, place, err))
		return false;
	for (int i = 0; i < count; i++) {
		sockets[i] = new_socket(place, true);
		if (!bind_socket(sockets[i], edge, place, err))
			return false;
		if (listen(sockets[i], BACKLOG) != 0)
			return fail(err, FAULT_IO, "cannot listen on '%s': %m",
			    edge->settings.listen);
		if (i == 0 && !learn_address(edge, place, sockets[i], err))
			return false;
	}
	return true;
}

bool listen_open(struct edge *edge, int *sockets, int count, struct err *err)
{
	struct place place;
	bool ok;

	for (int i = 0; i < count; i++)
		sockets[i] = -1;
	if (!parse_place(&place, edge->arena, edge->settings.listen, err))
		return false;
	ok = open_all(edge, &place, sockets, count, err);
	for (int i = 0; !ok && i < count; i++) {
		if (sockets[i] >= 0)
			close(sockets[i]);
		sockets[i] = -1;
	}
	return ok;
}
