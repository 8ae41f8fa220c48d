/* Lists that a reading has brought home before it broke off. The next one
 * takes them as they are, when the server proves that they still are so. */
#include "rest.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOURS 6
#define MARGIN (5 * INT64_C(60000)) /* what was being written as it began */

static const char *path_of(const struct kept *kept)
{
	return arena_printf(kept->source->arena, "%s/kept.json", kept->folder);
}

static void free_json(void *json)
{
	json_decref(json);
}

/* What another reading left is of use while it is young, and of the same
 * lists. */
static bool is_ours(const json_t *state, const char *key)
{
	const char *said = json_string_value(json_object_get(state, "key"));
	int64_t at = json_integer_value(json_object_get(state, "at"));

	return said != NULL && strcmp(said, key) == 0 && at <= clock_now() &&
	       clock_now() - at < HOURS * INT64_C(3600000);
}

bool kept_open(struct kept *kept, const struct source *source, const char *key,
    bool fresh, struct err *err)
{
	kept->source = source;
	kept->folder = arena_printf(source->arena, "%s/reading", source->home);
	kept->state = json_load_file(path_of(kept), 0, NULL);
	if (fresh || !is_ours(kept->state, key)) {
		json_decref(kept->state);
		kept->state = NULL;
		folder_remove(kept->folder);
	}
	if (kept->state == NULL) {
		kept->state = json_pack("{s:s, s:I, s:I, s:{}}", "key", key,
		    "at", (json_int_t)clock_now(), "began", (json_int_t)0,
		    "lists");
		if (kept->state == NULL)
			return fail(err, FAULT_INTERNAL, "no memory for JSON");
	}
	arena_defer(source->arena, free_json, kept->state);
	return folder_make(kept->folder, err);
}

int64_t kept_began(const struct kept *kept)
{
	return json_integer_value(json_object_get(kept->state, "began"));
}

/* --- whether it is so still ----------------------------------------------- */

/* How many records there are, all or those of a filter; -1: it doesn't say. */
static bool ask_count(struct list *list, struct caller *caller,
    const char *since, int64_t *total, struct err *err)
{
	struct call *call = call_new();
	json_t *records;
	bool done;

	*total = -1;
	done = list->ask(list, call, 0, 1, err);
	if (done && since != NULL)
		call_param(call, "filter",
		    arena_printf(call->arena, "dateLastModified>'%s'", since));
	done = done && caller_get(caller, call, err) &&
	       list->read(list, call, &records, total, err);
	/* A record that came says more than a total. */
	if (done && since != NULL && json_array_size(records) > 0)
		*total = (int64_t)json_array_size(records);
	call_free(call);
	return done;
}

static bool is_same(const struct kept *kept, struct list *list,
    struct caller *caller, int64_t total)
{
	struct err ignored = { 0 };
	char since[CLOCK_TEXT];
	int64_t now, changed;

	clock_format(since, kept_began(kept) - MARGIN);
	return kept_began(kept) > MARGIN &&
	       ask_count(list, caller, NULL, &now, &ignored) && now == total &&
	       ask_count(list, caller, since, &changed, &ignored) &&
	       changed == 0;
}

/* --- its files ------------------------------------------------------------ */

static bool same_columns(const struct table *table, const json_t *columns)
{
	if (json_array_size(columns) < (size_t)table->column_count)
		return false;
	for (int i = 0; i < table->column_count; i++) {
		const char *name =
		    json_string_value(json_array_get(columns, (size_t)i));

		if (name == NULL || strcmp(name, table->columns[i]) != 0)
			return false;
	}
	return true;
}

static void take_points(struct table *table, const json_t *points)
{
	const json_t *point;
	size_t i;

	json_array_foreach(points, i, point)
	{
		if (i >= array_length(table->points))
			return;
		table->points[table->point_count++] = (struct table_point){
			json_integer_value(json_array_get(point, 0)),
			(int)json_integer_value(json_array_get(point, 1)),
		};
	}
}

static bool take_table(struct kept *kept, struct table *table,
    const json_t *said)
{
	const json_t *columns = json_object_get(said, "columns");
	int64_t size = json_integer_value(json_object_get(said, "size"));
	struct err ignored = { 0 };
	struct stat status;

	if (!same_columns(table, columns) || fstat(table->fd, &status) != 0 ||
	    status.st_size < size)
		return false;
	for (size_t i = (size_t)table->column_count;
	     i < json_array_size(columns); i++) {
		const char *name =
		    json_string_value(json_array_get(columns, i));

		if (name == NULL ||
		    table_column(table, kept->source->arena,
			(struct text){ name, strlen(name) }) < 0)
			return false;
	}
	take_points(table, json_object_get(said, "points"));
	return table_cut(table, size, &ignored);
}

bool kept_take(struct kept *kept, struct list *list, struct roster *roster,
    int first, struct caller *caller)
{
	const json_t *said =
	    json_object_get(json_object_get(kept->state, "lists"), list->name);
	const json_t *tables = json_object_get(said, "tables");

	if (said == NULL ||
	    json_array_size(tables) != (size_t)(roster->table_count - first) ||
	    !is_same(kept, list, caller,
		json_integer_value(json_object_get(said, "total"))))
		return false;
	for (int i = first; i < roster->table_count; i++)
		if (!take_table(kept, roster->tables[i]->table,
			json_array_get(tables, (size_t)(i - first))))
			return false;
	return true;
}

/* --- keeping -------------------------------------------------------------- */

static json_t *table_state(const struct table *table)
{
	json_t *columns = json_array(), *points = json_array();

	for (int i = 0; i < table->column_count; i++)
		json_array_append_new(columns, json_string(table->columns[i]));
	for (int i = 0; i < table->point_count; i++)
		json_array_append_new(points,
		    json_pack("[I, i]", (json_int_t)table->points[i].offset,
			table->points[i].columns));
	return json_pack("{s:I, s:o, s:o}", "size", (json_int_t)table->size,
	    "columns", columns, "points", points);
}

/* Before it is said to be there. */
static bool sync_table(const struct table *table, struct err *err)
{
	return fdatasync(table->fd) == 0 ||
	       fail(err, FAULT_IO, "%s can't be written to our disk: %m",
		   table->name);
}

bool kept_put(struct kept *kept, const struct list *list,
    const struct roster *roster, int first, const struct caller *caller,
    struct err *err)
{
	const char *path = path_of(kept);
	const char *fresh = arena_printf(kept->source->arena, "%s.new", path);
	json_t *tables = json_array();

	if (kept_began(kept) == 0)
		json_object_set_new(kept->state, "began",
		    json_integer(caller_began(caller)));
	for (int i = first; i < roster->table_count; i++) {
		struct table *table = roster->tables[i]->table;

		json_array_append_new(tables, table_state(table));
		if (!table_flush(table, err) || !sync_table(table, err)) {
			json_decref(tables);
			return false;
		}
	}
	json_object_set_new(json_object_get(kept->state, "lists"), list->name,
	    json_pack("{s:I, s:o}", "total", (json_int_t)list->total, "tables",
		tables));
	if (json_dump_file(kept->state, fresh, JSON_COMPACT) != 0 ||
	    rename(fresh, path) != 0)
		return fail(err, FAULT_IO, "%s can't be written", path);
	return true;
}

void kept_end(const struct kept *kept)
{
	folder_remove(kept->folder);
}
