/* A database, by the queries of settings, as a OneRoster bundle: row by row
 * into one file an entity. */
#include "sources.h"
#include "homeroom/mapping.h"
#include "homeroom/publish.h"
#include "homeroom/query.h"

#include <inttypes.h>
#include <string.h>

#include <jansson.h>

#define TIMEOUT_SECONDS 3600

/* A query that is asked. */
struct asked {
	struct mapping_query *is;
	struct query *query, *count;
	const char **columns;
	int *at; /* the i-th column of its rules is there in a row */
};

struct queried {
	const struct source *source;
	struct feeding *feeding;
	struct queries *queries;
	struct asked *asked;
	int count;
};

/* --- what it will give, before a row is read ------------------------------ */

static bool find_column(struct queried *q, struct asked *asked, int i,
    struct err *err)
{
	const char *name = asked->is->file->columns[i];
	const struct text wanted = { name, strlen(name) };
	int like = -1, count = 0;

	for (int j = 0; j < query_columns(asked->query); j++) {
		asked->at[i] = j;
		if (strcmp(asked->columns[j], name) == 0)
			return true;
		if (text_is_nocase(wanted, asked->columns[j])) {
			like = j;
			count++;
		}
	}
	asked->at[i] = like;
	return count == 1 ||
	       fail(err, FAULT_INVALID,
		   "the query '%s' of '%s' has no column '%s', which a rule "
		   "asks for; did its columns change?",
		   asked->is->name, q->source->name, name);
}

static bool map_columns(struct queried *q, struct asked *asked, struct err *err)
{
	struct mapping_query *is = asked->is;
	struct arena *arena = q->source->arena;
	int count = query_columns(asked->query);

	asked->columns =
	    arena_alloc(arena, (size_t)count * sizeof(*asked->columns));
	for (int i = 0; i < count; i++)
		asked->columns[i] = query_column(asked->query, i);
	if (is->entity != NULL &&
	    !mapping_plain(arena, is, asked->columns, count, err)) {
		err_add(err, "the query '%s' of '%s'", is->name,
		    q->source->name);
		return false;
	}
	asked->at = arena_alloc(arena,
	    ((size_t)is->file->column_count + 1) * sizeof(*asked->at));
	for (int i = 0; i < is->file->column_count; i++)
		if (!find_column(q, asked, i, err))
			return false;
	return feeding_prepare(q->feeding, is->file, err);
}

static bool prepare(struct queried *q, struct asked *asked, struct err *err)
{
	const struct mapping_query *is = asked->is;

	return query_prepare(q->queries, is->name, is->sql, &asked->query,
		   err) &&
	       (is->count == NULL || query_prepare(q->queries, is->name,
					 is->count, &asked->count, err)) &&
	       map_columns(q, asked, err);
}

/* --- rows ----------------------------------------------------------------- */

static bool take_row(struct queried *q, const struct query_row *row,
    struct text *fields, int count, struct err *err)
{
	/* As if they stood in a file, below a header. */
	int64_t line = row->number + 1;

	if (row->problem != NULL)
		return feeding_bad_row(q->feeding, line, row->problem, err);
	for (int i = 0; i < count; i++)
		fields[i] = row->values[i].at != NULL ? row->values[i]
						      : (struct text){ "", 0 };
	return feeding_row(q->feeding, fields, line, err);
}

static bool take_rows(struct queried *q, const struct asked *asked,
    int64_t *rows, struct err *err)
{
	int count = query_columns(asked->query);
	struct text fields[QUERY_COLUMNS_MAX];
	struct query_row row;

	*rows = 0;
	if (!feeding_from(q->feeding, asked->is->file, asked->is->name,
		asked->at, err) ||
	    !query_ask(asked->query, err))
		return false;
	for (;;) {
		if (!query_next(asked->query, &row, err))
			return false;
		if (row.values == NULL)
			return true;
		*rows = row.number;
		if (!take_row(q, &row, fields, count, err))
			return false;
	}
}

/* The one number that a query for it gives. */
static bool read_count(const struct asked *asked, int64_t *count,
    struct err *err)
{
	struct query_row row;
	bool read = false;

