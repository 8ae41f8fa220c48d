/* What the tables say, as SQL: the roster's live and history tables, their
 * indexes and who may read them. `make gen` writes it to sql/model.sql. */
#include "model.h"

#include <string.h>

#define LIVE "roster"
#define HISTORY "history"

static void role_functions(struct buf *out)
{
	const struct vocabulary *role = vocabulary_find("role");

	buf_puts(out,
	    "-- The one role that OneRoster 1.1 knows, for a role of 1.2.\n"
	    "CREATE FUNCTION homeroom.role_11(role text) RETURNS text\n"
	    "LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$\n"
	    "\tSELECT CASE role\n");
	for (const struct word *w = role->words; w->v12 != NULL; w++)
		buf_printf(out, "\t\tWHEN '%s' THEN '%s'\n", w->v12, w->v11);
	buf_printf(out, "\t\tELSE '%s' END\n$$;\n\n", role->otherwise_11);
	buf_puts(out,
	    "-- Which of several roles matters most to a roster: lowest "
	    "first.\n"
	    "CREATE FUNCTION homeroom.role_rank(role text) RETURNS int\n"
	    "LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$\n"
	    "\tSELECT CASE homeroom.role_11(role)\n"
	    "\t\tWHEN 'teacher' THEN 1 WHEN 'student' THEN 2\n"
	    "\t\tWHEN 'administrator' THEN 3 WHEN 'aide' THEN 4\n"
	    "\t\tWHEN 'proctor' THEN 5 WHEN 'guardian' THEN 6\n"
	    "\t\tWHEN 'parent' THEN 7 ELSE 8 END\n$$;\n\n"
	    "GRANT EXECUTE ON FUNCTION homeroom.role_11(text), "
	    "homeroom.role_rank(text)\n\tTO homeroom_ingest, "
	    "homeroom_publish_restricted;\n");
}

static bool is_own_column(const struct field *f)
{
	return f->column != NULL && f->kind != MODIFIED;
}

static bool is_key(const struct field *f)
{
	return f->kind == ID || f->kind == REF || f->kind == REFS ||
	       f->kind == WORD || f->kind == WORDS;
}

/* What people are sought by, whatever its letter case. A column of its own,
 * since row-level security lets no index on lower(…) be used: lower() is not
 * leakproof, comparing a column is. */
static void sought_column(struct buf *out, const struct field *f)
{
	buf_printf(out,
	    "\t%s_key text COLLATE \"C\" GENERATED ALWAYS AS (lower(%s)) "
	    "STORED,\n",
	    f->column, f->column);
}

static void columns(struct buf *out, const struct entity *entity)
{
	buf_puts(out, "\tdistrict int NOT NULL,\n");
	for_each_field (f, entity->fields) {
		if (!is_own_column(f))
			continue;
		if (f->need & SOUGHT)
			sought_column(out, f);
		buf_printf(out, "\t%s %s%s%s,\n", f->column,
		    kind_rules[f->kind].sql, is_key(f) ? " COLLATE \"C\"" : "",
		    f->kind == ID || strcmp(f->column, "status") == 0
			? " NOT NULL"
			: "");
	}
	buf_puts(out, "\tsource int NOT NULL,\n"
		      "\tfingerprint uuid,\n"
		      "\tsince bigint NOT NULL");
}

static void keyed_indexes(struct buf *out, const char *schema,
    const struct entity *entity)
{
	for_each_field (f, entity->fields) {
		if (f->need & KEYED)
			buf_printf(out,
			    "CREATE INDEX ON %s.%s (district, %s, "
			    "sourced_id);\n",
			    schema, entity->table, f->column);
	}
}

static void searched_indexes(struct buf *out, const struct entity *entity)
{
	for_each_field (f, entity->fields) {
		if (f->need & SOUGHT)
			buf_printf(out,
			    "CREATE INDEX ON " LIVE ".%s (district, "
			    "%s_key, sourced_id);\n",
			    entity->table, f->column);
		if (f->need & LISTED)
			buf_printf(out,
			    "CREATE INDEX ON " LIVE ".%s USING gin (%s) "
			    "WHERE %s IS NOT NULL;\n",
			    entity->table, f->column, f->column);
	}
}

/* Whether the grant of the transaction has the row in its sight; `sight` says
 * so of the visible row v and the row itself. */
static void seen(struct buf *out, const struct entity *entity,
    const char *sight)
{
	buf_printf(out,
	    "EXISTS (\n\t\tSELECT FROM homeroom.visible v\n"
	    "\t\tWHERE v.grant_id = homeroom.key_grant()\n"
	    "\t\tAND v.entity = %d AND v.sourced_id = %s.sourced_id AND %s)",
	    entity->number, entity->table, sight);
}

/* `seen`: the condition under which a restricted grant sees a row. */
static void rights(struct buf *out, const char *schema,
    const struct entity *entity, const char *seen)
{
	const char *table = entity->table;

	buf_printf(out,
	    "ALTER TABLE %s.%s ENABLE ROW LEVEL SECURITY;\n"
	    "GRANT SELECT ON %s.%s TO homeroom_publish_full, "
	    "homeroom_publish_restricted;\n"
	    "GRANT SELECT, INSERT, UPDATE, DELETE ON %s.%s TO "
	    "homeroom_ingest;\n"
	    "CREATE POLICY ingest ON %s.%s TO homeroom_ingest USING (true);\n"
	    "CREATE POLICY full_grant ON %s.%s FOR SELECT TO "
	    "homeroom_publish_full\n"
	    "\tUSING (district = homeroom.key_district());\n",
	    schema, table, schema, table, schema, table, schema, table, schema,
	    table);
	buf_printf(out,
	    "CREATE POLICY restricted_grant ON %s.%s FOR SELECT TO "
	    "homeroom_publish_restricted\n"
	    "\tUSING (district = homeroom.key_district() AND %s);\n\n",
	    schema, table, seen);
}

