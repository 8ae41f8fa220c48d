/*
 * The rows of an entity as a restricted grant sees them, for a FROM: joined
 * with homeroom.visible, without references to what it does not see, and with
 * pseudonyms where it has them. Policies check the same again.
 *
 * A record that left the grant's sight is a row with its id, its status and the
 * version in which it left, and nothing else.
 */
#include "publish.h"

#include <stdio.h>
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

/* Parts of objects that name another record without being a reference: only
 * those that are among these, which are the person's own. */
static const struct {
	const char *object, *part, *among;
} owned[] = {
	{ "role", "userProfile", "t.user_profiles[:][1:1]" },
};
/* clang-format on */

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

/* What readers call the record of this id; NULL when it is not seen. */
static void put_name(struct sql *sql, const char *id, const struct entity *of)
{
	if (withheld_renames(sql->withheld, of)) {
		sql_put(sql, "(SELECT w.pseudonym");
		seen_from(sql, of);
		sql_put(sql, " AND w.sourced_id = %s)", id);
		return;
	}
	sql_put(sql, "CASE WHEN ");
	seen_test(sql, id, of);
	sql_put(sql, " THEN %s END", id);
}

/* In an order that tells nothing of the ids. */
static void put_names(struct sql *sql, const struct field *f)
{
	sql_put(sql, "CASE WHEN t.%s IS NOT NULL THEN ARRAY(SELECT w.pseudonym",
	    f->column);
	seen_from(sql, entity_of(f));
	sql_put(sql, " AND w.sourced_id = ANY (t.%s) ORDER BY w.pseudonym) END",
	    f->column);
}

/* A list as short as this is taken apart by hand: to make rows of it and a list
 * of them again takes longer than to look up what is in it. Most are. */
#define SHORT 2

static void put_refs(struct sql *sql, const struct field *f)
{
	if (withheld_renames(sql->withheld, entity_of(f))) {
		put_names(sql, f);
		return;
	}
	sql_put(sql,
	    "CASE WHEN cardinality(t.%s) > %d THEN ARRAY(SELECT x.id "
	    "FROM unnest(t.%s) WITH ORDINALITY x(id, place) WHERE ",
	    f->column, SHORT, f->column);
	seen_test(sql, "x.id", entity_of(f));
	sql_put(sql,
	    " ORDER BY x.place) WHEN t.%s IS NOT NULL THEN array_remove(ARRAY[",
	    f->column);
	for (int i = 1; i <= SHORT; i++) {
		sql_put(sql, i > 1 ? ", " : "");
		put_name(sql,
		    arena_printf(sql->arena, "t.%s[%d]", f->column, i),
		    entity_of(f));
	}
	sql_put(sql, "], NULL) END");
}

/* --- objects in a list ---------------------------------------------------- */

/* The part of a list's objects that refers to something; -1: none does. */
static int find_reference(const struct object *object)
{
	int width = field_count(object->outer);

	for (int i = 0; i < width; i++)
		if (object->outer[i].kind == REF)
			return i;
	return -1;
}

/* NULL: the part may be any. */
static const char *find_own(const struct field *f, const struct field *part)
{
	for (size_t i = 0; i < array_length(owned); i++)
		if (strcmp(owned[i].object, f->of) == 0 && part->name != NULL &&
		    strcmp(owned[i].part, part->name) == 0)
			return owned[i].among;
	return NULL;
}

static void put_part(struct sql *sql, const struct field *f,
    const struct field *part, const char *value)
{
	const char *own = find_own(f, part);

	if (part->kind == REF &&
	    withheld_renames(sql->withheld, entity_of(part)))
		put_name(sql, value, entity_of(part));
	else if ((f->need & part->need & PSEUDONYM) != 0)
		sql_put(sql, "v.pseudonym");
	else if (own != NULL)
		sql_put(sql, "CASE WHEN %s = ANY (%s) THEN %s END", value, own,
		    value);
	else
		sql_put(sql, "%s", value);
}

/* Row i of a list's objects, that part of it. */
static const char *part_at(struct sql *sql, const struct field *f,
    const char *i, int part)
{
	return arena_printf(sql->arena, "t.%s[%s][%d]", f->column, i, part + 1);
}

/* A list of one object of which all may be seen is shown as it is: most are,
 * and to make it anew takes longer than all else of the row. Ends in ELSE. */
static bool put_single(struct sql *sql, const struct field *f,
    const struct object *object, int reference)
{
	const struct entity *of = entity_of(&object->outer[reference]);

	if (withheld_renames(sql->withheld, of))
		return false;
	sql_put(sql, "CASE WHEN array_length(t.%s, 1) = 1", f->column);
	for_each_field (part, object->outer) {
		const char *own = find_own(f, part);
		const char *value =
		    part_at(sql, f, "1", (int)(part - object->outer));

		if (own != NULL)
			sql_put(sql, " AND (%s IS NULL OR %s = ANY (%s))",
			    value, value, own);
	}
	sql_put(sql, " AND ");
	seen_test(sql, part_at(sql, f, "1", reference), of);
	sql_put(sql, " THEN t.%s ELSE ", f->column);
	return true;
}

