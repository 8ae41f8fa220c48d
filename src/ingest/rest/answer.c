/* What an answer says: its JSON, its list, its total. Tolerant where servers
 * differ and nothing must be guessed. */
#include "rest.h"

#include <string.h>
#include <strings.h>

static void free_json(void *json)
{
	json_decref(json);
}

bool answer_json(struct call *call, json_t **out, struct err *err)
{
	const struct remote_answer *answer = &call->answer;
	const char *type = remote_header(answer, "Content-Type");
	const char *at = answer->body;
	size_t left = answer->body_length;

	if (left >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) {
		at += 3;
		left -= 3;
	}
	*out = json_loadb(at, left, JSON_ALLOW_NUL, NULL);
	if (*out == NULL)
		return fail(err, FAULT_UNAVAILABLE,
		    "its answer is no JSON (%.60s, %zu bytes), though its "
		    "status is 200",
		    type != NULL ? type : "of no type", answer->body_length);
	arena_defer(call->arena, free_json, *out);
	return true;
}

/* --- lists ---------------------------------------------------------------- */

/* Says no more than that there is an error: its text is theirs. */
static bool is_failure(const json_t *status)
{
	const char *major =
	    json_string_value(json_object_get(status, "imsx_codeMajor"));

	return major != NULL && strcasecmp(major, "success") != 0;
}

static bool says_failure(const json_t *body)
{
	const json_t *set = json_object_get(body, "statusInfoSet");
	const json_t *status;
	size_t i;

	if (is_failure(body) ||
	    is_failure(json_object_get(body, "imsx_StatusInfo")))
		return true;
	json_array_foreach(set, i, status) if (is_failure(status)) return true;
	return false;
}

static json_t *member_nocase(json_t *body, const char *name)
{
	const char *key;
	json_t *value;

	if (name != NULL)
		json_object_foreach(body, key,
		    value) if (strcasecmp(key, name) == 0) return value;
	return NULL;
}

/* The one list that there is, whatever it is called. */
static json_t *only_list(json_t *body)
{
	json_t *value, *found = NULL;
	const char *key;

	json_object_foreach(body, key, value)
	{
		if (!json_is_array(value) || strcmp(key, "statusInfoSet") == 0)
			continue;
		if (found != NULL)
			return NULL;
		found = value;
	}
	return found;
}

static json_t *as_list(json_t *body, json_t *value)
{
	json_t *list;

	if (json_is_array(value))
		return value;
	/* The body owns it, so that it goes with it. */
	list = json_array();
	if (json_is_object(value))
		json_array_append(list, value);
	json_object_set_new(body, "\x01 as a list", list);
	return list;
}

json_t *answer_list(json_t *body, const char *many, const char *one,
    struct err *err)
{
	json_t *value;

	if (json_is_array(body))
		return body;
	if (says_failure(body)) {
		err_set(err, FAULT_UNAVAILABLE,
		    "its answer tells of a failure, though its status is 200");
		return NULL;
	}
	value = member_nocase(body, many);
	if (value == NULL)
		value = member_nocase(body, one);
	if (json_is_array(value) || json_is_object(value))
		return as_list(body, value);
	value = value == NULL ? only_list(body) : NULL;
	if (value == NULL)
		err_set(err, FAULT_UNAVAILABLE, "its answer has no list '%s'",
		    many);
	return value;
}

int64_t answer_total(const struct call *call)
{
	const char *text = remote_header(&call->answer, "X-Total-Count");
	int64_t total;

	if (text == NULL || !text_integer((struct text){ text, strlen(text) },
				0, INT64_MAX, &total))
		return -1;
	return total;
}

/* --- values --------------------------------------------------------------- */

struct text answer_text(struct arena *arena, const json_t *value)
{
	const char *text = NULL;

	if (json_is_string(value))
		return (struct text){ json_string_value(value),
			json_string_length(value) };
	if (json_is_integer(value))
		text = arena_printf(arena, "%" JSON_INTEGER_FORMAT,
		    json_integer_value(value));
	else if (json_is_real(value))
		text = arena_printf(arena, "%.15g", json_real_value(value));
	else if (json_is_boolean(value))
		text = json_is_true(value) ? "true" : "false";
	return (struct text){ text, text != NULL ? strlen(text) : 0 };
}
