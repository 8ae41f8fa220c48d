/* A client that sends what it is told; raw.h says more. */
#include "support/raw.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PATIENCE 10 /* seconds */

static SSL_CTX *client_tls(void)
{
	static SSL_CTX *tls;

	if (tls == NULL)
		tls = SSL_CTX_new(TLS_client_method());
	assert(tls != NULL);
	return tls;
}

bool raw_open(struct raw *raw, int port, bool tls)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((in_port_t)port),
	};
	const struct timeval patience = { PATIENCE, 0 };
	const void *any = &address;

	*raw = (struct raw){ .fd = socket(AF_INET, SOCK_STREAM, 0) };
	assert(raw->fd >= 0);
	setsockopt(raw->fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
	    sizeof(patience));
	setsockopt(raw->fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
	    sizeof(patience));
	if (connect(raw->fd, any, sizeof(address)) != 0) {
		close(raw->fd);
		raw->fd = -1;
		return false;
	}
	if (!tls)
		return true;
	raw->ssl = SSL_new(client_tls());
	SSL_set_fd(raw->ssl, raw->fd);
	/* Whether it worked shows in the first write. */
	if (SSL_connect(raw->ssl) != 1)
		ERR_clear_error();
	return true;
}

void raw_close(struct raw *raw)
{
	SSL_free(raw->ssl);
	if (raw->fd >= 0)
		close(raw->fd);
	*raw = (struct raw){ .fd = -1 };
}

void raw_reset(struct raw *raw)
{
	const struct linger now = { 1, 0 };

	setsockopt(raw->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	raw_close(raw);
}

bool raw_send(struct raw *raw, const void *data, size_t len)
{
	const char *at = data;

	while (len > 0) {
		ssize_t n = raw->ssl != NULL
				? SSL_write(raw->ssl, at, (int)len)
				: send(raw->fd, at, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

bool raw_puts(struct raw *raw, const char *text)
{
	return raw_send(raw, text, strlen(text));
}

void raw_end(struct raw *raw)
{
	if (raw->ssl != NULL)
		SSL_shutdown(raw->ssl);
	else
		shutdown(raw->fd, SHUT_WR);
}

bool raw_more(struct raw *raw, struct buf *in)
{
	const size_t room = 65536;
	ssize_t n;

	buf_reserve(in, room);
	n = raw->ssl != NULL ? SSL_read(raw->ssl, in->data + in->len, (int)room)
			     : recv(raw->fd, in->data + in->len, room, 0);
	ERR_clear_error();
	if (n <= 0)
		return false;
	in->len += (size_t)n;
	return true;
}

struct text answer_header(const struct answer *answer, const char *name)
{
	const char *at = answer->head.at, *end = at + answer->head.len;
	size_t len = strlen(name);

	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		const char *value = ++at + len, *cr;

		if (value + 2 > end || strncasecmp(at, name, len) != 0 ||
		    value[0] != ':')
			continue;
		value += 2;
		cr = memchr(value, '\r', (size_t)(end - value));
		return (struct text){ value, (size_t)(cr - value) };
	}
	return (struct text){ "", 0 };
}

/* Waits until there are so many bytes behind `at`. */
static bool need(struct raw *raw, struct buf *in, size_t at, size_t len)
{
	while (in->len - at < len)
		if (!raw_more(raw, in))
			return false;
	return true;
}

static size_t head_length(const struct buf *in, size_t at)
{
	const char *end = memmem(in->data + at, in->len - at, "\r\n\r\n", 4);

	return end == NULL ? 0 : (size_t)(end + 4 - in->data) - at;
}

bool raw_answer(struct raw *raw, struct buf *in, size_t *at, bool of_head,
    struct answer *answer)
{
	struct text length;
	int64_t len = 0, status;

	*answer = (struct answer){ 0 };
	while (in->len == *at || head_length(in, *at) == 0)
		if (!raw_more(raw, in))
			return false;
	answer->head = (struct text){ in->data + *at, head_length(in, *at) };
	if (!text_integer((struct text){ answer->head.at + 9, 3 }, 100, 599,
		&status))
		return false;
	answer->status = (int)status;
	length = answer_header(answer, "Content-Length");
	if (length.len > 0 && !text_integer(length, 0, INT32_MAX, &len))
		return false;
	if (of_head)
		len = 0;
	if (!need(raw, in, *at, answer->head.len + (size_t)len))
		return false;
	answer->head.at = in->data + *at; /* it may have moved */
	answer->body =
	    (struct text){ answer->head.at + answer->head.len, (size_t)len };
	*at += answer->head.len + (size_t)len;
	return true;
}

const char *raw_statuses(struct raw *raw, struct arena *arena)
{
	struct buf in = { 0 };
	struct answer answer;
	const char *all = "";
	size_t at = 0;

	while (raw_answer(raw, &in, &at, false, &answer))
		all = arena_printf(arena, "%s%s%d", all,
		    *all == '\0' ? "" : " ", answer.status);
	if (at < in.len)
		all = arena_printf(arena, "%s and more", all);
	buf_free(&in);
	return all;
}

void raw_certificate(const char *certificate, const char *key)
{
	EVP_PKEY *pair = EVP_EC_gen("P-256");
	X509 *x509 = X509_new();
	X509_NAME *name = X509_get_subject_name(x509);
	FILE *file;

	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"localhost", -1, -1, 0);
	X509_set_issuer_name(x509, name);
	X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x509), 86400);
	X509_set_pubkey(x509, pair);
	X509_sign(x509, pair, EVP_sha256());
	file = fopen(certificate, "w");
	assert(file != NULL);
	PEM_write_X509(file, x509);
	fclose(file);
	file = fopen(key, "w");
	assert(file != NULL);
	PEM_write_PrivateKey(file, pair, NULL, NULL, 0, NULL, NULL);
	fclose(file);
	X509_free(x509);
	EVP_PKEY_free(pair);
}
