/* What a client sends to the token endpoint: a form, or HTTP Basic. */
#include "oauth.h"

#include <string.h>

/* Decoded, and a text that may go on; NULL when it is neither. */
static char *decode(struct arena *arena, const char *at, size_t len)
{
	char *text = arena_textn(arena, at, len);

	if (!percent_decode(text, &len, true) || !utf8_valid(text, len) ||
	    memchr(text, '\0', len) != NULL)
		return NULL;
	text[len] = '\0';
	return text;
}

/* The place of a parameter that we know; NULL: it is not ours to judge. */
static const char **find(struct form *form, const char *name)
{
	const struct {
		const char *name;
		const char **at;
	} known[] = {
		{ "grant_type", &form->grant_type },
		{ "scope", &form->scope },
		{ "client_id", &form->client_id },
		{ "client_secret", &form->client_secret },
		{ "client_assertion", &form->client_assertion },
		{ "client_assertion_type", &form->client_assertion_type },
	};

	for (size_t i = 0; i < array_length(known); i++)
		if (strcmp(known[i].name, name) == 0)
			return known[i].at;
	return NULL;
}

static bool read_pair(struct param *out, struct arena *arena, struct text pair,
    struct err *err)
{
	const char *equals = memchr(pair.at, '=', pair.len);
	size_t len = equals == NULL ? pair.len : (size_t)(equals - pair.at);

	out->name = decode(arena, pair.at, len);
	out->value = "";
	if (equals != NULL)
		out->value = decode(arena, equals + 1, pair.len - len - 1);
	return (out->name != NULL && out->value != NULL) ||
	       fail(err, FAULT_BAD_REQUEST,
		   "the body is not form-encoded UTF-8");
}

static size_t count_pairs(struct text body)
{
	size_t pairs = 1;

	for (size_t i = 0; i < body.len; i++)
		pairs += body.at[i] == '&';
	return pairs;
}

bool form_params(struct params *out, struct arena *arena, struct text body,
    struct err *err)
{
	struct param *at = arena_alloc(arena, count_pairs(body) * sizeof(*at));

	*out = (struct params){ at, 0 };
	while (body.len > 0) {
		const char *end = memchr(body.at, '&', body.len);
		size_t len = end == NULL ? body.len : (size_t)(end - body.at);
		struct text pair = { body.at, len };

		if (len > 0 && !read_pair(&at[out->count++], arena, pair, err))
			return false;
		len += end != NULL;
		body.at += len;
		body.len -= len;
	}
	return true;
}

/* RFC 6749 §3.2: a parameter without a value counts as omitted. */
static void omit_empty(const char **value)
{
	if (*value != NULL && **value == '\0')
		*value = NULL;
}

static bool take(struct form *form, const struct param *param, struct err *err)
{
	const char **at = find(form, param->name);

	if (at == NULL)
		return true;
	if (*at != NULL)
		return fail(err, FAULT_BAD_REQUEST, "%s comes twice",
		    param->name);
	*at = param->value;
	return true;
}

bool form_read(struct form *form, struct arena *arena, struct text body,
    struct err *err)
{
	struct params params;

	if (!form_params(&params, arena, body, err))
		return false;
	for (size_t i = 0; i < params.count; i++)
		if (!take(form, &params.at[i], err))
			return false;
	omit_empty(&form->grant_type);
	omit_empty(&form->scope);
	omit_empty(&form->client_id);
	omit_empty(&form->client_secret);
	omit_empty(&form->client_assertion);
	omit_empty(&form->client_assertion_type);
	return true;
}

bool form_basic(struct form *form, struct arena *arena, const char *encoded,
    struct err *err)
{
	struct buf both = { 0 };
	const char *colon = NULL;

	if (base64_decode(&both, encoded, strlen(encoded)) && both.len > 0)
		colon = memchr(both.data, ':', both.len);
	if (colon != NULL) {
		size_t len = (size_t)(colon - both.data);

		form->client_id = decode(arena, both.data, len);
		form->client_secret =
		    decode(arena, colon + 1, both.len - len - 1);
	}
	buf_free(&both);
	if (colon == NULL || form->client_id == NULL ||
	    form->client_secret == NULL)
		return fail(err, FAULT_BAD_CLIENT,
		    "these are no credentials of HTTP Basic");
	return true;
}
