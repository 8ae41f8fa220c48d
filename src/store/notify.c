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

bool db_news(struct db *db, struct arena *arena, int ms, const char **channel,
    const char **payload, struct err *err)
{
	int64_t until = clock_tick() + ms, left = ms;
	PGnotify *news;

	*channel = *payload = NULL;
	if (!db_ready(db, err))
		return false;
	while ((news = PQnotifies(db->pg)) == NULL) {
		if (left < 0)
			return true;
		if (!db_wait_input(db, (int)left, err))
			return false;
		left = until - clock_tick() > 0 ? until - clock_tick() : -1;
	}
	*channel = arena_text(arena, news->relname);
	*payload = arena_text(arena, news->extra);
	PQfreemem(news);
	return true;
}
