/* A reader: a connection to Postgres that is opened when it is needed, and what
 * is known of versions. */
#include "publish.h"

#include <assert.h>
#include <string.h>

/* After a connection was refused, nobody tries for so long (ms). */
#define PAUSE_MS 250

struct reader *reader_new(const char *database_url)
{
	struct reader *reader = memory_new(sizeof(*reader));

	reader->url = database_url;
	reader->scratch = arena_new();
	reader->plan_arena = arena_new();
	return reader;
}

static void disconnect(struct reader *reader)
{
	db_close(reader->db);
	reader->db = NULL;
}

void reader_free(struct reader *reader)
{
	if (reader == NULL)
		return;
	disconnect(reader);
	while (reader->districts != NULL) {
		struct times *next = reader->districts->next;

		times_free(reader->districts);
		reader->districts = next;
	}
	arena_free(reader->scratch);
	arena_free(reader->plan_arena);
	memory_free(reader);
}

bool reader_db(struct reader *reader, int64_t deadline, struct db **db,
    struct err *err)
{
	if (reader->db != NULL && !db_usable(reader->db))
		disconnect(reader);
	if (reader->db == NULL) {
		if (clock_tick() < reader->pause)
			return fail(err, FAULT_UNAVAILABLE,
			    "the database was not to be reached just now");
		if (!db_open(&reader->db, reader->url, DB_SERVE, err)) {
			reader->db = NULL;
			reader->pause = clock_tick() + PAUSE_MS;
			err->fault = FAULT_UNAVAILABLE;
			return false;
		}
	}
	db_deadline(reader->db, deadline);
	*db = reader->db;
	return true;
}

struct times *reader_times(struct reader *reader, int64_t district)
{
	struct times *times = reader->districts;

	while (times != NULL && times->district != district)
		times = times->next;
	if (times != NULL)
		return times;
	times = memory_new(sizeof(*times));
	times->district = district;
	times->live = -1;
	times->next = reader->districts;
	reader->districts = times;
	return times;
}

struct membership *reader_membership(struct reader *reader, int64_t application)
{
	return &reader->memberships[(uint64_t)application %
				    array_length(reader->memberships)];
}

/* --- plans -----------------------------------------------------------------
 */

static bool is_for(const struct plan *plan, const struct selection *sel,
    const char *base)
{
	return plan->entity == sel->entity && plan->version == sel->version &&
	       plan->fields == sel->fields && strcmp(plan->base, base) == 0;
}

static const char *columns_of(struct arena *arena, const struct emit_plan *emit)
{
	struct buf columns = { 0 };
	const char *copy;

	emit_columns(emit, &columns);
	if (columns.len > 0)
		buf_puts(&columns, ", ");
	copy = arena_textn(arena, columns.data, columns.len);
	buf_free(&columns);
	return copy;
}

const struct plan *reader_plan(struct reader *reader,
    const struct selection *sel, const char *base)
{
	struct arena *arena = reader->plan_arena;
	struct plan *plan = reader->plans;

	for (; plan < reader->plans + reader->plan_count; plan++)
		if (is_for(plan, sel, base))
			return plan;
	assert(reader->plan_count < PLANS_MAX);
	reader->plan_count++;
	*plan = (struct plan){ sel->entity, sel->version, sel->fields,
		arena_text(arena, base), emit_plan_new(arena, sel, base),
		NULL };
	plan->columns = columns_of(arena, plan->emit);
	return plan;
}

void reader_refresh(struct reader *reader)
{
	if (reader->plan_count <= PLANS_MAX - READINGS_MAX)
		return;
	arena_reset(reader->plan_arena);
	reader->plan_count = 0;
}
