/* Queries to other people's databases, whichever way leads there. */
#include "homeroom/query.h"
#include "query.h"

#include <assert.h>
#include <string.h>

/* Beyond what the server was told, before we give up on it (ms). */
#define GRACE_MS 5000
#define CONNECT_MS 20000

static const struct driver *find_driver(const char *database)
{
	bool postgres = strncmp(database, "postgresql://", 13) == 0 ||
			strncmp(database, "postgres://", 11) == 0;

	return postgres ? &driver_postgres : &driver_odbc;
}

bool query_check(const char *database, struct err *err)
{
	if (find_driver(database) == &driver_postgres)
		return postgres_check(database, err);
	return odbc_check(database, err);
}

bool queries_late(const struct queries *queries, struct err *err)
{
	const struct query_account *account = &queries->account;

	if (account->stop != NULL && atomic_load(account->stop)) {
		err_set(err, FAULT_UNAVAILABLE, "it was told to stop");
		return true;
	}
	if (clock_tick() < queries->until)
		return false;
	err_set(err, FAULT_UNAVAILABLE,
	    "the database of '%s' did not answer in time", account->name);
	return true;
}

bool queries_open(struct queries **out, const struct query_account *account,
    struct err *err)
{
	struct arena *arena = arena_new();
	struct queries *queries = arena_alloc(arena, sizeof(*queries));

	*queries = (struct queries){ .driver = find_driver(account->database),
		.account = *account,
		.arena = arena,
		.row = arena_new(),
		.until = clock_tick() + CONNECT_MS };
	if (queries->driver->open(queries, err)) {
		*out = queries;
		return true;
	}
	queries_close(queries);
	return false;
}

void queries_close(struct queries *queries)
{
	if (queries == NULL)
		return;
	queries->driver->close(queries);
	arena_free(queries->row);
	arena_free(queries->arena);
}

bool query_prepare(struct queries *queries, const char *name, const char *sql,
    struct query **out, struct err *err)
{
	struct query *query = arena_alloc(queries->arena, sizeof(*query));

	*query = (struct query){ .of = queries,
		.name = arena_text(queries->arena, name),
		.sql = arena_text(queries->arena, sql),
		.number = ++queries->count };
	queries->until = clock_tick() + CONNECT_MS;
	if (!queries->driver->prepare(query, err))
		return false;
	if (query->column_count == 0)
		return fail(err, FAULT_INVALID,
		    "the query '%s' of '%s' gives no rows", name,
		    queries->account.name);
	query->values = arena_alloc(queries->arena,
	    (size_t)query->column_count * sizeof(*query->values));
	*out = query;
	return true;
}

int query_columns(const struct query *query)
{
	return query->column_count;
}

const char *query_column(const struct query *query, int i)
{
	assert(i >= 0 && i < query->column_count);
	return query->columns[i].name;
}

bool query_ask(struct query *query, struct err *err)
{
	struct queries *queries = query->of;

	query->rows = 0;
	queries->until =
	    clock_tick() + queries->account.seconds * 1000 + GRACE_MS;
	return queries->driver->ask(query, err);
}

static void render_row(struct query *query)
{
	for (int i = 0; i < query->column_count; i++) {
		struct text *value = &query->values[i];

		if (value->len == 0)
			continue;
		if (value->len > QUERY_VALUE_MAX)
			query->problem = "has a value that is too long";
		else if (!utf8_valid(value->at, value->len) ||
			 memchr(value->at, '\0', value->len) != NULL)
			query->problem = "holds bytes that are no text";
		else
			*value = render(query->of->row, query->columns[i].shape,
			    *value);
	}
}

bool query_next(struct query *query, struct query_row *row, struct err *err)
{
	bool more;

	arena_reset(query->of->row);
	query->problem = NULL;
	if (!query->of->driver->next(query, &more, err))
		return false;
	*row = (struct query_row){ 0 };
	if (!more)
		return true;
	if (query->problem == NULL)
		render_row(query);
	*row = (struct query_row){ .values = query->values,
		.number = ++query->rows,
		.problem = query->problem };
	return true;
}
