/* What settings say of queries to a database, compiled: their rows are mapped
 * like those of a file. */
#include "mapping.h"

#include <string.h>

#include <jansson.h>

#define SQL_LENGTH_MAX 100000

/* --- queries as settings have them ---------------------------------------- */

static bool set_feeds(struct arena *arena, const json_t *feeds,
    struct mapping_query *query, struct err *err)
{
	const struct mapping *mapping;
	json_t *said =
	    json_pack("{s:{s:O}}", query->name, "feeds", not_const(feeds));
	char *json = json_dumps(said, 0);
	bool done =
	    mapping_compile(arena, json != NULL ? json : "", &mapping, err);

	memory_free(json);
	json_decref(said);
	if (done)
		query->file = &mapping->files[0];
	return done;
}

static bool set_entity(const char *name, struct mapping_query *query,
    struct err *err)
{
	query->entity = entity_find((struct text){ name, strlen(name) });
	return (query->entity != NULL &&
		   csv_header(query->entity, V12) != NULL) ||
	       fail(err, FAULT_INVALID,
		   "OneRoster 1.2 has no file of '%.40s'; a query that is "
		   "called otherwise says `entity` or `feeds`",
		   name);
}

static bool set_sql(struct arena *arena, const json_t *said, const char **out,
    struct err *err)
{
	const char *text = json_string_value(said);

	if (text == NULL || *text == '\0' || strlen(text) > SQL_LENGTH_MAX)
		return fail(err, FAULT_INVALID,
		    "a query is a text of SQL, or has `sql` and perhaps "
		    "`entity` or `feeds`, and `count`");
	*out = arena_text(arena, text);
	return true;
}

static bool check_keys(const json_t *said, struct err *err)
{
	static const char known[] = " sql entity feeds count ";
	const char *key;
	json_t *value;

	json_object_foreach(not_const(said), key, value)
	{
		const char *at = strstr(known, key);

		if (at == NULL || at == known || at[-1] != ' ' ||
		    at[strlen(key)] != ' ')
			return fail(err, FAULT_INVALID,
			    "there is no '%.40s' here", key);
	}
	return json_object_get(said, "entity") == NULL ||
	       json_object_get(said, "feeds") == NULL ||
	       fail(err, FAULT_INVALID, "`feeds` have an entity each");
}

static bool compile_query(struct arena *arena, const json_t *said,
    const json_t *ready, struct mapping_query *query, struct err *err)
{
	const json_t *sql = said, *count = NULL;
	const json_t *feeds =
	    json_object_get(json_object_get(ready, query->name), "feeds");
	const char *entity = query->name;

	if (json_is_object(said)) {
		const json_t *named = json_object_get(said, "entity");

		sql = json_object_get(said, "sql");
		feeds = json_object_get(said, "feeds");
		count = json_object_get(said, "count");
		if (named != NULL)
			entity = json_is_string(named)
				     ? json_string_value(named)
				     : "";
		if (!check_keys(said, err))
			return false;
	}
	if (!set_sql(arena, sql, &query->sql, err) ||
	    (count != NULL && !set_sql(arena, count, &query->count, err)))
		return false;
	if (feeds != NULL)
		return set_feeds(arena, feeds, query, err);
	return set_entity(entity, query, err);
}

bool mapping_queries_compile(struct arena *arena, const char *json,
    const char *ready, const struct mapping_queries **out, struct err *err)
{
	struct mapping_queries *queries = arena_alloc(arena, sizeof(*queries));
	json_t *said = json_loads(json, JSON_DECODE_ANY, NULL);
	json_t *known = json_loads(ready, 0, NULL);
	struct mapping_query *list =
	    arena_alloc(arena, (json_object_size(said) + 1) * sizeof(*list));
	const char *name;
	bool done = true;
	json_t *value;

	json_object_foreach(said, name, value)
	{
		struct mapping_query *query = &list[queries->count++];

		query->name = arena_text(arena, name);
		done = compile_query(arena, value, known, query, err);
		if (done)
			continue;
		err_add(err, "%s", name);
		break;
	}
	json_decref(known);
	json_decref(said);
	queries->list = list;
	*out = queries;
	return done &&
	       (queries->count > 0 ||
		   fail(err, FAULT_INVALID, "`queries` says what is asked"));
}

/* --- columns that are called as OneRoster's ------------------------------- */

/* Databases have their own mind about capitals in names. */
static const char *find_target(struct arena *arena, const struct entity *entity,
    const char *column)
{
	const struct text name = { column, strlen(column) };

	for_each_field (f, entity->fields)
		if (f->csv != NULL && (f->in & V12) != 0 &&
		    text_is_nocase(name, f->csv))
			return f->csv;
	if (name.len > 9 &&
	    text_is_nocase((struct text){ column, 9 }, "metadata."))
		return arena_printf(arena, "metadata.%s", column + 9);
	return column;
}

/* As databases have dates and truths, to what OneRoster's files have. */
static json_t *make_rule(const struct entity *entity, const char *target,
    const char *column)
{
	static const char truths[] =
	    "{\"t\":\"true\",\"1\":\"true\",\"y\":\"true\",\"yes\":\"true\","
	    "\"true\":\"true\",\"f\":\"false\",\"0\":\"false\","
	    "\"n\":\"false\",\"no\":\"false\",\"false\":\"false\"}";
	const struct field *f =
	    field_of_csv(entity, (struct text){ target, strlen(target) }, V12);

	if (f != NULL && f->kind == BOOL)
		return json_pack("[{s:s},s,{s:{s:o}}]", "copy", column, "lower",
		    "lookup", "table", json_loads(truths, 0, NULL));
	if (f != NULL && (f->kind == DATE || f->kind == MOMENT))
		return json_pack("[{s:s},{s:s}]", "copy", column, "date",
		    "YYYY-MM-DD*");
	return json_pack("{s:s}", "copy", column);
}

static bool add_rule(struct arena *arena, const struct entity *entity,
    const char *column, json_t *fields, struct err *err)
{
	const char *target = find_target(arena, entity, column);

	if (json_object_get(fields, target) != NULL)
		return fail(err, FAULT_INVALID, "two columns are called %s",
		    target);
	json_object_set_new(fields, target, make_rule(entity, target, column));
	return true;
}

bool mapping_plain(struct arena *arena, struct mapping_query *query,
    const char *const *columns, int count, struct err *err)
{
	json_t *fields = json_object();
	json_t *feeds = json_pack("[{s:s,s:o}]", "entity", query->entity->name,
	    "fields", fields);
	bool done = true;

	for (int i = 0; done && i < count; i++)
		done = add_rule(arena, query->entity, columns[i], fields, err);
	done = done && set_feeds(arena, feeds, query, err);
	json_decref(feeds);
	return done;
}
