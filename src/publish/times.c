/* What a reader knows of a district's versions: rows carry the number of the
 * version that brought them, clients see and compare its time. */
#include "publish.h"

#include <assert.h>
#include <string.h>

static void add(struct times *times, int64_t version, int64_t published)
{
	struct moment *last =
	    times->count > 0 ? &times->moments[times->count - 1] : NULL;

	if (times->count == times->room) {
		times->room = times->room > 0 ? 2 * times->room : 64;
		times->moments = memory_grow(times->moments,
		    (size_t)times->room * sizeof(*times->moments));
		last =
		    times->count > 0 ? &times->moments[times->count - 1] : NULL;
	}
	assert(times->moments != NULL);
	/* A clock that was set back must not turn the versions' order, or
	 * ranges of times would not be ranges of versions. */
	if (last != NULL && published < last->published)
		published = last->published;
	times->moments[times->count] =
	    (struct moment){ .version = version, .published = published };
	clock_format(times->moments[times->count++].text, published);
}

static bool learn_rows(struct times *times, struct db *db, struct arena *arena,
    const char *district, const char *live, struct err *err)
{
	struct values values = { 2, { district, live } };
	const struct rows *rows;

	for (size_t i = 0; i < array_length(times->rows); i++)
		times->rows[i] = -1;
	if (!db_ask(db, arena, STATEMENT_version_rows, &values, &rows, err))
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		struct text name = { rows_get(rows, i, 0),
			rows_length(rows, i, 0) };
		const struct entity *entity = entity_find(name);

		if (entity != NULL &&
		    entity->number < (int)array_length(times->rows))
			times->rows[entity->number] = rows_integer(rows, i, 1);
	}
	return true;
}

bool times_learn(struct times *times, struct db *db, struct arena *arena,
    int64_t live, struct err *err)
{
	int64_t known =
	    times->count > 0 ? times->moments[times->count - 1].version : 0;
	const char *district = arena_number(arena, times->district);
	struct values values = { 2, { district, arena_number(arena, known) } };
	const struct rows *rows;

	if (!db_ask(db, arena, STATEMENT_version_times, &values, &rows, err))
		return false;
	for (int i = 0; i < rows_count(rows); i++)
		add(times, rows_integer(rows, i, 0), rows_integer(rows, i, 1));
	if (!learn_rows(times, db, arena, district, arena_number(arena, live),
		err))
		return false;
	times->live = live;
	return true;
}

void times_free(struct times *times)
{
	memory_free(times->moments);
	memory_free(times);
}

/* The place of the first moment whose version is not below this one. */
static int place_of(const struct times *times, int64_t version)
{
	int low = 0, high = times->count;

	while (low < high) {
		int middle = (low + high) / 2;

		if (times->moments[middle].version < version)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct moment *times_find(const struct times *times, int64_t version)
{
	int64_t guess =
	    times->count > 0 ? version - times->moments[0].version : -1;
	int place;

	/* Versions count up by one, nearly always. */
	if (guess >= 0 && guess < times->count &&
	    times->moments[guess].version == version)
		return &times->moments[guess];
	place = place_of(times, version);
	if (place < times->count && times->moments[place].version == version)
		return &times->moments[place];
	return NULL;
}

int64_t times_first(const struct times *times, int64_t when, bool behind)
{
	for (int i = 0; i < times->count; i++) {
		int64_t published = times->moments[i].published;

		if (published > when || (published == when && !behind))
			return times->moments[i].version;
	}
	return INT64_MAX;
}
