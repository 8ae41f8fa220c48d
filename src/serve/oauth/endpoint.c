/* POST /oauth/token: the client credentials grant (RFC 6749 §4.4). */
#include "oauth.h"
#include "../serve.h"
#include "homeroom/publish.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define FORM_MEDIA "application/x-www-form-urlencoded"

/* --- who asks --------------------------------------------------------------
 */

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

static bool authenticate(struct request *rq, struct db *db,
    const struct form *form, struct application *app, struct err *err)
{
	int wait = throttle_wait(rq->client, form->client_id);

	if (wait > 0) {
		reply_header(rq, "Retry-After",
		    arena_printf(rq->arena, "%d", wait));
		return fail(err, FAULT_BUSY, "too many failed attempts");
	}
	if (application_check(db, rq->arena, form->client_id,
		form->client_secret, app, err)) {
		rq->caller.application = app->id;
		return true;
	}
	if (err->fault == FAULT_BAD_CLIENT)
		throttle_failed(rq->client, form->client_id);
	return false;
}

/* --- what it gets ----------------------------------------------------------
 */

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
	return read_credentials(rq, &form, err) &&
	       authenticate(rq, db, &form, &app, err) &&
	       give_token(rq, &form, &app, err);
}
