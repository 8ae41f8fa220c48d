/* What sources alone are told, checked by those who will use it. */
#include "settings.h"
#include "homeroom/mapping.h"
#include "homeroom/query.h"
#include "../tree/tree.h"

#include <string.h>

#define DATABASE_LENGTH_MAX 2000

/* Whatever can be compiled may be said. */
static bool check_compiled(const char *file, const struct node *node,
    bool (*compile)(struct arena *arena, const char *json, struct err *err),
    struct err *err)
{
	struct arena *arena = arena_new();
	struct buf json = { 0 };
	bool taken;

	node_json(&json, node);
	taken = compile(arena, buf_text(&json), err);
	if (!taken)
		err_add(err, "%s:%d", file, node->line);
	buf_free(&json);
	arena_free(arena);
	return taken;
}

static bool compile_files(struct arena *arena, const char *json,
    struct err *err)
{
	const struct mapping *mapping;

	if (mapping_compile(arena, json, &mapping, err))
		return true;
	err_add(err, "files");
	return false;
}

bool settings_check_files(const char *file, const struct node *node,
    struct err *err)
{
	return check_compiled(file, node, compile_files, err);
}

static bool compile_queries(struct arena *arena, const char *json,
    struct err *err)
{
	const struct mapping_queries *queries;

	if (mapping_queries_compile(arena, json, &queries, err))
		return true;
	err_add(err, "queries");
	return false;
}

bool settings_check_queries(const char *file, const struct node *node,
    struct err *err)
{
	return check_compiled(file, node, compile_queries, err);
}

bool settings_check_database(const char *file, const struct node *node,
    struct err *err)
{
	bool good = node->length <= DATABASE_LENGTH_MAX &&
		    strlen(node->text) == node->length;

	good = good ? query_check(node->text, err)
		    : fail(err, FAULT_INVALID, "the database is too long");
	if (!good)
		err_add(err, "%s:%d", file, node->line);
	return good;
}
