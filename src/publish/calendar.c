/* Sessions that are near today are others tomorrow: what grants see changes
 * with the calendar, though no record does. */
#include "publish.h"

/* *live is 0 when there is nothing to look at. */
static bool begin_day(struct db *db, struct arena *arena, int64_t district,
    int64_t *live, struct err *err)
{
	char now[CLOCK_TEXT];
	const struct values which = { 1, { arena_number(arena, district) } };
	struct values day = { 2, { arena_number(arena, district), now } };
	const struct rows *rows;

	clock_format(now, clock_now());
	*live = 0;
	if (!db_ask(db, arena, STATEMENT_district_stale, &day, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return true;
	if (!db_ask(db, arena, STATEMENT_roster_lock_briefly, &which, NULL,
		err) ||
	    !db_ask(db, arena, STATEMENT_version_live, &which, &rows, err))
		return false;
	*live = rows_integer(rows, 0, 0);
	return true;
}

static bool add_day(struct db *db, struct arena *arena, int64_t district,
    int64_t version, struct err *err)
{
	struct values values = { 6,
		{ arena_number(arena, district), arena_number(arena, version),
		    "0", "{}", arena_number(arena, clock_now()),
		    "another day" } };

	return db_ask(db, arena, STATEMENT_version_add, &values, NULL, err);
}

static bool turn(struct db *db, struct arena *arena, int64_t district,
    int64_t *version, struct err *err)
{
	int64_t live, changes = 0;

	*version = 0;
	if (!begin_day(db, arena, district, &live, err))
		return false;
	if (live == 0)
		return true;
	if (!compile_version(db, district, live + 1, &changes, err))
		return false;
	if (changes == 0)
		return true;
	*version = live + 1;
	return add_day(db, arena, district, live + 1, err);
}

bool grants_turn(struct db *db, int64_t district, int64_t *version,
    struct err *err)
{
	struct arena *arena = arena_new();
	bool done = db_begin(db, err) &&
		    turn(db, arena, district, version, err) &&
		    db_commit(db, err);

	if (!done)
		db_rollback(db);
	arena_free(arena);
	return done;
}
