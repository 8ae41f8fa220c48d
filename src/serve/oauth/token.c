/*
 * The one door for tokens. libjwt makes and checks signatures; that a token
 * has one spelling, one algorithm and one meaning is seen to here.
 */
#include "oauth.h"
#include "homeroom/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>
#include <jwt.h>
#include <openssl/err.h>

#define TOKEN_MAX 8192
#define SIGNATURE_BYTES 64 /* ES256: r and s, RFC 7518 §3.4 */

/* --- making ----------------------------------------------------------------
 */

static const char *make_id(struct arena *arena)
{
	unsigned char bytes[16];
	char hex[2 * sizeof(bytes) + 1];

	random_bytes(bytes, sizeof(bytes));
	hex_encode(hex, bytes, sizeof(bytes));
	return arena_text(arena, hex);
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

/* --- reading: the form -----------------------------------------------------
 */

/* What a client is told does not say which check it was. */
static bool refuse(struct err *err)
{
	return fail(err, FAULT_UNAUTHORISED, "the token is not valid");
}

struct parts {
	struct text header, payload, signature;
};

/* Exactly three, none empty. */
static bool split(const char *token, struct parts *parts)
{
	const char *first = strchr(token, '.');
	const char *second = first == NULL ? NULL : strchr(first + 1, '.');

	if (second == NULL || strchr(second + 1, '.') != NULL)
		return false;
	parts->header = (struct text){ token, (size_t)(first - token) };
	parts->payload =
	    (struct text){ first + 1, (size_t)(second - first - 1) };
	parts->signature = (struct text){ second + 1, strlen(second + 1) };
	return parts->header.len > 0 && parts->payload.len > 0;
}

/* libjwt reads base64 leniently: junk and padding would give one token many
 * spellings. */
static bool canonical(struct text part, size_t bytes)
{
	struct buf decoded = { 0 };
	bool good = base64url_decode(&decoded, part.at, part.len) &&
		    (bytes == 0 || decoded.len == bytes);

	buf_free(&decoded);
	return good;
}

static json_t *decode_object(struct text part)
{
	struct buf decoded = { 0 };
	json_t *json = NULL;

	if (base64url_decode(&decoded, part.at, part.len))
		json = json_loadb(decoded.data, decoded.len,
		    JSON_REJECT_DUPLICATES, NULL);
	buf_free(&decoded);
	if (json_is_object(json))
		return json;
	json_decref(json);
	return NULL;
}

static bool member_is(const json_t *object, const char *name, const char *want)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value != NULL && strcmp(value, want) == 0;
}

/* The key that the header names, when it names its algorithm too, and asks for
 * nothing that we don't understand (RFC 7515 §4.1.11). */
static const struct key *find_key(const struct ring *ring, struct text header,
    bool *stranger)
{
	json_t *json = decode_object(header);
	const char *kid = json_string_value(json_object_get(json, "kid"));
	const struct key *key = NULL;

	if (kid != NULL) {
		key = ring_find(ring, kid);
		*stranger = key == NULL;
	}
	if (!member_is(json, "alg", KEY_ALGORITHM) ||
	    json_object_get(json, "crit") != NULL)
		key = NULL;
	json_decref(json);
	return key;
}

/* --- reading: the claims ---------------------------------------------------
 */

static bool grant_is(jwt_t *jwt, const char *name, const char *want)
{
	const char *value = jwt_get_grant(jwt, name);

	return value != NULL && strcmp(value, want) == 0;
}

/* Milliseconds; 0 when the claim is missing, no integer, or absurd. */
static int64_t grant_time(jwt_t *jwt, const char *name)
{
	int64_t seconds = jwt_get_grant_int(jwt, name);

	return seconds > 0 && seconds < INT64_MAX / SECOND / 2
		   ? seconds * SECOND
		   : 0;
}

static bool in_time(jwt_t *jwt, int64_t now, struct err *err)
{
	int64_t issued = grant_time(jwt, "iat");
	int64_t begins = grant_time(jwt, "nbf");
	int64_t expires = grant_time(jwt, "exp");

	if (issued == 0 || expires == 0 || issued > now + TOKEN_LEEWAY ||
	    begins > now + TOKEN_LEEWAY)
		return refuse(err);
	if (expires + TOKEN_LEEWAY <= now)
		return fail(err, FAULT_UNAUTHORISED, "the token has expired");
	return true;
}

static bool read_claims(jwt_t *jwt, const struct ring *ring,
    struct arena *arena, struct claims *claims, struct err *err)
{
	const char *scope = jwt_get_grant(jwt, "scope");
	const char *client_id = jwt_get_grant(jwt, "sub");

	if (!grant_is(jwt, "iss", ring->issuer) ||
	    !grant_is(jwt, "aud", ring->issuer) || scope == NULL ||
	    client_id == NULL)
		return refuse(err);
	if (!in_time(jwt, clock_now(), err))
		return false;
	*claims = (struct claims){
		.client_id = arena_text(arena, client_id),
		.application = jwt_get_grant_int(jwt, "app"),
		.epoch = jwt_get_grant_int(jwt, "epoch"),
		.scopes = scopes_read(scope),
		.full = jwt_get_grant_bool(jwt, "full") == 1,
		.expires = grant_time(jwt, "exp"),
	};
	if (claims->application <= 0 || claims->epoch <= 0 ||
	    !ring_stands(ring, claims->application, claims->epoch))
		return refuse(err);
	return true;
}

/* NULL: the signature is not the key's. */
static jwt_t *verify(const struct key *key, const char *token)
{
	jwt_t *jwt = NULL;

	if (jwt_decode(&jwt, token, (const unsigned char *)key->public_pem,
		(int)strlen(key->public_pem)) != 0)
		jwt = NULL;
	/* What OpenSSL says of it stays in this thread's queue, where TLS would
	 * take it for a failure of its own. */
	ERR_clear_error();
	return jwt;
}

bool token_read(const struct ring *ring, struct arena *arena, const char *token,
    struct claims *claims, bool *stranger, struct err *err)
{
	const struct key *key;
	struct parts parts;
	jwt_t *jwt;
	bool done;

	*stranger = false;
	if (strnlen(token, TOKEN_MAX + 1) > TOKEN_MAX ||
	    !split(token, &parts) || !canonical(parts.payload, 0) ||
	    !canonical(parts.signature, SIGNATURE_BYTES))
		return refuse(err);
	key = find_key(ring, parts.header, stranger);
	jwt = key == NULL ? NULL : verify(key, token);
	if (jwt == NULL)
		return refuse(err);
	done = jwt_get_alg(jwt) == JWT_ALG_ES256
		   ? read_claims(jwt, ring, arena, claims, err)
		   : refuse(err);
	jwt_free(jwt);
	return done;
}
