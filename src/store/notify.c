/* News: LISTEN, and the wait for a NOTIFY. */
#include "store.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* A channel is a word of ours, never a client's: it stands in the text. */
bool db_listen(struct db *db, const char *channel, struct err *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
	char sql[128];

	assert(channel[strspn(channel, letters)] == '\0');
	assert(strlen(channel) < 64);
	snprintf(sql, sizeof(sql), "listen %s", channel);
	return db_run(db, sql, err);
}

/* Takes what came: *any. */
static void take(struct db *db, bool *any)
{
	PGnotify *one;

	while ((one = PQnotifies(db->pg)) != NULL) {
		*any = true;
		PQfreemem(one);
	}
}

bool db_news(struct db *db, int ms, bool *any, struct err *err)
{
	int64_t until = clock_tick() + ms, left = ms;

	*any = false;
	if (!db_ready(db, err))
		return false;
	for (;;) {
		take(db, any);
		if (*any || left < 0)
			return true;
		if (!db_wait_input(db, (int)left, err))
			return false;
		left = until - clock_tick() > 0 ? until - clock_tick() : -1;
	}
}
