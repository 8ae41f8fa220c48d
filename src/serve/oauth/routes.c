/* What is served under /oauth, and what describes it. */
#include "oauth.h"
#include "../serve.h"
#include "homeroom/model.h"

#include <string.h>

/* Shorter than the time for which a new key is shown before it signs. */
#define DESCRIBED_FOR "public, max-age=3600"

/* GET /oauth/jwks. */
static bool serve_keys(struct request *rq, struct err *err)
{
	const struct ring *ring = ring_view()->ring;

	(void)err;
	reply_header(rq, "Cache-Control", DESCRIBED_FOR);
	buf_add(&rq->reply, ring->jwks.at, ring->jwks.len);
	return true;
}

static void put_url(struct request *rq, const char *member, const char *path)
{
	struct buf url = { 0 };

	buf_printf(&url, "%s%s", rq->base_url, path);
	buf_printf(&rq->reply, "\"%s\":", member);
	json_quote(&rq->reply, url.data, url.len);
	buf_char(&rq->reply, ',');
	buf_free(&url);
}

static void put_scopes(struct buf *out)
{
	buf_puts(out, "\"scopes_supported\":[");
	for (const struct scope_name *s = scope_names; s->uri != NULL; s++)
		buf_printf(out, "%s\"%s\"", s == scope_names ? "" : ",",
		    s->uri);
	buf_puts(out, "],");
}

/* GET /.well-known/oauth-authorization-server: RFC 8414. */
static bool serve_metadata(struct request *rq, struct err *err)
{
	(void)err;
	reply_header(rq, "Cache-Control", DESCRIBED_FOR);
	buf_char(&rq->reply, '{');
	put_url(rq, "issuer", "");
	put_url(rq, "token_endpoint", "/oauth/token");
	put_url(rq, "jwks_uri", "/oauth/jwks");
	put_scopes(&rq->reply);
	buf_puts(&rq->reply,
	    "\"response_types_supported\":[],"
	    "\"grant_types_supported\":[\"client_credentials\"],"
	    "\"token_endpoint_auth_methods_supported\":"
	    "[\"client_secret_basic\",\"client_secret_post\","
	    "\"private_key_jwt\"],"
	    "\"token_endpoint_auth_signing_alg_values_supported\":"
	    "[\"RS256\",\"ES256\"]}");
	return true;
}

static const struct errand token_errand = { .run = endpoint_token };

/* clang-format off */
const struct route oauth_routes[] = {
	{ METHOD_POST, "/oauth/token", DIALECT_OAUTH, .errand = &token_errand },
	{ METHOD_GET,  "/oauth/jwks",  DIALECT_OAUTH, .here = serve_keys },
	{ METHOD_GET,  "/.well-known/oauth-authorization-server", DIALECT_OAUTH, .here = serve_metadata },
	{ 0 },
};
/* clang-format on */

bool oauth_open(const struct oauth_settings *wanted, struct err *err)
{
	const char *issuer = wanted->public_url;

	return keeper_open(wanted->database_url, wanted->key_file,
	    issuer != NULL ? issuer : OAUTH_ISSUER, err);
}

void oauth_close(void)
{
	keeper_close();
	ring_forget();
}
