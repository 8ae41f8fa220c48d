/* POST /oauth/token: the client credentials grant (RFC 6749 §4.4). */
#include "oauth.h"
#include "../serve.h"
#include "homeroom/publish.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* --- who asks ------------------------------------------------------------- */

/* After "Basic ", or NULL when the scheme is another. */
static const char *basic_credentials(const char *authorization)
{
	if (strncasecmp(authorization, "Basic ", 6) != 0)
		return NULL;
	authorization += 6;
	return authorization + strspn(authorization, " ");
}

/* One way to authenticate, not two (RFC 6749 §2.3); that the body repeats the
 * id of the header is common, and harmless. */
static bool read_credentials(struct request *rq, struct form *form,
    struct err *err)
{
	const char *authorization = request_header(rq, "Authorization");
	struct form basic = { 0 };
	const char *encoded;

	if (authorization == NULL)
		return (form->client_id != NULL &&
			   form->client_secret != NULL) ||
		       fail(err, FAULT_BAD_CLIENT, "no client credentials");
	encoded = basic_credentials(authorization);
	if (encoded == NULL)
		return fail(err, FAULT_BAD_CLIENT,
		    "clients authenticate by HTTP Basic, or in the body");
	if (form->client_secret != NULL)
		return fail(err, FAULT_BAD_REQUEST,
		    "credentials in the header and in the body");
	if (!form_basic(&basic, rq->arena, encoded, err))
		return false;
	if (form->client_id != NULL &&
	    strcmp(form->client_id, basic.client_id) != 0)
		return fail(err, FAULT_BAD_REQUEST,
		    "the header and the body name different clients");
	form->client_id = basic.client_id;
	form->client_secret = basic.client_secret;
	return true;
}

/* An assertion names its client itself, and is the only proof. */
static bool read_assertion(struct request *rq, struct form *form,
    struct assertion *assertion, struct err *err)
{
	if (request_header(rq, "Authorization") != NULL ||
	    form->client_secret != NULL)
		return fail(err, FAULT_BAD_REQUEST,
		    "an assertion, and other credentials");
	if (form->client_assertion_type == NULL ||
	    strcmp(form->client_assertion_type, ASSERTION_TYPE) != 0)
		return fail(err, FAULT_BAD_REQUEST,
		    "the client_assertion_type here is " ASSERTION_TYPE);
	if (!assertion_read(assertion, rq->arena, form->client_assertion, err))
		return false;
	if (form->client_id != NULL &&
	    strcmp(form->client_id, assertion->client_id) != 0)
		return fail(err, FAULT_BAD_REQUEST,
		    "the assertion and the body name different clients");
	form->client_id = assertion->client_id;
	return true;
}

static bool authenticate(struct request *rq, struct db *db, struct form *form,
    struct application *app, struct err *err)
{
	bool asserts = form->client_assertion != NULL;
	struct assertion assertion;
	bool known;

	if (!(asserts ? read_assertion(rq, form, &assertion, err)
		      : read_credentials(rq, form, err)) ||
	    !throttle_admit(rq, form->client_id, err))
		return false;
	known = asserts ? assertion_check(&assertion, rq, db, app, err)
			: application_check(db, rq->arena, form->client_id,
			      form->client_secret, app, err);
	if (known)
		rq->caller.application = app->id;
	else if (err->fault == FAULT_BAD_CLIENT)
		throttle_failed(rq->client, form->client_id);
	return known;
}

/* --- what it gets --------------------------------------------------------- */

static bool choose_scopes(const struct form *form,
    const struct application *app, unsigned *scopes, struct err *err)
{
	*scopes = app->scopes;
	if (form->scope != NULL)
		*scopes &= scopes_read(form->scope);
	if (*scopes == 0)
		return fail(err, FAULT_BAD_SCOPE,
		    "this application may have none of these scopes");
	return true;
}

static void render(struct buf *out, const char *token,
    const struct claims *claims)
{
	int64_t left = (claims->expires - clock_now() + SECOND - 1) / SECOND;

	buf_printf(out,
	    "{\"access_token\":\"%s\",\"token_type\":\"bearer\","
	    "\"expires_in\":%d,\"scope\":\"",
	    token, left > 0 ? (int)left : 1);
	scopes_write(out, claims->scopes);
	buf_puts(out, "\"}");
}

static bool give_token(struct request *rq, const struct form *form,
    const struct application *app, struct err *err)
{
	struct claims claims = {
		.client_id = app->client_id,
		.application = app->id,
		.epoch = app->epoch,
		.full = app->full,
		.expires = app->secret_until,
	};
	const char *token;

	if (!choose_scopes(form, app, &claims.scopes, err) ||
	    !token_make(ring_view()->ring, rq->arena, &claims, &token, err))
		return false;
	render(&rq->reply, token, &claims);
	return true;
}

bool endpoint_token(struct request *rq, struct db *db, struct err *err)
{
	struct form form = { 0 };
	struct application app;

	reply_header(rq, "Cache-Control", "no-store");
	reply_header(rq, "Pragma", "no-cache");
	if (!request_media(rq, FORM_MEDIA, err) ||
	    !form_read(&form, rq->arena, rq->body, err))
		return false;
	if (form.grant_type == NULL)
		return fail(err, FAULT_BAD_REQUEST, "no grant_type");
	if (strcmp(form.grant_type, "client_credentials") != 0)
		return fail(err, FAULT_BAD_GRANT_TYPE,
		    "the grant_type here is client_credentials");
	return authenticate(rq, db, &form, &app, err) &&
	       give_token(rq, &form, &app, err);
}