	if (!query_ask(asked->count, err) ||
	    !query_next(asked->count, &row, err))
		return false;
	if (row.values != NULL && row.problem == NULL)
		read = text_integer(row.values[0], 0, INT64_MAX, count);
	while (row.values != NULL)
		if (!query_next(asked->count, &row, err))
			return false;
	return read || fail(err, FAULT_INVALID,
			   "the `count` of the query '%s' gives no number",
			   asked->is->name);
}

static bool read_query(struct queried *q, const struct asked *asked,
    struct err *err)
{
	int64_t began = clock_tick(), rows, count;

	if (!take_rows(q, asked, &rows, err))
		return false;
	if (asked->count != NULL && !read_count(asked, &count, err))
		return false;
	if (asked->count != NULL && count != rows)
		return fail(err, FAULT_UNAVAILABLE,
		    "the query '%s' of '%s' gave %" PRId64
		    " rows where its `count` says %" PRId64,
		    asked->is->name, q->source->name, rows, count);
	log_line(LOG_DEBUG, "query", "rows=%" PRId64 " ms=%" PRId64, rows,
	    clock_tick() - began);
	return true;
}

/* --- all of it ------------------------------------------------------------ */

/* What is asked: of a ready mapping, and what settings say besides, or instead
 * of some of it. */
static bool list_queries(const struct source *source, json_t *list,
    struct err *err)
{
	const char *mapping = source_says(source, "mapping"), *json;
	json_t *ready;

	if (mapping != NULL) {
		if (!settings_ready(source->arena,
			arena_printf(source->arena, "%s-sql", mapping), &json,
			err))
			return false;
		ready = json_loads(json, 0, NULL);
		json_object_update(list, ready);
		json_decref(ready);
	}
	json_object_update(list, json_object_get(source->settings, "queries"));
	return true;
}

static bool compile(const struct source *source,
    const struct mapping_queries **out, struct err *err)
{
	json_t *list = json_object();
	const char *ready;
	char *json = NULL;
	bool done = list_queries(source, list, err) &&
		    settings_ready(source->arena, "powerschool", &ready, err);

	if (done)
		json = json_dumps(list, 0);
	done = done &&
	       mapping_queries_compile(source->arena, json, ready, out, err);
	memory_free(json);
	json_decref(list);
	return done;
}

static bool open_queries(struct queried *q, struct err *err)
{
	const struct source *source = q->source;
	struct query_account account = { .name = source->name,
		.database = source_says(source, "database"),
		.user = source_says(source, "user"),
		.authorities = source_says(source, "authorities"),
		.seconds = source_number(source, "timeout", TIMEOUT_SECONDS),
		.stop = source->stop };

	return source_secret(source, "password", &account.password, err) &&
	       queries_open(&q->queries, &account, err);
}

/* Nothing is in the bundle's place before all of it was read. */
static bool read_all(struct queried *q, struct err *err)
{
	for (int i = 0; i < q->count; i++)
		if (!prepare(q, &q->asked[i], err))
			return false;
	feeding_begin(q->feeding);
	for (int i = 0; i < q->count; i++)
		if (!read_query(q, &q->asked[i], err))
			return false;
	return feeding_end(q->feeding, err);
}

bool queried_fetch(const struct source *source, const char *to,
    struct fetched *out, struct err *err)
{
	struct arena *arena = source->arena;
	const char *bundle = arena_printf(arena, "%s/bundle", to);
	struct queried q = { .source = source,
		.feeding = feeding_new(arena, bundle) };
	const struct mapping_queries *queries;
	bool done;

	if (!compile(source, &queries, err) || !folder_make(bundle, err) ||
	    !open_queries(&q, err))
		return false;
	q.count = queries->count;
	q.asked = arena_alloc(arena, (size_t)q.count * sizeof(*q.asked));
	for (int i = 0; i < q.count; i++)
		q.asked[i].is = &queries->list[i];
	done = read_all(&q, err);
	queries_close(q.queries);
	out->path = bundle;
	out->findings = q.feeding->findings;
	return done;
}
