/* Listening sockets: one a loop, all on one port. */
#include "edge.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BACKLOG 1024

/* "127.0.0.1:8080", "[::]:443", "localhost:0", ":8080" */
static bool resolve(const char *listen, struct arena *arena,
    struct addrinfo **out, struct err *err)
{
	const struct addrinfo hints = {
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};
	const char *colon = strrchr(listen, ':');
	char *host;
	size_t len;
	int failed;

	if (colon == NULL)
		return fail(err, FAULT_INVALID,
		    "'%s' is no address to listen on: HOST:PORT", listen);
	len = (size_t)(colon - listen);
	if (len >= 2 && listen[0] == '[' && listen[len - 1] == ']')
		host = arena_textn(arena, listen + 1, len - 2);
	else
		host = arena_textn(arena, listen, len);
	failed =
	    getaddrinfo(*host == '\0' ? NULL : host, colon + 1, &hints, out);
	if (failed != 0)
		return fail(err, FAULT_INVALID, "cannot listen on '%s': %s",
		    listen, gai_strerror(failed));
	return true;
}

/* `shared`: other sockets of ours may have the same port. */
static int bind_socket(const struct addrinfo *address, bool shared)
{
	int fd = socket(address->ai_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	const int yes = 1, no = 0;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (shared)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes));
	if (address->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
	/* Accepted sockets inherit it: an answer never waits for an ACK. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 &&
	    (!shared || listen(fd, BACKLOG) == 0))
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

static in_port_t *port_of(struct sockaddr *address)
{
	void *any = address;
	struct sockaddr_in *v4 = any;
	struct sockaddr_in6 *v6 = any;

	return address->sa_family == AF_INET6 ? &v6->sin6_port : &v4->sin_port;
}

/* Sharing a port would let a second server in unnoticed; alone, the kernel
 * says that the port is taken. */
static bool is_free(const struct addrinfo *address)
{
	int fd = bind_socket(address, false), error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
	return fd >= 0;
}

static bool learn_address(struct edge *edge, int fd, struct err *err)
{
	struct sockaddr_storage bound;
	socklen_t len = sizeof(bound);
	void *any = &bound;
	char host[NI_MAXHOST];

	if (getsockname(fd, any, &len) != 0 ||
	    getnameinfo(any, len, host, sizeof(host), NULL, 0,
		NI_NUMERICHOST) != 0)
		return fail(err, FAULT_IO, "a socket has no address");
	edge->port = ntohs(*port_of(any));
	edge->authority = arena_printf(edge->arena,
	    bound.ss_family == AF_INET6 ? "[%s]:%d" : "%s:%d", host,
	    edge->port);
	return true;
}

static bool open_all(struct edge *edge, struct addrinfo *address, int *sockets,
    int count, struct err *err)
{
	bool any_port = *port_of(address->ai_addr) == 0;

	if (!any_port && !is_free(address))
		return fail(err, FAULT_IO, "cannot listen on '%s': %s",
		    edge->settings.listen, strerror(errno));
	for (int i = 0; i < count; i++) {
		sockets[i] = bind_socket(address, true);
		if (sockets[i] < 0)
			return fail(err, FAULT_IO, "cannot listen on '%s': %s",
			    edge->settings.listen, strerror(errno));
		if (i == 0 && !learn_address(edge, sockets[i], err))
			return false;
		*port_of(address->ai_addr) = htons((in_port_t)edge->port);
	}
	return true;
}

bool listen_open(struct edge *edge, int *sockets, int count, struct err *err)
{
	struct addrinfo *addresses;
	bool ok;

	for (int i = 0; i < count; i++)
		sockets[i] = -1;
	if (!resolve(edge->settings.listen, edge->arena, &addresses, err))
		return false;
	ok = open_all(edge, addresses, sockets, count, err);
	freeaddrinfo(addresses);
	for (int i = 0; !ok && i < count; i++) {
		if (sockets[i] >= 0)
			close(sockets[i]);
		sockets[i] = -1;
	}
	return ok;
}
