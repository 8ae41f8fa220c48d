/* Since when a server is asked for what changed, instead of for everything. */
#include "rest.h"

#define OVERLAP_MINUTES 60

/* Whatever else settings say, another server, or other lists, are read anew. */
static const char *key_of(const struct source *source)
{
	static const char *const parts[] = { "url", "version", "entities" };
	struct buf key = { 0 };
	const char *text;

	for (size_t i = 0; i < array_length(parts); i++) {
		char *part =
		    json_dumps(json_object_get(source->settings, parts[i]),
			JSON_ENCODE_ANY);

		buf_printf(&key, "%s ", part != NULL ? part : "");
		memory_free(part);
	}
	text = arena_text(source->arena, buf_text(&key));
	buf_free(&key);
	return text;
}

bool since_find(struct since *since, const struct source *source,
    struct roster *roster, struct err *err)
{
	const struct values values = { 3,
		{ arena_number(source->arena, source->district), source->name,
		    since->key = key_of(source) } };
	const struct rows *rows;

	since->every = source_number(source, "fullEvery", 1);
	if (since->every <= 1)
		return true;
	if (!db_ask(source->db, source->arena, STATEMENT_reading_find, &values,
		&rows, err))
		return false;
	if (rows_count(rows) == 0 ||
	    rows_integer(rows, 0, 1) + 1 >= since->every)
		return true;
	roster->delta = true;
	since->when = rows_integer(rows, 0, 0);
	since->deltas = (int)rows_integer(rows, 0, 1) + 1;
	return true;
}

void since_note(struct since *since, struct text modified)
{
	int64_t when;

	if (modified.at != NULL && clock_parse(modified, &when) &&
	    when > since->seen)
		since->seen = when;
}

/* Since the latest change that this reading saw, or since it began, by their
 * clock; and somewhat more, for what was written while that was read. It never
 * goes back. */
void since_tell(const struct since *since, const struct source *source,
    int64_t began, struct fetched *out)
{
	int64_t overlap =
	    source_number(source, "overlapMinutes", OVERLAP_MINUTES) * 60000 +
	    1;
	int64_t next = began > 0 && began < since->seen ? began : since->seen;
	char *text = arena_alloc(source->arena, CLOCK_TEXT);

	if (since->every <= 1)
		return;
	next -= overlap;
	if (next < since->when)
		next = since->when;
	/* None was dated: the next one is full as well. */
	if (next <= 0)
		return;
	clock_format(text, next);
	out->since = text;
	out->key = since->key;
	out->deltas = since->deltas;
}
