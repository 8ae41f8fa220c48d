/* Lists of values as JSON, in and out. */
#include "sync.h"

#include <assert.h>

static void release(void *object)
{
	json_decref(object);
}

json_t *json_read(struct arena *arena, const char *text)
{
	json_error_t wrong;
	json_t *json = json_loads(text, JSON_DECODE_ANY, &wrong);

	assert(json != NULL);
	arena_defer(arena, release, json);
	return json;
}

void json_quoted(struct buf *out, struct text text)
{
	json_quote(out, text.at, text.len);
}

static void key(struct buf *out, const char *name)
{
	if (out->len > 0)
		buf_char(out, ',');
	json_quoted(out, text_of(name));
	buf_char(out, ':');
}

void json_values(struct buf *out, const char *name, const struct text *values,
    int count)
{
	key(out, name);
	buf_char(out, '[');
	for (int i = 0; i < count; i++) {
		if (i > 0)
			buf_char(out, ',');
		json_quoted(out, values[i]);
	}
	buf_char(out, ']');
}

void json_pair(struct buf *out, const char *name, struct text value)
{
	key(out, name);
	json_quoted(out, value);
}

const char *json_nth(const json_t *list, size_t i)
{
	return json_string_value(json_array_get(list, i));
}
