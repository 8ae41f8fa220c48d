/* What a request says beside its path: query parameters and headers. */
#include "edge.h"

#include <string.h>
#include <strings.h>

const char *request_header(const struct request *rq, const char *name)
{
	const struct exchange *exchange = rq->edge;

	return head_field(&exchange->head, name);
}

const char *request_param(const struct request *rq, const char *name)
{
	for (size_t i = rq->param_count; i > 0; i--)
		if (strcmp(rq->params[i - 1].name, name) == 0)
			return rq->params[i - 1].value;
	return NULL;
}

bool request_media(const struct request *rq, const char *media, struct err *err)
{
	const char *type = request_header(rq, "Content-Type");
	size_t len = type == NULL ? 0 : strcspn(type, "; \t");

	if (type == NULL || !text_is_nocase((struct text){ type, len }, media))
		return fail(err, FAULT_BAD_MEDIA, "The body must be %s.",
		    media);
	return true;
}

static bool decode(struct arena *arena, struct text text, const char **out,
    struct err *err)
{
	char *copy = arena_textn(arena, text.at, text.len);
	size_t len = text.len;

	if (!percent_decode(copy, &len, true) || !utf8_valid(copy, len))
		return fail(err, FAULT_BAD_REQUEST,
		    "A query parameter is not UTF-8, percent-encoded.");
	copy[len] = '\0';
	*out = copy;
	return true;
}

/* Splits at the first '=': a filter holds more of them. */
static bool parse_param(struct arena *arena, struct text pair,
    struct param *param, struct err *err)
{
	const char *equals = memchr(pair.at, '=', pair.len);
	struct text name = pair, value = { "", 0 };

	if (equals != NULL) {
		name.len = (size_t)(equals - pair.at);
		value = (struct text){ equals + 1, pair.len - name.len - 1 };
	}
	return decode(arena, name, &param->name, err) &&
	       decode(arena, value, &param->value, err);
}

static size_t count_pairs(const char *query)
{
	size_t pairs = 1;

	while ((query = strchr(query, '&')) != NULL) {
		pairs++;
		query++;
	}
	return pairs;
}

bool params_parse(struct request *rq, struct err *err)
{
	const char *at = rq->query;
	struct param *params;

	if (at == NULL)
		return true;
	params = arena_alloc(rq->arena, count_pairs(at) * sizeof(*params));
	rq->params = params;
	while (*at != '\0') {
		struct text pair = { at, strcspn(at, "&") };

		if (pair.len > 0) {
			if (!parse_param(rq->arena, pair,
				&params[rq->param_count], err))
				return false;
			rq->param_count++;
		}
		at += pair.len + (at[pair.len] == '&');
	}
	return true;
}
