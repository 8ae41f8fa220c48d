/*
 * The rows of an entity as a restricted grant sees them, for a FROM: joined
 * with homeroom.visible, without references to what it does not see. Policies
 * check the same again.
 *
 * A record that left the grant's sight is a row with its id, its status and the
 * version in which it left, and nothing else.
 */
#include "publish.h"

#include <string.h>

/* clang-format off */

/* References that compiling keeps whole, besides those of its rules. */
static const struct {
	const struct entity *entity;
	const char *column;
} sure[] = {
	{ &entity_courses,     "org_id" },
	{ &entity_classes,     "school_id" },
	{ &entity_enrollments, "user_id" },
	{ &entity_enrollments, "school_id" },
	{ &entity_users,       "sourced_id" },
};

/* Columns that were derived from what a grant may not see. $ is a condition:
 * org x is seen. */
static const struct {
	const struct entity *entity;
	const char *column, *before, *after;
} otherwise[] = {
	{ &entity_users, "role",
	"coalesce((SELECT homeroom.role_11(t.roles[i][2]) "
	"FROM generate_subscripts(t.roles, 1) i WHERE (t.roles[i][3] IN ",
	") IS TRUE ORDER BY homeroom.role_rank(t.roles[i][2]), i LIMIT 1), t.role)" },
};
/* clang-format on */

/* --- what is visible ------------------------------------------------------ */

/* Of row `v` of homeroom.visible: it was open in the version that is read. */
static void put_open(struct sql *sql, const char *v)
{
	if (sql->pinned == 0)
		sql_put(sql, "%s.until IS NULL", v);
	else
		sql_put(sql,
		    "%s.since <= $%d::bigint AND (%s.until IS NULL "
		    "OR %s.until > $%d::bigint)",
		    v, sql->pinned, v, v, sql->pinned);
}

static void put_visible(struct sql *sql, const struct entity *of)
{
	sql_put(sql,
	    " FROM homeroom.visible w WHERE w.grant_id = homeroom.key_grant() "
	    "AND w.entity = %d AND ",
	    of->number);
	put_open(sql, "w");
	sql_put(sql, " AND NOT w.gone");
}

/* All that are visible: of entities that have few records. An IN of it that is
 * asked whether it IS TRUE is hashed once a page; as it is, it would become a
 * join, once a record. */
static void put_all(struct sql *sql, const struct entity *of)
{
	sql_put(sql, "(SELECT w.sourced_id");
	put_visible(sql, of);
	sql_put(sql, ")");
}

static bool is_few(const struct entity *entity)
{
	for (const struct rule *r = rules; r->entity != NULL; r++)
		if (r->entity == entity)
			return r->whole;
	return false;
}

static void put_seen(struct sql *sql, const char *id, const struct entity *of)
{
	if (is_few(of)) {
		sql_put(sql, "(%s IN ", id);
		put_all(sql, of);
		sql_put(sql, ") IS TRUE");
		return;
	}
	sql_put(sql, "EXISTS (SELECT");
	put_visible(sql, of);
	sql_put(sql, " AND w.sourced_id = %s)", id);
}

/* --- columns -------------------------------------------------------------- */

bool sight_is_sure(const struct entity *entity, const char *column)
{
	for (size_t i = 0; i < array_length(sure); i++)
		if (sure[i].entity == entity &&
		    strcmp(sure[i].column, column) == 0)
			return true;
	for (const struct rule *r = rules; r->entity != NULL; r++) {
		for (const struct reference *ref = r->refs;
		     ref != NULL && ref->column != NULL; ref++)
			if (r->entity == entity &&
			    strcmp(ref->column, column) == 0)
				return true;
		for (const struct pointer *p = r->shown_by;
		     p != NULL && p->column != NULL; p++)
			if (p->child == entity &&
			    strcmp(p->column, column) == 0)
				return true;
	}
	return false;
}

static const struct entity *entity_of(const struct field *field)
{
	return entity_find((struct text){ field->of, strlen(field->of) });
}

static void put_ref(struct sql *sql, const struct field *f)
{
	const char *id = arena_printf(sql->arena, "t.%s", f->column);

	sql_put(sql, "CASE WHEN ");
	put_seen(sql, id, entity_of(f));
	sql_put(sql, " THEN %s END", id);
}

static void put_refs(struct sql *sql, const struct field *f)
{
	sql_put(sql,
	    "CASE WHEN t.%s IS NOT NULL THEN ARRAY(SELECT x.id "
	    "FROM unnest(t.%s) WITH ORDINALITY x(id, place) WHERE ",
	    f->column, f->column);
	put_seen(sql, "x.id", entity_of(f));
	sql_put(sql, " ORDER BY x.place) END");
}

