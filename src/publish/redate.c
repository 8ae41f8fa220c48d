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
	bool single;      /* not a list */
	bool listed;      /* an index finds lists by what they hold */
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
		out->listed = (f->need & LISTED) != 0;
	} else if (f->kind == REF && !sight_is_sure(entity, f->column)) {
		out->of = entity_called(f->of);
		out->single = true;
		out->join = arena_printf(arena,
		    " CROSS JOIN LATERAL (VALUES (t.%s)) x(id)", f->column);
	}
	return out->join != NULL;
}

/* Row v of homeroom.visible: what refers is seen, and was before. */
#define SEEN_BEFORE                                                            \
	"homeroom.visible v ON v.grant_id = m.grant_id "                       \
	"AND v.entity = {entity} AND v.until IS NULL AND NOT v.gone "          \
	"AND v.since < {version} AND v.sourced_id = "

/* What moved leads to lists that hold it, by their index. */
static bool find_listing(const struct compile *c, const struct shadowed *s,
    struct err *err)
{
	struct buf lists = { 0 }, redated = { 0 };
	int64_t count;
	bool done;

	buf_printf(&lists,
	    "INSERT INTO listed SELECT t.sourced_id, m.sourced_id "
	    "FROM (SELECT DISTINCT sourced_id FROM moved WHERE entity = %d) m "
	    "JOIN roster.{t} t ON t.%s @> ARRAY[m.sourced_id] "
	    "WHERE t.district = {district} AND t.since < {version}",
	    s->of->number, s->column);
	buf_printf(&redated,
	    "INSERT INTO redated SELECT v.grant_id, {entity}, v.sourced_id "
	    "FROM listed l JOIN moved m ON m.entity = %d "
	    "AND m.sourced_id = l.id JOIN " SEEN_BEFORE "l.holder",
	    s->of->number);
	done = db_run(c->db, "TRUNCATE listed", err) &&
	       compile_ask(c, buf_text(&lists), &count, err) &&
	       compile_count(c, "ANALYZE listed", count, err) &&
	       compile_ask(c, buf_text(&redated), NULL, err);
	buf_free(&lists);
	buf_free(&redated);
	return done;
}

static bool find_referring(const struct compile *c, const struct shadowed *s,
    struct err *err)
{
	struct buf sql = { 0 };
	bool done;

	buf_printf(&sql,
	    "INSERT INTO redated SELECT v.grant_id, {entity}, v.sourced_id "
	    "FROM roster.{t} t%s "
	    "JOIN moved m ON m.entity = %d AND m.sourced_id = x.id "
	    "JOIN " SEEN_BEFORE "t.sourced_id "
	    "WHERE t.district = {district} AND t.%s IS NOT NULL "
	    "AND t.since < {version}",
	    s->join, s->of->number, s->column);
	if (c->narrow && s->single)
		buf_printf(&sql,
		    " AND t.%s = ANY (ARRAY(SELECT n.sourced_id "
		    "FROM moved n WHERE n.entity = %d))",
		    s->column, s->of->number);
	done = compile_ask(c, buf_text(&sql), NULL, err);
	buf_free(&sql);
	return done;
}

static bool find(const struct compile *c, const struct shadowed *s,
    struct err *err)
{
	struct compile of = *c;

	of.entity = s->entity;
	of.narrow = c->anew == NULL;
	return of.narrow && s->listed ? find_listing(&of, s, err)
				      : find_referring(&of, s, err);
}

/* All of it is found before any is written: what is dated anew has not
 * moved. */
static bool find_all(const struct compile *c, struct err *err)
{
	struct arena *arena = arena_new();
	struct shadowed s;
	bool found = true;
	int64_t moved;

	found = compile_ask(c,
	    "SELECT coalesce(bit_or(1::bigint << entity), 0) FROM moved",
	    &moved, err);
	for (const struct entity *const *e = entities; found && *e; e++) {
		for_each_field (f, (*e)->fields)
			if (found && is_shadowed(arena, *e, f, &s) &&
			    (moved >> s.of->number & 1) != 0)
				found = find(c, &s, err);
	}
	arena_free(arena);
	return found;
}

/* Their pseudonyms, in the table named: grants that just became what they are
 * have others than before, or had none. */
static bool name_redated(const struct compile *c, struct err *err)
{
	return names_fill(c->names, c->db,
	    "SELECT DISTINCT r.grant_id, r.entity, r.sourced_id FROM redated r "
	    "JOIN homeroom.\"grant\" g ON g.id = r.grant_id "
	    "AND array_to_string(g.fields, ' ') LIKE '%=pseudonymise%'",
	    NULL, err);
}

static bool write_redated(const struct compile *c, struct err *err)
{
	return compile_ask(c,
	    "WITH told AS (UPDATE homeroom.visible v SET until = {version} "
	    "FROM redated r WHERE v.grant_id = r.grant_id "
	    "AND v.entity = r.entity AND v.sourced_id = r.sourced_id "
	    "AND v.until IS NULL "
	    "RETURNING v.grant_id, v.entity, v.sourced_id, v.place) "
	    "INSERT INTO homeroom.visible "
	    "(grant_id, entity, sourced_id, since, pseudonym, place) "
	    "SELECT o.grant_id, o.entity, o.sourced_id, {version}, "
	    "n.pseudonym, o.place FROM told o "
	    "LEFT JOIN named n ON n.grant_id = o.grant_id "
	    "AND n.entity = o.entity AND n.sourced_id = o.sourced_id",
	    NULL, err);
}

bool compile_redate(const struct compile *c, struct err *err)
{
	int64_t count;

	if (!find_all(c, err) ||
	    !compile_ask(c, "SELECT count(*) FROM redated", &count, err) ||
	    !compile_count(c, "ANALYZE redated", count, err))
		return false;
	return count == 0 || (name_redated(c, err) && write_redated(c, err));
}
