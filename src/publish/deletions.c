/*
 * Deletions are told for as long as history is kept. Who asks what changed
 * since an earlier time gets all that there is, but does not hear of what went
 * before: the answer says from when on it tells.
 */
#include "publish.h"

#include <string.h>

/* The first version whose changes the clause lets by; 0: it is about something
 * else. */
static int64_t first_version(const struct clause *c, const struct times *times)
{
	struct text literal = { c->value, strlen(c->value) };
	int64_t when;

	if (c->field->kind != MODIFIED ||
	    (c->predicate != MORE && c->predicate != AT_LEAST) ||
	    !clock_parse(literal, &when))
		return 0;
	return times_first(times, when, c->predicate == MORE);
}

/* Of the filter; INT64_MAX: it does not ask for changes. */
static int64_t reaches_back(const struct filter *filter,
    const struct times *times)
{
	int64_t first = INT64_MAX;

	for (int i = 0; i < filter->count; i++) {
		int64_t of = first_version(&filter->clauses[i], times);

		if (of > 0 && of < first)
			first = of;
	}
	return first;
}

void deletions_compose(struct reading *reading)
{
	struct asked *asked = reading->asked;
	const struct filter *filter = &reading->question.sel.filter;

	if (reaches_back(filter, asked->times) == INT64_MAX)
		return;
	asked->purged = sql_new(reading->arena);
	sql_put(asked->purged, "SELECT max(t.version) FROM homeroom.version t"
			       " WHERE t.purged");
}

void deletions_hear(struct reading *reading, const struct rows *purged)
{
	const struct times *times = reading->asked->times;
	int64_t last = rows_integer(purged, 0, 0);

	if (last == 0 ||
	    reaches_back(&reading->question.sel.filter, times) > last)
		return;
	for (int i = 0; i < times->count; i++)
		if (times->moments[i].version > last) {
			memcpy(reading->answer.deletions_since,
			    times->moments[i].text, CLOCK_TEXT);
			return;
		}
}
