/* Moves bytes between a socket and us, plain or through TLS, never waiting. */
#include "edge.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/uio.h>
#include <unistd.h>

/* A page of 6 MB leaves in few calls, yet other connections get their turn. */
#define WRITE_MAX ((size_t)1024 * 1024)

static enum wired of_errno(int error, enum wired later)
{
	if (error == EAGAIN || error == EWOULDBLOCK || error == EINTR)
		return later;
	return WIRE_BROKEN;
}

static enum wired of_ssl(struct wire *wire, int result)
{
	switch (SSL_get_error(wire->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return WIRE_UNTIL_READABLE;
	case SSL_ERROR_WANT_WRITE:
		return WIRE_UNTIL_WRITABLE;
	case SSL_ERROR_ZERO_RETURN:
		return WIRE_ENDED;
	default:
		/* OpenSSL forbids any further call, the good-bye too. */
		SSL_set_quiet_shutdown(wire->ssl, 1);
		return WIRE_BROKEN;
	}
}

enum wired wire_read(struct wire *wire, void *to, size_t room, size_t *got)
{
	ssize_t n;
	int result;

	*got = 0;
	if (wire->ssl == NULL) {
		n = recv(wire->fd, to, room, 0);
		if (n < 0)
			return of_errno(errno, WIRE_UNTIL_READABLE);
		*got = (size_t)n;
		return n == 0 ? WIRE_ENDED : WIRE_DONE;
	}
	ERR_clear_error();
	result = SSL_read_ex(wire->ssl, to, room, got);
	return result == 1 ? WIRE_DONE : of_ssl(wire, result);
}

static enum wired write_plain(struct wire *wire, const struct iovec *parts,
    int count, size_t *sent)
{
	struct msghdr message = {
		.msg_iov = not_const(parts),
		.msg_iovlen = (size_t)count,
	};
	ssize_t n = sendmsg(wire->fd, &message, MSG_NOSIGNAL);

	if (n < 0)
		return of_errno(errno, WIRE_UNTIL_WRITABLE);
	*sent = (size_t)n;
	return WIRE_DONE;
}

static enum wired write_tls(struct wire *wire, const struct iovec *parts,
    int count, size_t *sent)
{
	for (int i = 0; i < count && *sent < WRITE_MAX; i++) {
		size_t n = 0;
		int result;

		if (parts[i].iov_len == 0)
			continue;
		ERR_clear_error();
		result = SSL_write_ex(wire->ssl, parts[i].iov_base,
		    parts[i].iov_len, &n);
		if (result != 1)
			return *sent > 0 ? WIRE_DONE : of_ssl(wire, result);
		*sent += n;
		/* A partial write: the socket is full. */
		if (n < parts[i].iov_len)
			break;
	}
	return WIRE_DONE;
}

enum wired wire_write(struct wire *wire, const struct iovec *parts, int count,
    size_t *sent)
{
	*sent = 0;
	if (wire->ssl == NULL)
		return write_plain(wire, parts, count, sent);
	return write_tls(wire, parts, count, sent);
}

void wire_finish(struct wire *wire)
{
	if (wire->ssl != NULL && SSL_is_init_finished(wire->ssl)) {
		ERR_clear_error();
		SSL_shutdown(wire->ssl);
	}
	shutdown(wire->fd, SHUT_WR);
}

void wire_close(struct wire *wire)
{
	SSL_free(wire->ssl);
	close(wire->fd);
	*wire = (struct wire){ .fd = -1 };
}