/* Objects that refer to something: those that may be seen. Those that identify
 * somebody: with the pseudonym in that place. */
static void put_objects(struct sql *sql, const struct field *f, bool replaced)
{
	const struct object *object = object_find(f->of);
	int reference = find_reference(object);
	const char *comma = "";
	bool single;

	if (reference < 0 && !replaced) {
		sql_put(sql, "t.%s", f->column);
		return;
	}
	single = !replaced && put_single(sql, f, object, reference);
	sql_put(sql, "(SELECT array_agg(ARRAY[");
	for_each_field (part, object->outer) {
		sql_put(sql, "%s", comma);
		put_part(sql, f, part,
		    part_at(sql, f, "i", (int)(part - object->outer)));
		comma = ", ";
	}
	sql_put(sql, "] ORDER BY i) FROM generate_subscripts(t.%s, 1) i",
	    f->column);
	if (reference >= 0) {
		sql_put(sql, " WHERE ");
		seen_test(sql, part_at(sql, f, "i", reference),
		    entity_of(&object->outer[reference]));
	}
	sql_put(sql, single ? ") END" : ")");
}

/* Whether an object is made of a column that the grant does not share as it
 * is; what only orders the objects does not count. */
static bool is_made_of_withheld(const struct withheld *withheld,
    const struct derived *d)
{
	const char *order = strstr(d->value, " ORDER BY ");

	if (withheld == NULL)
		return false;
	for_each_field (f, d->child->fields) {
		char name[80];
		const char *found;

		if (f->column == NULL)
			continue;
		snprintf(name, sizeof(name), "c.%s", f->column);
		found = strstr(d->value, name);
		if (found != NULL && (order == NULL || found < order) &&
		    (withheld_omits(withheld, d->child, f) ||
			withheld_replaces(withheld, d->child, f) ||
			(f->kind == REF &&
			    withheld_renames(withheld, entity_of(f)))))
			return true;
	}
	return false;
}

/* Whose objects these are, when they must be made anew of what is seen. */
static const struct derived *find_remade(const struct sql *sql,
    const struct entity *entity, const struct field *f)
{
	for (const struct derived *d = derived; d->parent != NULL; d++)
		if (d->parent == entity && strcmp(d->column, f->column) == 0)
			return is_made_of_withheld(sql->withheld, d) ? d : NULL;
	return NULL;
}

/* Rows are made of columns, and a column of other rows perhaps; no entity of
 * the tables is made of itself. NOLINTBEGIN(misc-no-recursion) */
static void put_remade(struct sql *sql, const struct derived *d)
{
	bool renamed = withheld_renames(sql->withheld, d->parent);

	sql_put(sql, "(SELECT %s FROM ", d->value);
	sight_relation(sql, d->child);
	sql_put(sql, " c WHERE c.%s%s = t.sourced_id AND c.status = 'active')",
	    d->child_column, renamed ? "_real" : "");
}

static bool put_otherwise(struct sql *sql, const struct entity *entity,
    const struct field *f)
{
	for (size_t i = 0; i < array_length(otherwise); i++) {
		if (otherwise[i].entity != entity ||
		    strcmp(otherwise[i].column, f->column) != 0)
			continue;
		sql_put(sql, "%s", otherwise[i].before);
		seen_ids(sql, &entity_orgs);
		sql_put(sql, "%s", otherwise[i].after);
		return true;
	}
	return false;
}

/* The pseudonym in the field's place, where there is a value. */
static const char *pseudonym_of(struct sql *sql, const struct field *f)
{
	return arena_printf(sql->arena,
	    "CASE WHEN t.%s IS NOT NULL THEN v.pseudonym%s END", f->column,
	    f->need & PSEUDONYM_MAIL ? " || '" PSEUDONYM_DOMAIN "'" : "");
}

static void put_list(struct sql *sql, const struct entity *entity,
    const struct field *f)
{
	const struct derived *remade = find_remade(sql, entity, f);

	if (f->kind == REFS)
		put_refs(sql, f);
	else if (remade != NULL)
		put_remade(sql, remade);
	else
		put_objects(sql, f,
		    withheld_replaces(sql->withheld, entity, f));
}

static void put_ref(struct sql *sql, const struct entity *entity,
    const struct field *f)
{
	const char *id = arena_printf(sql->arena, "t.%s", f->column);

	if (sight_is_sure(entity, f->column) &&
	    !withheld_renames(sql->withheld, entity_of(f)))
		sql_put(sql, "%s", id);
	else
		put_name(sql, id, entity_of(f));
}

