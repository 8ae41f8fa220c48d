/* TLS as we speak it: 1.2 and 1.3, HTTP/1.1 alone. */
#include "edge.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

/* TLS 1.2 with forward secrecy and authenticated encryption; 1.3's are so. */
#define CIPHERS_12 "ECDHE+AESGCM:ECDHE+CHACHA20"

/* RFC 7301 §3.2: a client that offers protocols, but not ours, is refused. */
static int choose_protocol(SSL *ssl, const unsigned char **out,
    unsigned char *len, const unsigned char *offered, unsigned offered_len,
    void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned at = 0;

	(void)ssl;
	(void)arg;
	while (at < offered_len) {
		if (offered[at] == ours[0] && offered_len - at > ours[0] &&
		    memcmp(offered + at, ours, sizeof(ours) - 1) == 0) {
			*out = offered + at + 1;
			*len = ours[0];
			return SSL_TLSEXT_ERR_OK;
		}
		at += 1U + offered[at];
	}
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* The paths are the operator's own; the reason is OpenSSL's word for it. */
static bool fail_ssl(struct err *err, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return fail(err, FAULT_INVALID, "%s: %s", what,
	    reason == NULL ? "unusable" : reason);
}

static bool load(SSL_CTX *tls, const char *certificate, const char *key,
    struct err *err)
{
	if (SSL_CTX_use_certificate_chain_file(tls, certificate) != 1)
		return fail_ssl(err, "the TLS certificate");
	if (SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1)
		return fail_ssl(err, "the TLS key");
	if (SSL_CTX_check_private_key(tls) != 1)
		return fail_ssl(err, "the TLS certificate and key");
	return true;
}

bool tls_open(struct ssl_ctx_st **out, const char *certificate, const char *key,
    struct err *err)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

	ERR_clear_error();
	if (tls == NULL ||
	    SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_cipher_list(tls, CIPHERS_12) != 1) {
		SSL_CTX_free(tls);
		return fail_ssl(err, "TLS");
	}
	SSL_CTX_set_options(tls,
	    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
		SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE |
				  SSL_MODE_RELEASE_BUFFERS |
				  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_alpn_select_cb(tls, choose_protocol, NULL);
	if (!load(tls, certificate, key, err)) {
		SSL_CTX_free(tls);
		return false;
	}
	*out = tls;
	return true;
}

void tls_close(struct ssl_ctx_st *tls)
{
	SSL_CTX_free(tls);
}

void tls_share(struct ssl_ctx_st *tls)
{
	SSL_CTX_up_ref(tls);
}

struct ssl_st *tls_accept(struct ssl_ctx_st *tls, int fd)
{
	SSL *ssl = SSL_new(tls);

	if (ssl == NULL || SSL_set_fd(ssl, fd) != 1) {
		SSL_free(ssl);
		return NULL;
	}
	SSL_set_accept_state(ssl);
	return ssl;
}
