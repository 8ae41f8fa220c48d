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

static void put_field(struct buf *sql, const struct entity *entity,
    const struct field *f)
{
	buf_printf(sql,
	    "%sSELECT t.sourced_id, %s, '%s ' || r.id FROM roster.%s t "
	    "CROSS JOIN LATERAL ",
	    sql->len > 0 ? " UNION ALL " : "", school_of(entity), f->name,
	    entity->table);
	if (f->kind == REFS)
		buf_printf(sql, "unnest(t.%s)", f->column);
	else
		buf_printf(sql, "(VALUES (t.%s))", f->column);
	buf_printf(sql,
	    " AS r (id) WHERE t.district = $1::integer "
	    "AND t.status = 'active' AND r.id IS NOT NULL AND NOT EXISTS ("
	    "SELECT FROM roster.%s o WHERE o.district = $1::integer "
	    "AND o.sourced_id = r.id AND o.status = 'active')",
	    find_entity(f->of)->table);
}

const char *dangling(struct arena *arena)
{
	struct buf sql = { 0 };
	const char *text;

	for (int i = 0; entities[i] != NULL; i++)
		for_each_field (f, entities[i]->fields)
			if ((f->kind == REF || f->kind == REFS) &&
			    f->column != NULL && (f->need & DERIVED) == 0)
				put_field(&sql, entities[i], f);
	text = arena_text(arena, buf_text(&sql));
	buf_free(&sql);
	return text;
}