static void put_column(struct sql *sql, const struct entity *entity,
    const struct field *f)
{
	if (withheld_omits(sql->withheld, entity, f))
		sql_put(sql, "NULL::%s", kind_rules[f->kind].sql);
	else if (f->kind == ID)
		sql_put(sql, "v.%s",
		    withheld_renames(sql->withheld, entity) ? "pseudonym"
							    : "sourced_id");
	else if (f->kind == MODIFIED)
		sql_put(sql, "greatest(v.since, t.since)");
	else if (strcmp(f->column, "status") == 0)
		sql_put(sql, "CASE WHEN v.gone THEN 'tobedeleted' "
			     "ELSE t.status END");
	else if (put_otherwise(sql, entity, f))
		return;
	else if (f->kind == REF)
		put_ref(sql, entity, f);
	else if (f->kind == REFS || f->kind == OBJECTS)
		put_list(sql, entity, f);
	else if (withheld_replaces(sql->withheld, entity, f))
		sql_put(sql, "%s", pseudonym_of(sql, f));
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
	const char *key = arena_printf(sql->arena, "t.%s_key", f->column);

	if (withheld_omits(sql->withheld, entity, f))
		key = "NULL::text";
	else if (withheld_replaces(sql->withheld, entity, f))
		key = pseudonym_of(sql, f);
	sql_put(sql, "%s AS %s_key, ", key, f->column);
}

/* What readers know by another name, for conditions of our own. */
static void put_real(struct sql *sql, const struct entity *entity)
{
	if (withheld_names(sql->withheld, entity))
		sql_put(sql, ", v.pseudonym");
	for_each_field (f, entity->fields)
		if (f->kind == REF && f->column != NULL &&
		    withheld_renames(sql->withheld, entity_of(f)))
			sql_put(sql, ", t.%s AS %s_real", f->column, f->column);
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
	put_real(sql, entity);
}

/* --- rows ----------------------------------------------------------------- */

/* A record mostly lies where it lay when that was noted last; it is sought only
 * if it does not. */
static void put_near(struct sql *sql, const struct entity *entity)
{
	sql_put(sql,
	    "LEFT JOIN LATERAL (SELECT t.* FROM roster.%s t "
	    "WHERE t.ctid = v.place AND t.sourced_id = v.sourced_id "
	    "UNION ALL SELECT t.* FROM roster.%s t "
	    "WHERE t.sourced_id = v.sourced_id LIMIT 1) t ON ",
	    entity->table, entity->table);
}

void sight_rows(struct sql *sql, const struct entity *entity, bool past,
    const char *where)
{
	sql_put(sql, "(SELECT ");
	put_columns(sql, entity);
	sql_put(sql, " FROM homeroom.visible v ");
	if (sql->walk && !past)
		put_near(sql, entity);
	else
		sql_put(sql, "%s %s.%s t ON t.sourced_id = v.sourced_id AND ",
		    past ? "JOIN" : "LEFT JOIN", past ? "history" : "roster",
		    entity->table);
	sql_put(sql, "NOT v.gone");
	if (sql->pinned != 0)
		sql_put(sql, " AND t.since <= $%d::bigint", sql->pinned);
	if (past)
		sql_put(sql, " AND t.until > $%d::bigint", sql->pinned);
	sql_put(sql,
	    " WHERE v.grant_id = homeroom.key_grant() AND v.entity = %d AND ",
	    entity->number);
	seen_open(sql, "v");
	/* Without a pseudonym a record would be shown by its real id. */
	if (withheld_renames(sql->withheld, entity))
		sql_put(sql, " AND v.pseudonym IS NOT NULL");
	if (*where != '\0')
		sql_put(sql, " AND %s", where);
	sql_put(sql, "%s)",
	    past ? "" : " AND (v.gone OR t.sourced_id IS NOT NULL)");
}

void sight_relation(struct sql *sql, const struct entity *entity)
{
	sql_put(sql, "(SELECT * FROM ");
	sight_rows(sql, entity, false, "");
	sql_put(sql, " t");
	if (sql->pinned != 0) {
		sql_put(sql, " UNION ALL SELECT * FROM ");
		sight_rows(sql, entity, true, "");
		sql_put(sql, " t");
	}
	sql_put(sql, ")");
}
/* NOLINTEND(misc-no-recursion) */

/* --- from pseudonyms back ------------------------------------------------- */

const char *sight_real(struct sql *sql, const struct entity *of,
    const char *pseudonym)
{
	struct sql *real = sql_new(sql->arena);

	real->pinned = sql->pinned;
	sql_put(real, "(SELECT w.sourced_id");
	seen_from(real, of);
	sql_put(real, " AND w.pseudonym = %s)", pseudonym);
	return sql_take(real);
}