/* Objects of a list that refer to something: those that may be seen. */
static void put_objects(struct sql *sql, const struct field *f)
{
	const struct object *object = object_find(f->of);
	int width = field_count(object->outer), at = 0;
	const char *comma = "";

	while (at < width && object->outer[at].kind != REF)
		at++;
	if (at == width) {
		sql_put(sql, "t.%s", f->column);
		return;
	}
	sql_put(sql, "(SELECT array_agg(ARRAY[");
	for (int i = 1; i <= width; i++, comma = ", ")
		sql_put(sql, "%st.%s[i][%d]", comma, f->column, i);
	sql_put(sql, "] ORDER BY i) FROM generate_subscripts(t.%s, 1) i WHERE ",
	    f->column);
	put_seen(sql,
	    arena_printf(sql->arena, "t.%s[i][%d]", f->column, at + 1),
	    entity_of(&object->outer[at]));
	sql_put(sql, ")");
}

static bool put_otherwise(struct sql *sql, const struct entity *entity,
    const struct field *f)
{
	for (size_t i = 0; i < array_length(otherwise); i++) {
		if (otherwise[i].entity != entity ||
		    strcmp(otherwise[i].column, f->column) != 0)
			continue;
		sql_put(sql, "%s", otherwise[i].before);
		put_all(sql, &entity_orgs);
		sql_put(sql, "%s", otherwise[i].after);
		return true;
	}
	return false;
}

static void put_column(struct sql *sql, const struct entity *entity,
    const struct field *f)
{
	if (sql->withheld != NULL && withheld_has(sql->withheld, entity, f))
		sql_put(sql, "NULL::%s", kind_rules[f->kind].sql);
	else if (f->kind == ID)
		sql_put(sql, "v.sourced_id");
	else if (f->kind == MODIFIED)
		sql_put(sql, "greatest(v.since, t.since)");
	else if (strcmp(f->column, "status") == 0)
		sql_put(sql, "CASE WHEN v.gone THEN 'tobedeleted' "
			     "ELSE t.status END");
	else if (put_otherwise(sql, entity, f))
		return;
	else if (f->kind == REF && !sight_is_sure(entity, f->column))
		put_ref(sql, f);
	else if (f->kind == REFS)
		put_refs(sql, f);
	else if (f->kind == OBJECTS)
		put_objects(sql, f);
	else
		sql_put(sql, "t.%s", f->column);
}

/* Two fields may share a column. */
static bool is_first(const struct field *fields, const struct field *field)
{
	for (const struct field *f = fields; f != field; f++)
		if (f->column != NULL && strcmp(f->column, field->column) == 0)
			return false;
	return true;
}

/* What the column is sought by. */
static void put_key(struct sql *sql, const struct entity *entity,
    const struct field *f)
{
	bool withheld =
	    sql->withheld != NULL && withheld_has(sql->withheld, entity, f);

	sql_put(sql, "%s AS %s_key, ",
	    withheld ? "NULL::text"
		     : arena_printf(sql->arena, "t.%s_key", f->column),
	    f->column);
}

static void put_columns(struct sql *sql, const struct entity *entity)
{
	for_each_field (f, entity->fields) {
		if (f->column == NULL || !is_first(entity->fields, f))
			continue;
		put_column(sql, entity, f);
		sql_put(sql, " AS %s, ", f->column);
		if (f->need & SOUGHT)
			put_key(sql, entity, f);
	}
	sql_put(sql, "v.gone, v.was");
}

/* --- rows ----------------------------------------------------------------- */

void sight_rows(struct sql *sql, const struct entity *entity, bool past)
{
	sql_put(sql, "(SELECT ");
	put_columns(sql, entity);
	sql_put(sql, " FROM homeroom.visible v %s %s.%s t ON ",
	    past ? "JOIN" : "LEFT JOIN", past ? "history" : "roster",
	    entity->table);
	sql_put(sql, "t.sourced_id = v.sourced_id AND NOT v.gone");
	if (sql->pinned != 0)
		sql_put(sql, " AND t.since <= $%d::bigint", sql->pinned);
	if (past)
		sql_put(sql, " AND t.until > $%d::bigint", sql->pinned);
	sql_put(sql,
	    " WHERE v.grant_id = homeroom.key_grant() AND v.entity = %d AND ",
	    entity->number);
	put_open(sql, "v");
	sql_put(sql, "%s)",
	    past ? "" : " AND (v.gone OR t.sourced_id IS NOT NULL)");
}
