/* References to nothing: one statement, composed of every field of the model
 * that refers. */
#include "checks.h"
#include "homeroom/model.h"

static const struct entity *find_entity(const char *name)
{
	return entity_find((struct text){ name, strlen(name) });
}

static const char *school_of(const struct entity *entity)
{
	for_each_field (f, entity->fields)
		if (f->column != NULL && strcmp(f->column, "school_id") == 0)
			return "t.school_id";
	return "NULL::text";
}

/* Lists as rows, but not by a join: to the planner, which is to hash all joins,
 * one that can't be looks so dear that any other plan is as good. */
static void put_field(struct buf *sql, const struct entity *entity,
    const struct field *f)
{
	buf_printf(sql,
	    "%sSELECT t.sourced_id, %s, '%s', %s(t.%s) FROM roster.%s t "
	    "WHERE t.district = $1::integer AND t.status = 'active' "
	    "AND t.%s IS NOT NULL",
	    sql->len > 0 ? " UNION ALL " : "", school_of(entity), f->name,
	    f->kind == REFS ? "unnest" : "", f->column, entity->table,
	    f->column);
}

static bool refers(const struct field *f, const struct entity *to)
{
	return (f->kind == REF || f->kind == REFS) && f->column != NULL &&
	       (f->need & DERIVED) == 0 && find_entity(f->of) == to;
}

/* All that refers to one entity is held against it at once. */
static void put_entity(struct buf *sql, const struct entity *to)
{
	struct buf all = { 0 };

	for (int i = 0; entities[i] != NULL; i++)
		for_each_field (f, entities[i]->fields)
			if (refers(f, to))
				put_field(&all, entities[i], f);
	if (all.len > 0)
		buf_printf(sql,
		    "%sSELECT t.sourced_id, t.school, t.name || ' ' || t.id "
		    "FROM (%s) AS t (sourced_id, school, name, id) "
		    "WHERE NOT EXISTS (SELECT FROM roster.%s o "
		    "WHERE o.district = $1::integer AND o.sourced_id = t.id "
		    "AND o.status = 'active')",
		    sql->len > 0 ? " UNION ALL " : "", buf_text(&all),
		    to->table);
	buf_free(&all);
}

const char *dangling(struct arena *arena)
{
	struct buf sql = { 0 };
	const char *text;

	for (int i = 0; entities[i] != NULL; i++)
		put_entity(&sql, entities[i]);
	text = arena_text(arena, buf_text(&sql));
	buf_free(&sql);
	return text;
}
