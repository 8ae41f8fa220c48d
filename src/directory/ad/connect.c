/* Connections: to which server, over TLS only, and as whom. */
#include "ad.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include <sasl/sasl.h>

#define SYSTEM_AUTHORITIES "/etc/ssl/certs/ca-certificates.crt"

/* --- refusals at the door ------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *data; /* as in "…, data 52e, …" */
	const char *why;
} bind_refusals[] = {
	{ "525", "there is no such account; look at `user`" },
	{ "52e", "the password is wrong, or there is no such account; look at `user` and `password`" },
	{ "52f", "the account may not sign in like this" },
	{ "530", "the account may not sign in at this hour" },
	{ "531", "the account may not sign in from this machine" },
	{ "532", "the account's password has expired: give it one that does not" },
	{ "533", "the account is disabled" },
	{ "568", "the account is in too many groups" },
	{ "701", "the account has expired" },
	{ "773", "the account must change its password first: take that mark away" },
	{ "775", "the account is locked, after too many wrong passwords" },
};
/* clang-format on */

static const char *bind_why(const char *words)
{
	const char *data = words != NULL ? strstr(words, "data ") : NULL;

	for (size_t i = 0; data != NULL && i < array_length(bind_refusals); i++)
		if (strncmp(data + 5, bind_refusals[i].data, 3) == 0)
			return bind_refusals[i].why;
	return "it does not let us in; look at `user` and `password`";
}

static bool bind_failed(LDAP *ld, int code, struct err *err)
{
	char *words = NULL;
	const char *why;

	ldap_get_option(ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &words);
	switch (code) {
	case LDAP_INVALID_CREDENTIALS:
	case LDAP_INAPPROPRIATE_AUTH:
		why = bind_why(words);
		break;
	case LDAP_STRONG_AUTH_REQUIRED:
		why = "it asks for a stronger way of signing in";
		break;
	case LDAP_LOCAL_ERROR:
	case LDAP_AUTH_UNKNOWN:
	case LDAP_AUTH_METHOD_NOT_SUPPORTED:
		why = "no Kerberos: is there a ticket (KRB5CCNAME), or a "
		      "keytab (KRB5_CLIENT_KTNAME), and the module of SASL?";
		break;
	default:
		ldap_memfree(words);
		return fail(err, FAULT_UNAVAILABLE, "%s",
		    ldap_err2string(code));
	}
	err_set(err, FAULT_FORBIDDEN, "%s (%s)", why,
	    words != NULL && words[0] != '\0' ? words : ldap_err2string(code));
	ldap_memfree(words);
	return false;
}

/* --- one server ----------------------------------------------------------- */

static bool set_options(struct ad *ad, LDAP *ld)
{
	const struct timeval limit = ad_timeout(ad);
	const char *authorities =
	    ad->authorities != NULL ? ad->authorities : SYSTEM_AUTHORITIES;
	const int version = LDAP_VERSION3, demand = LDAP_OPT_X_TLS_DEMAND,
		  client = 0, oldest = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;

	/* Both of the next two: one alone leaves the handshake unbounded. */
	return ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &limit) == 0 &&
	       ldap_set_option(ld, LDAP_OPT_CONNECT_ASYNC, LDAP_OPT_ON) == 0 &&
	       ldap_set_option(ld, LDAP_OPT_TIMEOUT, &limit) == 0 &&
	       ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version) == 0 &&
	       ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) == 0 &&
	       ldap_set_option(ld, LDAP_OPT_X_TLS_CACERTFILE, authorities) ==
		   0 &&
	       ldap_set_option(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) == 0 &&
	       ldap_set_option(ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &oldest) == 0 &&
	       /* Makes the three before it count. */
	       ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client) == 0;
}

static int no_questions(LDAP *ld, unsigned flags, void *defaults, void *asked)
{
	(void)ld, (void)flags, (void)defaults;
	for (sasl_interact_t *at = asked; at->id != SASL_CB_LIST_END; at++) {
		at->result = at->defresult != NULL ? at->defresult : "";
		at->len = (unsigned)strlen(at->result);
	}
	return LDAP_SUCCESS;
}

