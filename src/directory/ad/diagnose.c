/*
 * Why TLS with a server did not come about. libldap says the same of a wrong
 * name, an unknown authority and nobody at the port; so the handshake is done
 * again by OpenSSL, which can tell.
 */
#include "ad.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/* ExtendedRequest 1.3.6.1.4.1.1466.20037, RFC 4511 4.14. */
static const unsigned char start_tls[] = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
					 "1.3.6.1.4.1.1466.20037";

static bool await_socket(int fd, short what, int timeout)
{
	struct pollfd wait = { .fd = fd, .events = what };

	return poll(&wait, 1, timeout) == 1;
}

static bool connected(int fd, const struct addrinfo *to, int timeout)
{
	int failure = 0;
	socklen_t size = sizeof(failure);

	if (connect(fd, to->ai_addr, to->ai_addrlen) == 0)
		return true;
	if (errno != EINPROGRESS)
		return false;
	return await_socket(fd, POLLOUT, timeout) &&
	       getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 &&
	       failure == 0;
}

/* Blocking from then on, but no longer than timeout. */
static int reach(const struct ad *ad, const struct addrinfo *to)
{
	const struct timeval limit = ad_timeout(ad);
	int fd = socket(to->ai_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (!connected(fd, to, ad->timeout) || fcntl(fd, F_SETFL, 0) != 0) {
		close(fd);
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	return fd;
}

static int reach_host(const struct ad *ad, const LDAPURLDesc *url,
    struct err *err)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	char port[8];
	int fd = -1;

	snprintf(port, sizeof(port), "%d", url->lud_port);
	if (getaddrinfo(url->lud_host, port, &hints, &list) != 0) {
		err_set(err, FAULT_UNAVAILABLE, "its name is not known");
		return -1;
	}
	for (struct addrinfo *at = list; at != NULL && fd < 0; at = at->ai_next)
		fd = reach(ad, at);
	freeaddrinfo(list);
	if (fd < 0)
		err_set(err, FAULT_UNAVAILABLE,
		    "nobody answers at port %s; is it on, and open in the "
		    "firewall?",
		    port);
	return fd;
}

/* The answer is an ExtendedResponse with resultCode 0: 0a 01 00. */
static bool begin_tls(int fd, struct err *err)
{
	unsigned char answer[512];
	ssize_t got;

	if (send(fd, start_tls, sizeof(start_tls) - 1, MSG_NOSIGNAL) < 0 ||
	    (got = recv(fd, answer, sizeof(answer), 0)) <= 0)
		return fail(err, FAULT_UNAVAILABLE,
		    "it does not answer in time");
	if (memmem(answer, (size_t)got, "\x0a\x01\x00", 3) == NULL)
		return fail(err, FAULT_FORBIDDEN,
		    "it does not do StartTLS: it may have no certificate");
	return true;
}

static bool expect_host(SSL *ssl, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

	if (X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1)
		return true;
	ERR_clear_error();
	return SSL_set_tlsext_host_name(ssl, not_const(host)) == 1 &&
	       SSL_set1_host(ssl, host) == 1;
}

static void shake_hands(SSL *ssl, const char *host, struct err *err)
{
	long verdict;

	SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
	if (!expect_host(ssl, host)) {
		err_set(err, FAULT_INTERNAL, "OpenSSL does not take its name");
		return;
	}
	if (SSL_connect(ssl) == 1) {
		err_set(err, FAULT_UNAVAILABLE,
		    "it broke off; the next attempt may do");
		return;
	}
	verdict = SSL_get_verify_result(ssl);
	if (verdict == X509_V_ERR_HOSTNAME_MISMATCH ||
	    verdict == X509_V_ERR_IP_ADDRESS_MISMATCH)
		err_set(err, FAULT_FORBIDDEN,
		    "its certificate is for another name: name the server as "
		    "its certificate does");
	else if (verdict != X509_V_OK)
		err_set(err, FAULT_FORBIDDEN,
		    "its certificate is not believed (%s): `authorities` names "
		    "a file with the certificate of who issued it",
		    X509_verify_cert_error_string(verdict));
	else
		err_set(err, FAULT_UNAVAILABLE,
		    "it takes connections, but no TLS comes about: it may have "
		    "no certificate, or be frozen");
}

static bool believe(const struct ad *ad, SSL_CTX *context)
{
	if (ad->authorities == NULL)
		return SSL_CTX_set_default_verify_paths(context) == 1;
	return SSL_CTX_load_verify_locations(context, ad->authorities, NULL) ==
	       1;
}

static void diagnose_tls(const struct ad *ad, const char *host, int fd,
    struct err *err)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = context != NULL ? SSL_new(context) : NULL;

	if (ssl == NULL || SSL_set_fd(ssl, fd) != 1)
		err_set(err, FAULT_INTERNAL, "OpenSSL does not start");
	else if (!believe(ad, context))
		err_set(err, FAULT_INVALID,
		    "authorities: the file can't be read, or holds no "
		    "certificate");
	else
		shake_hands(ssl, host, err);
	SSL_free(ssl);
	SSL_CTX_free(context);
	ERR_clear_error();
}

void ad_diagnose(const struct ad *ad, const char *uri, struct err *err)
{
	LDAPURLDesc *url = NULL;
	int fd;

	if (ldap_url_parse(uri, &url) != LDAP_URL_SUCCESS) {
		err_set(err, FAULT_INVALID, "server: it is no address");
		return;
	}
	fd = reach_host(ad, url, err);
	if (fd >= 0) {
		if (strcmp(url->lud_scheme, "ldaps") == 0 || begin_tls(fd, err))
			diagnose_tls(ad, url->lud_host, fd, err);
		close(fd);
	}
	ldap_free_urldesc(url);
}
