/*
 * A reference shows while its target does. So when a record comes into a
 * grant's sight or leaves it, those that refer to it read otherwise to the
 * grant's readers, though nothing about them changed: they are dated anew, and
 * deltas tell of them.
 */
#include "publish.h"

#include <string.h>

/* A field whose references a grant may be shown without. */
struct shadowed {
	const struct entity *entity, *of;
	const char *column;
	const char *join; /* what makes x.id, a reference, of it */
};

static const struct entity *entity_called(const char *name)
{
	return entity_find((struct text){ name, strlen(name) });
}

static const char *list_join(struct arena *arena, const char *column)
{
	return arena_printf(arena, " CROSS JOIN unnest(t.%s) x(id)", column);
}

/* NULL: its objects refer to nothing. */
static const char *objects_join(struct arena *arena, const struct field *f,
    const struct entity **of)
{
	const struct object *object = object_find(f->of);
	int place = 0;

	while (object->outer[place].name != NULL &&
	       object->outer[place].kind != REF)
		place++;
	if (object->outer[place].name == NULL)
		return NULL;
	*of = entity_called(object->outer[place].of);
	return arena_printf(arena,
	    " CROSS JOIN LATERAL (SELECT t.%s[i][%d] "
	    "FROM generate_subscripts(t.%s, 1) i) x(id)",
	    f->column, place + 1, f->column);
}

static bool is_shadowed(struct arena *arena, const struct entity *entity,
    const struct field *f, struct shadowed *out)
{
	*out = (struct shadowed){ .entity = entity, .column = f->column };
	if (f->column == NULL)
		return false;
	if (f->kind == OBJECTS) {
		out->join = objects_join(arena, f, &out->of);
	} else if (f->kind == REFS) {
		out->of = entity_called(f->of);
		out->join = list_join(arena, f->column);
	} else if (f->kind == REF && !sight_is_sure(entity, f->column)) {
		out->of = entity_called(f->of);
		out->join = arena_printf(arena,
		    " CROSS JOIN LATERAL (VALUES (t.%s)) x(id)", f->column);
	}
	return out->join != NULL;
}

static bool find_referring(const struct compile *c, const struct shadowed *s,
    struct err *err)
{
	struct compile of = *c;
	struct buf sql = { 0 };
	bool done;

	of.entity = s->entity;
	buf_printf(&sql,
	    "INSERT INTO redated SELECT v.grant_id, {entity}, v.sourced_id "
	    "FROM roster.{t} t%s "
	    "JOIN turned m ON m.entity = %d AND m.sourced_id = x.id "
	    "JOIN homeroom.visible v ON v.grant_id = m.grant_id "
	    "AND v.entity = {entity} AND v.sourced_id = t.sourced_id "
	    "AND v.until IS NULL AND NOT v.gone AND v.since < {version} "
	    "WHERE t.district = {district} AND t.%s IS NOT NULL "
	    "AND t.since < {version}",
	    s->join, s->of->number, s->column);
	done = compile_ask(&of, buf_text(&sql), NULL, err);
	buf_free(&sql);
	return done;
}

/* All of it is found before any is written: what is dated anew has not
 * turned. */
static bool find_all(const struct compile *c, struct err *err)
{
	struct arena *arena = arena_new();
	struct shadowed s;
	bool found = true;
	int64_t turned;

	found = compile_ask(c,
	    "SELECT coalesce(bit_or(1::bigint << entity), 0) FROM turned",
	    &turned, err);
	for (const struct entity *const *e = entities; found && *e; e++) {
		for_each_field (f, (*e)->fields)
			if (found && is_shadowed(arena, *e, f, &s) &&
			    (turned >> s.of->number & 1) != 0)
				found = find_referring(c, &s, err);
	}
	arena_free(arena);
	return found;
}

bool compile_redate(const struct compile *c, struct err *err)
{
	return find_all(c, err) &&
	       compile_ask(c,
		   "UPDATE homeroom.visible v SET until = {version} "
		   "FROM redated r WHERE v.grant_id = r.grant_id "
		   "AND v.entity = r.entity AND v.sourced_id = r.sourced_id "
		   "AND v.until IS NULL",
		   NULL, err) &&
	       compile_ask(c,
		   "INSERT INTO homeroom.visible "
		   "(grant_id, entity, sourced_id, since) "
		   "SELECT DISTINCT grant_id, entity, sourced_id, "
		   "{version} FROM redated",
		   NULL, err);
}
