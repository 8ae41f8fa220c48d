/* Events: written down where they happen, for whoever is to be told. */
#include "store.h"

#include <inttypes.h>
#include <stdio.h>

bool event_put(struct db *db, const struct event *event, struct err *err)
{
	struct arena *arena = arena_new();
	char district[24], now[CLOCK_TEXT];
	const struct values values = { 5,
		{ district, event->kind, event->subject, event->data, now } };
	bool done;

	snprintf(district, sizeof(district), "%" PRId64, event->district);
	clock_format(now, clock_now());
	done = db_ask(db, arena, STATEMENT_event_put, &values, NULL, err);
	arena_free(arena);
	return done;
}
