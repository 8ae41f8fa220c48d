/*
 * Signatures of OAuth 1.0a (RFC 5849), two-legged: the header that carries
 * one, the text that is signed, and whether a secret signed it. Parameters are
 * decoded and encoded again, since clients spell them in many ways.
 */
#include "oauth.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#define PARAMS_MAX 32  /* in a header */
#define VALUE_MAX 1024 /* bytes of one, decoded */

/* --- the header ----------------------------------------------------------- */

/* Percent-decoded; NULL: it is no text, or too long. */
static const char *decode(struct arena *arena, struct text part)
{
	char *text = arena_textn(arena, part.at, part.len);
	size_t len = part.len;

	if (!percent_decode(text, &len, false) || len > VALUE_MAX ||
	    !utf8_valid(text, len) || memchr(text, '\0', len) != NULL)
		return NULL;
	text[len] = '\0';
	return text;
}

#define BLANKS " \t"

/* name="value"; goes on behind it. */
static bool take_param(const char **at, struct arena *arena, struct param *out)
{
	struct text name = { *at, strcspn(*at, "=,\"" BLANKS) };
	struct text value;

	if (name.len == 0 || strncmp(name.at + name.len, "=\"", 2) != 0)
		return false;
	value.at = name.at + name.len + 2;
	value.len = strcspn(value.at, "\"\\");
	if (value.at[value.len] != '"')
		return false;
	*at = value.at + value.len + 1;
	out->name = decode(arena, name);
	out->value = decode(arena, value);
	return out->name != NULL && out->value != NULL;
}

/* All of the header's parameters, with commas between. */
static bool take_params(const char *header, struct arena *arena,
    struct param params[PARAMS_MAX], size_t *count)
{
	const char *at = header + strspn(header, BLANKS);

	*count = 0;
	for (;;) {
		if (*count == PARAMS_MAX ||
		    !take_param(&at, arena, &params[(*count)++]))
			return false;
		at += strspn(at, BLANKS);
		if (*at == '\0')
			return true;
		if (*at++ != ',')
			return false;
		at += strspn(at, BLANKS);
	}
}

static bool is_signed(const struct param *param)
{
	return strcmp(param->name, "realm") != 0 &&
	       strcmp(param->name, "oauth_signature") != 0;
}

static bool comes_twice(const struct param *params, size_t count,
    const struct param *param)
{
	for (size_t i = 0; i < count; i++)
		if (&params[i] != param &&
		    strcmp(params[i].name, param->name) == 0)
			return true;
	return false;
}

static const char *find(const struct param *params, size_t count,
    const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(params[i].name, name) == 0)
			return params[i].value;
	return NULL;
}

/* Those that must be there, by the place where they go. */
static bool take_needed(struct signature *out, const struct param *params,
    size_t count, struct err *err)
{
	const char *time = NULL;
	const struct {
		const char *name;
		const char **at;
	} needed[] = {
		{ "oauth_consumer_key", &out->consumer },
		{ "oauth_signature_method", &out->method },
		{ "oauth_signature", &out->proof },
		{ "oauth_timestamp", &time },
		{ "oauth_nonce", &out->nonce },
	};

	for (size_t i = 0; i < array_length(needed); i++) {
		const char *value = find(params, count, needed[i].name);

		if (value == NULL || *value == '\0')
			return fail(err, FAULT_BAD_REQUEST,
			    "The header Authorization has no %s.",
			    needed[i].name);
		*needed[i].at = value;
	}
	if (!text_integer((struct text){ time, strlen(time) }, 1,
		INT64_MAX / SECOND / 2, &out->time))
		return fail(err, FAULT_BAD_REQUEST,
		    "oauth_timestamp is the seconds since 1970.");
	out->time *= SECOND;
	return true;
}

static const struct method {
	const char *name;
	const EVP_MD *(*digest)(void);
} methods[] = {
	{ "HMAC-SHA1", EVP_sha1 },
	{ "HMAC-SHA256", EVP_sha256 },
};

static const struct method *find_method(const char *name)
{
	for (size_t i = 0; i < array_length(methods); i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return NULL;
}

/* What may be there, and has one value only. */
static bool check_others(const struct signature *signature,
    const struct param *params, size_t count, struct err *err)
{
	const char *version = find(params, count, "oauth_version");
	const char *token = find(params, count, "oauth_token");

	if (find_method(signature->method) == NULL)
		return fail(err, FAULT_BAD_REQUEST,
		    "oauth_signature_method is HMAC-SHA256 or HMAC-SHA1.");
	if (version != NULL && strcmp(version, "1.0") != 0)
		return fail(err, FAULT_BAD_REQUEST, "oauth_version is 1.0.");
	if (token != NULL && *token != '\0')
		return fail(err, FAULT_BAD_REQUEST,
		    "There are no tokens here: oauth_token is empty.");
	return true;
}

bool signature_read(struct signature *out, struct arena *arena,
    const char *header, struct err *err)
{
	struct param params[PARAMS_MAX];
	struct param *kept = arena_alloc(arena, sizeof(params));
	size_t count;

	*out = (struct signature){ .params = { kept, 0 } };
	if (!take_params(header, arena, params, &count))
		return fail(err, FAULT_BAD_REQUEST,
		    "The header Authorization is not as OAuth 1.0 writes it.");
	for (size_t i = 0; i < count; i++) {
		if (comes_twice(params, count, &params[i]))
			return fail(err, FAULT_BAD_REQUEST,
			    "The header Authorization says something twice.");
		if (is_signed(&params[i]))
			kept[out->params.count++] = params[i];
	}
	return take_needed(out, params, count, err) &&
	       check_others(out, params, count, err);
}

/* --- the text that is signed ---------------------------------------------- */

void signature_base(struct buf *out, struct arena *arena,
    const struct signature *signature, const struct signed_request *request)
{
	const struct params *lists[] = { &signature->params, &request->query,
		&request->body };
	struct buf url = { 0 };
	struct param *all;
	size_t total = 0;

	for (size_t i = 0; i < array_length(lists); i++)
		total += lists[i]->count;
	all = arena_alloc(arena, total * sizeof(*all));
	total = 0;
	for (size_t i = 0; i < array_length(lists); i++)
		for (size_t k = 0; k < lists[i]->count; k++)
			all[total++] = lists[i]->at[k];
	buf_puts(&url, request->base_url);
	buf_puts(&url, request->path);
	signed_text(out, arena,
	    &(struct signed_parts){ request->method, buf_text(&url), all,
		total });
	buf_free(&url);
}

/* --- the signature -------------------------------------------------------- */

bool signature_fits(const struct signature *signature, struct text base,
    struct text secret)
{
	const struct method *method = find_method(signature->method);
	unsigned char made[EVP_MAX_MD_SIZE];
	struct buf key = { 0 }, told = { 0 };
	unsigned len = 0;
	bool fits = false;

	/* Room at once, so that no copy of the secret is left behind. */
	buf_reserve(&key, 3 * secret.len + 2);
	percent_encode(&key, secret.at, secret.len);
	buf_char(&key, '&');
	if (method != NULL && key.len <= INT32_MAX &&
	    HMAC(method->digest(), key.data, (int)key.len,
		(const unsigned char *)base.at, base.len, made, &len) != NULL)
		fits = base64_decode(&told, signature->proof,
			   strlen(signature->proof)) &&
		       told.len == len && equal_secret(told.data, made, len);
	OPENSSL_cleanse(key.data, key.cap);
	buf_free(&key);
	buf_free(&told);
	return fits;
}
