/* The one door for the tokens that we give: made, and read again. */
#include "oauth.h"
#include "homeroom/model.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <jwt.h>

/* --- making --------------------------------------------------------------- */

static const char *make_id(struct arena *arena)
{
	unsigned char bytes[16];

	random_bytes(bytes, sizeof(bytes));
	return arena_hex(arena, bytes, sizeof(bytes));
}

static const char *scope_text(struct arena *arena, unsigned scopes)
{
	struct buf out = { 0 };
	const char *text;

	scopes_write(&out, scopes);
	text = arena_text(arena, buf_text(&out));
	buf_free(&out);
	return text;
}

static bool fill(jwt_t *jwt, const struct ring *ring, struct arena *arena,
    const struct claims *claims, int64_t now)
{
	long issued = (long)(now / SECOND);

	return jwt_add_header(jwt, "kid", ring->signs->kid) == 0 &&
	       jwt_add_grant(jwt, "iss", ring->issuer) == 0 &&
	       jwt_add_grant(jwt, "aud", ring->issuer) == 0 &&
	       jwt_add_grant(jwt, "sub", claims->client_id) == 0 &&
	       jwt_add_grant(jwt, "jti", make_id(arena)) == 0 &&
	       jwt_add_grant(jwt, "scope", scope_text(arena, claims->scopes)) ==
		   0 &&
	       jwt_add_grant_int(jwt, "iat", issued) == 0 &&
	       jwt_add_grant_int(jwt, "exp", claims->expires / SECOND) == 0 &&
	       jwt_add_grant_int(jwt, "app", claims->application) == 0 &&
	       jwt_add_grant_int(jwt, "epoch", claims->epoch) == 0 &&
	       jwt_add_grant_bool(jwt, "full", claims->full) == 0;
}

static bool sign(jwt_t *jwt, const struct key *key, struct arena *arena,
    const char **token)
{
	const unsigned char *pem = (const unsigned char *)key->private_pem;
	char *made;

	if (jwt_set_alg(jwt, JWT_ALG_ES256, pem,
		(int)strlen(key->private_pem)) != 0)
		return false;
	made = jwt_encode_str(jwt);
	if (made == NULL)
		return false;
	*token = arena_text(arena, made);
	free(made); /* libjwt's, from malloc */
	return true;
}

bool token_make(const struct ring *ring, struct arena *arena,
    struct claims *claims, const char **token, struct err *err)
{
	int64_t now = clock_now();
	jwt_t *jwt;
	bool done;

	if (ring->signs == NULL)
		return fail(err, FAULT_UNAVAILABLE, "no key to sign with");
	if (jwt_new(&jwt) != 0)
		return fail(err, FAULT_INTERNAL, "libjwt: no token");
	if (claims->expires == 0 || claims->expires > now + TOKEN_LIFE)
		claims->expires = now + TOKEN_LIFE;
	done = fill(jwt, ring, arena, claims, now) &&
	       sign(jwt, ring->signs, arena, token);
	jwt_free(jwt);
	return done || fail(err, FAULT_INTERNAL, "libjwt: can't sign");
}

/* --- reading -------------------------------------------------------------- */

/* What a client is told does not say which check it was. */
static bool refuse(struct err *err)
{
	return fail(err, FAULT_UNAUTHORISED, "the token is not valid");
}

/* The key that the header names, when it names its algorithm too, and asks for
 * nothing that we don't understand (RFC 7515 §4.1.11). */
static const struct key *find_key(const struct ring *ring,
    const struct jws *jws, bool *stranger)
{
	json_t *header = jws_object(jws->header);
	const char *kid = jws_text(header, "kid");
	const char *algorithm = jws_algorithm(header);
	const struct key *key = NULL;

	if (kid != NULL) {
		key = ring_find(ring, kid);
		*stranger = key == NULL;
	}
	if (algorithm == NULL || strcmp(algorithm, KEY_ALGORITHM) != 0)
		key = NULL;
	json_decref(header);
	return key;
}

static bool member_is(const json_t *object, const char *name, const char *want)
{
	const char *value = jws_text(object, name);

	return value != NULL && strcmp(value, want) == 0;
}

static bool in_time(const json_t *claims, int64_t now, struct err *err)
{
	int64_t issued = jws_time(claims, "iat");
	int64_t begins = jws_time(claims, "nbf");
	int64_t expires = jws_time(claims, "exp");

	if (issued <= 0 || expires <= 0 || begins < 0 ||
	    issued > now + TOKEN_LEEWAY || begins > now + TOKEN_LEEWAY)
		return refuse(err);
	if (expires + TOKEN_LEEWAY <= now)
		return fail(err, FAULT_UNAUTHORISED, "the token has expired");
	return true;
}

static bool read_claims(const json_t *json, const struct ring *ring,
    struct arena *arena, struct claims *claims, struct err *err)
{
	const char *scope = jws_text(json, "scope");
	const char *client_id = jws_text(json, "sub");

	if (!member_is(json, "iss", ring->issuer) ||
	    !member_is(json, "aud", ring->issuer) || scope == NULL ||
	    client_id == NULL)
		return refuse(err);
	if (!in_time(json, clock_now(), err))
		return false;
	*claims = (struct claims){
		.client_id = arena_text(arena, client_id),
		.application = json_integer_value(json_object_get(json, "app")),
		.epoch = json_integer_value(json_object_get(json, "epoch")),
		.scopes = scopes_read(scope),
		.full = json_is_true(json_object_get(json, "full")),
		.expires = jws_time(json, "exp"),
	};
	if (claims->application <= 0 || claims->epoch <= 0)
		return refuse(err);
	return true;
}

bool token_read(const struct ring *ring, struct arena *arena, const char *token,
    struct claims *claims, bool *stranger, struct err *err)
{
	const struct key *key;
	struct jws jws;
	json_t *json;
	bool done;

	*stranger = false;
	if (!jws_split(&jws, token))
		return refuse(err);
	key = find_key(ring, &jws, stranger);
	if (key == NULL || !jws_verify(&jws, KEY_ALGORITHM, key->public_pem))
		return refuse(err);
	json = jws_object(jws.payload);
	done = json != NULL ? read_claims(json, ring, arena, claims, err)
			    : refuse(err);
	json_decref(json);
	return done;
}
