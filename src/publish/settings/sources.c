/* What sources alone are told, checked by those who will use it. */
#include "settings.h"
#include "homeroom/embedded.h"
#include "homeroom/mapping.h"
#include "homeroom/query.h"
#include "../tree/tree.h"

#include <string.h>

#define DATABASE_LENGTH_MAX 2000

bool settings_ready(struct arena *arena, const char *name, const char **json,
    struct err *err)
{
	for (const struct embedded *e = embedded_mappings; e->name != NULL; e++)
		if (strcmp(e->name, name) == 0)
			return settings_json(arena, name, e->text, json, err);
	return fail(err, FAULT_NOT_FOUND, "there is no ready mapping '%s'",
	    name);
}

static bool check_files(struct arena *arena, const struct node *node,
    struct err *err)
{
	const struct mapping *mapping;
	struct buf json = { 0 };
	bool taken;

	node_json(&json, node);
	taken = mapping_compile(arena, buf_text(&json), &mapping, err);
	buf_free(&json);
	return taken;
}

static bool check_queries(struct arena *arena, const struct node *node,
    struct err *err)
{
	const struct mapping_queries *queries;
	struct buf json = { 0 };
	const char *ready;
	bool taken;

	node_json(&json, node);
	taken = settings_ready(arena, "powerschool", &ready, err) &&
		mapping_queries_compile(arena, buf_text(&json), ready, &queries,
		    err);
	buf_free(&json);
	return taken;
}

static bool check_database(struct arena *arena, const struct node *node,
    struct err *err)
{
	(void)arena;
	return node->length <= DATABASE_LENGTH_MAX &&
		       strlen(node->text) == node->length
		   ? query_check(node->text, err)
		   : fail(err, FAULT_INVALID, "it is too long");
}

/* clang-format off */
static const struct {
	const char *path;
	/* Whatever can be compiled may be said. */
	bool (*check)(struct arena *arena, const struct node *node,
	    struct err *err);
} checks[] = {
	{ "files",    check_files },
	{ "queries",  check_queries },
	{ "database", check_database },
};
/* clang-format on */

bool settings_check_source(const char *file, const char *path,
    const struct node *node, struct err *err)
{
	struct arena *arena = arena_new();
	bool good = true;

	for (size_t i = 0; i < array_length(checks); i++)
		if (strcmp(checks[i].path, path) == 0)
			good = checks[i].check(arena, node, err);
	if (!good)
		err_add(err, "%s:%d: %s", file, node->line, path);
	arena_free(arena);
	return good;
}

bool source_circle(const struct applying *a, struct err *err)
{
	const struct values values = { 2,
		{ arena_number(a->arena, a->district), a->document->name } };
	const struct rows *rows;

	if (!db_ask(a->db, a->arena, STATEMENT_source_circle, &values, &rows,
		err))
		return false;
	return rows_count(rows) == 0 ||
	       fail(err, FAULT_INVALID,
		   "the source '%s' would wait for itself, by what it is "
		   "`after`",
		   a->document->name);
}

bool source_directory(const struct applying *a, struct err *err)
{
	const struct node *named = node_get(a->document->map, "directory");
	struct values values = { 1, { arena_number(a->arena, a->district) } };
	const struct rows *rows;

	if (named == NULL)
		return true;
	values_add(&values, named->text);
	if (!db_ask(a->db, a->arena, STATEMENT_directory_find, &values, &rows,
		err))
		return false;
	return rows_count(rows) > 0 ||
	       fail(err, FAULT_INVALID,
		   "the source '%s' is of the directory '%s', which is not "
		   "there; apply its settings first",
		   a->document->name, named->text);
}