/* What left the grant's sight is seen by who reads a version before that. */
static void live_rights(struct buf *out, const struct entity *entity)
{
	struct buf sight = { 0 };

	buf_printf(&sight, "(sourced_id IN (SELECT homeroom.page(%d))\n\t\tOR ",
	    entity->number);
	seen(&sight, entity, "coalesce(v.until, 0) = 0 AND NOT v.gone");
	buf_puts(&sight, "\n\t\tOR homeroom.key_version() IS NOT NULL AND ");
	seen(&sight, entity, "v.until > homeroom.key_version() AND NOT v.gone");
	buf_char(&sight, ')');
	rights(out, LIVE, entity, buf_text(&sight));
	buf_free(&sight);
}

static void live_table(struct buf *out, const struct entity *entity)
{
	buf_printf(out, "-- %s: %s.\n", entity->name, entity->meaning);
	buf_printf(out, "CREATE TABLE " LIVE ".%s (\n", entity->table);
	columns(out, entity);
	buf_puts(out, ",\n\tPRIMARY KEY (district, sourced_id)\n);\n");
	buf_printf(out, "CREATE INDEX ON " LIVE ".%s (district, since);\n",
	    entity->table);
	keyed_indexes(out, LIVE, entity);
	searched_indexes(out, entity);
	live_rights(out, entity);
}

/* Named in full: visible has a since and an until of its own. */
static void history_rights(struct buf *out, const struct entity *entity)
{
	struct buf lived = { 0 }, sight = { 0 };

	buf_printf(&lived,
	    "v.since < %s.until AND (v.until IS NULL OR v.until > %s.since) "
	    "AND NOT v.gone",
	    entity->table, entity->table);
	seen(&sight, entity, buf_text(&lived));
	rights(out, HISTORY, entity, buf_text(&sight));
	buf_free(&lived);
	buf_free(&sight);
}

static void history_table(struct buf *out, const struct entity *entity)
{
	buf_printf(out, "CREATE TABLE " HISTORY ".%s (\n", entity->table);
	columns(out, entity);
	buf_puts(out, ",\n\tuntil bigint NOT NULL\n);\n");
	buf_printf(out,
	    "CREATE INDEX ON " HISTORY ".%s (district, sourced_id, until);\n"
	    "CREATE INDEX ON " HISTORY ".%s (district, until);\n",
	    entity->table, entity->table);
	keyed_indexes(out, HISTORY, entity);
	history_rights(out, entity);
}

/* --- what each source said ----------------------------------------------- */

/* What a file has of it: what is derived from other records only where a file
 * may have that too. */
static bool is_said(const struct field *f)
{
	return is_own_column(f) && (!(f->need & DERIVED) || f->csv != NULL) &&
	       strcmp(f->column, "status") != 0;
}

/* Beside the live rows, which are merged of several: what a source said last of
 * a record of its own. `person` is the live row's sourcedId; null: it waits. */
static void said_table(struct buf *out, const struct entity *entity)
{
	buf_printf(out,
	    "-- What each source said last of its own %s; person: the live row "
	    "that it is\n-- part of, null while it waits.\n"
	    "CREATE TABLE " LIVE ".said_%s (\n"
	    "\tdistrict int NOT NULL,\n\tsource int NOT NULL,\n",
	    entity->name, entity->table);
	for_each_field (f, entity->fields)
		if (is_said(f))
			buf_printf(out, "\t%s %s%s%s,\n", f->column,
			    kind_rules[f->kind].sql,
			    is_key(f) ? " COLLATE \"C\"" : "",
			    f->kind == ID ? " NOT NULL" : "");
	buf_printf(out,
	    "\tstatus text COLLATE \"C\" NOT NULL,\n"
	    "\tfingerprint uuid,\n"
	    "\tbirth_date date,\n"
	    "\tperson text COLLATE \"C\",\n"
	    "\trule text,\n"
	    "\treview text,\n"
	    "\tcandidates text[] COLLATE \"C\",\n"
	    "\timport bigint,\n"
	    "\tline int,\n"
	    "\tPRIMARY KEY (district, source, sourced_id)\n);\n"
	    "CREATE INDEX ON " LIVE ".said_%s (district, source)\n"
	    "\tWHERE person IS DISTINCT FROM sourced_id;\n"
	    "CREATE INDEX ON " LIVE ".said_%s (district, person)\n"
	    "\tWHERE person IS DISTINCT FROM sourced_id;\n"
	    "GRANT SELECT, INSERT, UPDATE, DELETE ON " LIVE ".said_%s\n"
	    "\tTO homeroom_ingest;\n\n",
	    entity->table, entity->table, entity->table);
}

void describe_sql(struct buf *out)
{
	buf_puts(out,
	    "-- The roster's tables, as `homeroom describe --sql` prints "
	    "them.\n"
	    "-- Made by `make gen`; changes reach databases as migrations.\n\n"
	    "-- A record as it stands (roster), and as it stood from version "
	    "`since` until\n"
	    "-- before version `until` (history).\n\n");
	role_functions(out);
	buf_puts(out, "\n");
	for (const struct entity *const *e = entities; *e != NULL; e++) {
		live_table(out, *e);
		history_table(out, *e);
	}
	said_table(out, &entity_users);
}
