/* What provisioning gave, as a OneRoster bundle: logins and addresses of the
 * accounts of a directory, from our own ledger. */
#include "sources.h"

#include <string.h>

#define BATCH "10000"

enum { ID_, LOGIN, MAIL, ENABLED, GIVEN, FAMILY };

/* Columns of users.csv, and where they come from. */
static const struct {
	const char *column;
	int from;
} values_of[] = {
	{ "sourcedId", ID_ },
	{ "username", LOGIN },
	{ "email", MAIL },
	{ "givenName", GIVEN },
	{ "familyName", FAMILY },
};

struct giving {
	const struct source *source;
	struct feeding *feeding;
	struct outlet *outlet;
	const char *directory; /* its name */
};

/* What stands in lists of identifiers has no braces, commas or colons. */
static bool fits_list(const char *login)
{
	return strpbrk(login, "{},:") == NULL;
}

static void put_value(const struct giving *g, const struct rows *rows, int row,
    const char *column)
{
	struct buf *out = &g->outlet->rows;
	const char *login = rows_get(rows, row, LOGIN), *value = NULL;

	if (strcmp(column, "enabledUser") == 0)
		value =
		    rows_get(rows, row, ENABLED)[0] == 't' ? "true" : "false";
	else if (strcmp(column, "userIds") == 0 && fits_list(login))
		value = arena_printf(g->feeding->scratch, "{%s:%s}",
		    g->directory, login);
	for (size_t i = 0; i < array_length(values_of); i++)
		if (strcmp(column, values_of[i].column) == 0)
			value = rows_get(rows, row, values_of[i].from);
	if (value != NULL)
		csv_put(out, value, strlen(value), false);
}

static void put_row(const struct giving *g, const struct rows *rows, int row)
{
	for (int i = 0; i < g->outlet->column_count; i++) {
		if (i > 0)
			buf_char(&g->outlet->rows, ',');
		put_value(g, rows, row, g->outlet->columns[i]);
	}
	buf_char(&g->outlet->rows, '\n');
}

static bool put_all(const struct giving *g, const char *directory,
    struct err *err)
{
	struct arena *scratch = g->feeding->scratch;
	const char *after = "";
	const struct rows *rows;
	int count;

	do {
		const struct values values = { 3, { directory, after, BATCH } };

		if (!db_ask(g->source->db, scratch, STATEMENT_account_users,
			&values, &rows, err))
			return false;
		count = rows_count(rows);
		for (int i = 0; i < count; i++)
			put_row(g, rows, i);
		if (count > 0)
			after = arena_text(g->source->arena,
			    rows_get(rows, count - 1, ID_));
		arena_reset(scratch);
		if (!outlet_flush(g->outlet, err))
			return false;
	} while (count > 0);
	return true;
}

static bool find_directory(const struct giving *g, const char **id,
    struct err *err)
{
	const struct source *source = g->source;
	const struct values values = { 2,
		{ arena_number(source->arena, source->district),
		    g->directory } };
	const struct rows *rows;

	if (!db_ask(source->db, source->arena, STATEMENT_directory_find,
		&values, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_NOT_FOUND,
		    "the source '%s' gives what the directory '%s' has, but "
		    "there is no such directory",
		    source->name, g->directory);
	*id = rows_get(rows, 0, 0);
	return true;
}

bool accounts_fetch(const struct source *source, const char *to,
    struct fetched *out, struct err *err)
{
	const char *bundle = arena_printf(source->arena, "%s/bundle", to);
	struct giving g = { .source = source,
		.feeding = feeding_new(source->arena, bundle),
		.directory = source_says(source, "directory") };
	const char *directory;

	if (!find_directory(&g, &directory, err) || !folder_make(bundle, err))
		return false;
	g.outlet = feeding_outlet(g.feeding, &entity_users, err);
	if (g.outlet == NULL)
		return false;
	feeding_begin(g.feeding);
	out->path = bundle;
	out->findings = g.feeding->findings;
	return put_all(&g, directory, err) && feeding_end(g.feeding, err);
}