static int bind_kerberos(LDAP *ld)
{
	const int endpoint = LDAP_OPT_X_SASL_CBINDING_TLS_ENDPOINT;

	/* The server's name is what the settings say, whatever the reverse
	 * lookup says; TLS seals, so SASL does not; the ticket is bound to
	 * this very connection. */
	ldap_set_option(ld, LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON);
	ldap_set_option(ld, LDAP_OPT_X_SASL_SECPROPS, "maxssf=0");
	ldap_set_option(ld, LDAP_OPT_X_SASL_CBINDING, &endpoint);
	return ldap_sasl_interactive_bind_s(ld, NULL, "GSSAPI", NULL, NULL,
	    LDAP_SASL_QUIET, no_questions, NULL);
}

static int bind_simple(struct ad *ad, LDAP *ld)
{
	struct berval password = { strlen(ad->password),
		not_const(ad->password) };

	return ldap_sasl_bind_s(ld, ad->user, LDAP_SASL_SIMPLE, &password, NULL,
	    NULL, NULL);
}

static bool sign_in(struct ad *ad, const char *uri, struct err *err)
{
	bool start = strncmp(uri, "ldap:", 5) == 0;
	int code = start ? ldap_start_tls_s(ad->ld, NULL, NULL) : LDAP_SUCCESS;

	if (code == LDAP_SUCCESS)
		code = ad->gssapi ? bind_kerberos(ad->ld)
				  : bind_simple(ad, ad->ld);
	if (code == LDAP_SUCCESS && ldap_tls_inplace(ad->ld) == 1)
		return true;
	if (ldap_tls_inplace(ad->ld) != 1) {
		ad_diagnose(ad, uri, err);
		return false;
	}
	return bind_failed(ad->ld, code, err);
}

static bool connect_one(struct ad *ad, const char *uri, struct err *err)
{
	if (ldap_initialize(&ad->ld, uri) != LDAP_SUCCESS)
		return fail(err, FAULT_INTERNAL, "libldap does not start");
	if (!set_options(ad, ad->ld)) {
		ad_disconnect(ad);
		return fail(err, FAULT_INVALID,
		    "authorities: %.200s can't be read, or holds no "
		    "certificate",
		    ad->authorities != NULL ? ad->authorities
					    : SYSTEM_AUTHORITIES);
	}
	if (sign_in(ad, uri, err) && root_read(ad, err))
		return true;
	ad_disconnect(ad);
	return false;
}

/* Servers hang up on who is silent for long. Nothing is in flight here, so
 * what can be read of the connection is its end. */
static bool hung_up(struct ad *ad)
{
	struct pollfd wait = { .fd = -1, .events = POLLIN };

	return ldap_get_option(ad->ld, LDAP_OPT_DESC, &wait.fd) != 0 ||
	       poll(&wait, 1, 0) != 0;
}

/* --- any server ----------------------------------------------------------- */

/* What was refused stays so everywhere, and accounts lock; what did not
 * answer may do so elsewhere. */
bool ad_connect(struct ad *ad, struct err *err)
{
	struct err last = { 0 };

	if (ad->ld != NULL && !hung_up(ad))
		return true;
	ad_disconnect(ad);
	for (int i = 0; i < ad->server_count && !ad_stopped(ad); i++) {
		int at = (ad->server + i) % ad->server_count;
		struct err why = { 0 };

		if (connect_one(ad, ad->servers[at], &why)) {
			ad->server = at;
			return true;
		}
		err_add(&why, "%s", ad->servers[at]);
		if (last.fault == FAULT_NONE || why.fault != FAULT_UNAVAILABLE)
			last = why;
		if (why.fault == FAULT_FORBIDDEN || why.fault == FAULT_INVALID)
			break;
	}
	if (last.fault == FAULT_NONE)
		return fail(err, FAULT_UNAVAILABLE, "it was told to stop");
	return fail(err, last.fault, "%s", last.text);
}

void ad_disconnect(struct ad *ad)
{
	if (ad->ld == NULL)
		return;
	ldap_unbind_ext(ad->ld, NULL, NULL);
	ad->ld = NULL;
	ad->attribute_count = 0;
}

void ad_lost(struct ad *ad)
{
	ad_disconnect(ad);
	ad->server = (ad->server + 1) % ad->server_count;
}
