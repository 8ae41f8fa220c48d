/*
 * Clients that prove themselves by their own keys: private_key_jwt (RFC 7521,
 * RFC 7523). What a client is told before its signature is known to be good
 * does not say which check it was.
 */
#include "oauth.h"
#include "../serve.h"
#include "homeroom/publish.h"

#include <string.h>

#include <jansson.h>

/* How far ahead an assertion may end: what is remembered of it is remembered
 * until then. */
#define LIFE_MAX (300 * SECOND)
#define JTI_MAX 256

static bool refuse(struct err *err)
{
	return fail(err, FAULT_BAD_CLIENT,
	    "unknown client, an assertion that is not its own, or application "
	    "disabled");
}

/* --- what it says --------------------------------------------------------- */

static void free_json(void *json)
{
	json_decref(json);
}

/* NULL: it is none. */
static const json_t *object_of(struct arena *arena, struct text part)
{
	json_t *object = jws_object(part);

	if (object != NULL)
		arena_defer(arena, free_json, object);
	return object;
}

bool assertion_read(struct assertion *out, struct arena *arena,
    const char *text, struct err *err)
{
	const json_t *header;
	const char *issuer;

	*out = (struct assertion){ 0 };
	if (!jws_split(&out->jws, text))
		return refuse(err);
	header = object_of(arena, out->jws.header);
	out->claims = object_of(arena, out->jws.payload);
	out->algorithm = jws_algorithm(header);
	out->kid = jws_text(header, "kid");
	out->client_id = jws_text(out->claims, "sub");
	issuer = jws_text(out->claims, "iss");
	return (out->algorithm != NULL && out->client_id != NULL &&
		   issuer != NULL && strcmp(issuer, out->client_id) == 0) ||
	       refuse(err);
}

/* --- whose it is ---------------------------------------------------------- */

/* A key says its own algorithm: it is not for the assertion to choose. */
static bool may_be_of(const struct assertion *assertion, const struct jwk *key)
{
	return strcmp(key->alg, assertion->algorithm) == 0 &&
	       (assertion->kid == NULL ||
		   strcmp(key->kid, assertion->kid) == 0);
}

static bool is_signed(const struct assertion *assertion, struct arena *arena,
    const struct keyed_application *of)
{
	for (int i = 0; i < of->count; i++) {
		struct public_key key;
		struct err ignored = { 0 };

		if (may_be_of(assertion, &of->keys[i]) &&
		    jwk_pem(&of->keys[i], arena, &key, &ignored) &&
		    jws_verify(&assertion->jws, key.algorithm, key.pem))
			return true;
	}
	return false;
}

/* --- whether it is good now ----------------------------------------------- */

static bool is_us(const struct request *rq, const json_t *audience)
{
	const char *name = json_string_value(audience);

	return name != NULL &&
	       (strcmp(name, rq->base_url) == 0 ||
		   strcmp(name, arena_printf(rq->arena, "%s/oauth/token",
				    rq->base_url)) == 0);
}

/* The token endpoint or the issuer, as the metadata names them; alone or
 * among others (RFC 7519 §4.1.3). */
static bool is_for_us(const struct request *rq, const json_t *audience)
{
	if (!json_is_array(audience))
		return is_us(rq, audience);
	for (size_t i = 0; i < json_array_size(audience); i++)
		if (is_us(rq, json_array_get(audience, i)))
			return true;
	return false;
}

static bool check_time(const json_t *claims, struct err *err)
{
	int64_t now = clock_now();
	int64_t issued = jws_time(claims, "iat");
	int64_t begins = jws_time(claims, "nbf");
	int64_t expires = jws_time(claims, "exp");

	if (expires <= 0 || issued < 0 || begins < 0)
		return fail(err, FAULT_BAD_CLIENT,
		    "the assertion needs an exp, and times in seconds");
	if (expires + TOKEN_LEEWAY <= now)
		return fail(err, FAULT_BAD_CLIENT, "the assertion has expired");
	if (expires > now + LIFE_MAX + TOKEN_LEEWAY)
		return fail(err, FAULT_BAD_CLIENT,
		    "the assertion ends more than 5 minutes from now");
	if (issued > now + TOKEN_LEEWAY || begins > now + TOKEN_LEEWAY)
		return fail(err, FAULT_BAD_CLIENT,
		    "the assertion is of a time to come");
	return true;
}

static bool check_claims(const struct request *rq, const json_t *claims,
    struct err *err)
{
	const char *id = jws_text(claims, "jti");

	if (!is_for_us(rq, json_object_get(claims, "aud")))
		return fail(err, FAULT_BAD_CLIENT,
		    "the assertion's aud is not this token endpoint");
	if (id == NULL || *id == '\0' || strlen(id) > JTI_MAX)
		return fail(err, FAULT_BAD_CLIENT,
		    "the assertion needs a jti of 1 to %d bytes", JTI_MAX);
	return check_time(claims, err);
}

static bool check_first(struct request *rq, struct db *db, const json_t *claims,
    int64_t application, struct err *err)
{
	const char *texts[] = { "jti", jws_text(claims, "jti") };
	struct nonce nonce = {
		.application = application,
		.expires = jws_time(claims, "exp") + TOKEN_LEEWAY,
	};
	bool fresh;

	return nonce_hash(&nonce, texts, array_length(texts), err) &&
	       nonce_take(&nonce, db, rq->arena, &fresh, err) &&
	       (fresh || fail(err, FAULT_BAD_CLIENT,
			     "the assertion was shown before"));
}

bool assertion_check(const struct assertion *assertion, struct request *rq,
    struct db *db, struct application *out, struct err *err)
{
	struct keyed_application found;
	struct err unknown = { 0 };

	if (!application_keys(db, rq->arena, assertion->client_id, &found,
		&unknown)) {
		if (unknown.fault == FAULT_BAD_CLIENT)
			return refuse(err);
		*err = unknown;
		return false;
	}
	*out = found.is;
	return (is_signed(assertion, rq->arena, &found) || refuse(err)) &&
	       check_claims(rq, assertion->claims, err) &&
	       check_first(rq, db, assertion->claims, out->id, err);
}
