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
	reader->rows = arena_new();
	reader->plan_arena = arena_new();
	return reader;
}

void reader_disconnect(struct reader *reader)
{
	db_close(reader->db);
	reader->db = NULL;
}

void reader_free(struct reader *reader)
{
	if (reader == NULL)
		return;
	reader_disconnect(reader);
	while (reader->districts != NULL) {
		struct times *next = reader->districts->next;

		times_free(reader->districts);
		reader->districts = next;
	}
	arena_free(reader->scratch);
	arena_free(reader->rows);
	arena_free(reader->plan_arena);
	memory_free(reader);
}

void reader_rest(struct reader *reader)
{
	arena_reset(reader->rows);
}

bool reader_db(struct reader *reader, int64_t deadline, struct db **db,
    struct err *err)
{
	if (reader->db != NULL && !db_usable(reader->db))
		reader_disconnect(reader);
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

/* --- plans ---------------------------------------------------------------- */

static bool is_for(const struct plan *plan, const struct selection *sel,
    const char *base)
{
	return plan->entity == sel->entity && plan->version == sel->version &&
	       plan->word_booleans == sel->word_booleans &&
	       plan->fields == sel->fields && strcmp(plan->base, base) == 0;
}

/* Which of the selected fields is the sourcedId; -1: it is not among them. */
static int find_id(const struct selection *sel)
{
	int place = 0;

	for_each_field (f, sel->entity->fields) {
		if ((sel->fields >> (f - sel->entity->fields) & 1) == 0)
			continue;
		if (f->kind == ID)
			return place;
		place++;
	}
	return -1;
}

/* Every row brings its sourcedId: the next page begins behind it. */
static void add_columns(struct plan *plan, struct arena *arena,
    const struct selection *sel)
{
	struct buf columns = { 0 };

	emit_columns(plan->emit, &columns);
	plan->count = emit_column_count(plan->emit);
	plan->id = find_id(sel);
	if (plan->id < 0) {
		buf_puts(&columns, ", t.sourced_id");
		plan->id = plan->count++;
	}
	plan->columns = arena_textn(arena, columns.data, columns.len);
	buf_free(&columns);
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
	*plan = (struct plan){
		.entity = sel->entity,
		.version = sel->version,
		.word_booleans = sel->word_booleans,
		.fields = sel->fields,
		.base = arena_text(arena, base),
		.emit = emit_plan_new(arena, sel, base),
	};
	add_columns(plan, arena, sel);
	return plan;
}

void reader_refresh(struct reader *reader)
{
	if (reader->plan_count <= PLANS_MAX - READINGS_MAX)
		return;
	arena_reset(reader->plan_arena);
	reader->plan_count = 0;
}
