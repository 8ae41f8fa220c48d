/*
 * Signed tokens as they come in (RFC 7515, compact). libjwt checks signatures;
 * that a token has one spelling and one algorithm is seen to here.
 */
#include "oauth.h"

#include <string.h>

#include <jansson.h>
#include <jwt.h>
#include <openssl/err.h>

#define JWS_MAX 8192

/* RFC 7518 §3.3 and §3.4. */
static const struct algorithm {
	const char *name;
	jwt_alg_t alg;
	size_t bytes; /* of a signature; 0: as many as the key's */
} algorithms[] = {
	{ "ES256", JWT_ALG_ES256, 64 },
	{ "RS256", JWT_ALG_RS256, 0 },
};

static const struct algorithm *find(const char *name)
{
	for (size_t i = 0; name != NULL && i < array_length(algorithms); i++)
		if (strcmp(algorithms[i].name, name) == 0)
			return &algorithms[i];
	return NULL;
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

bool jws_split(struct jws *out, const char *token)
{
	const char *first = strchr(token, '.');
	const char *second = first == NULL ? NULL : strchr(first + 1, '.');

	if (strnlen(token, JWS_MAX + 1) > JWS_MAX || second == NULL ||
	    strchr(second + 1, '.') != NULL)
		return false;
	*out = (struct jws){
		.token = token,
		.header = { token, (size_t)(first - token) },
		.payload = { first + 1, (size_t)(second - first - 1) },
		.signature = { second + 1, strlen(second + 1) },
	};
	return out->header.len > 0 && out->payload.len > 0 &&
	       canonical(out->payload, 0);
}

json_t *jws_object(struct text part)
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

const char *jws_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

int64_t jws_time(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	double seconds = json_number_value(value);

	if (value == NULL)
		return 0;
	return seconds > 0 && seconds < 1e12 ? (int64_t)seconds * SECOND : -1;
}

const char *jws_algorithm(const json_t *header)
{
	const struct algorithm *algorithm = find(jws_text(header, "alg"));

	return algorithm == NULL || json_object_get(header, "crit") != NULL
		   ? NULL
		   : algorithm->name;
}

bool jws_verify(const struct jws *jws, const char *algorithm, const char *pem)
{
	const struct algorithm *wanted = find(algorithm);
	jwt_t *jwt = NULL;
	bool good;

	if (wanted == NULL || jws->signature.len == 0 ||
	    !canonical(jws->signature, wanted->bytes))
		return false;
	good = jwt_decode(&jwt, jws->token, (const unsigned char *)pem,
		   (int)strlen(pem)) == 0 &&
	       jwt_get_alg(jwt) == wanted->alg;
	jwt_free(jwt);
	/* What OpenSSL says of it stays in this thread's queue, where TLS would
	 * take it for a failure of its own. */
	ERR_clear_error();
	return good;
}
