/* The set of changes that an import has made in its transaction: row by row in
 * a table of the session, from which it is listed, and known again. */
#include "guard.h"

#include <string.h>

static const char make[] =
    "CREATE TEMP TABLE change (place int, entity text, person text, id text, "
    "title text, kind text, schools text[], before jsonb, after jsonb) "
    "ON COMMIT DROP";

/* --- from the rows -------------------------------------------------------- */

/* What is listed of a record: its own fields. What is derived of others' rows
 * is listed with these. */
static bool is_listed(const struct field *f)
{
	return is_own(f) && f->kind != ID && f->kind != METADATA;
}

static bool is_of(const struct field *f, const char *entity)
{
	return (f->kind == REF || f->kind == REFS) && f->column != NULL &&
	       strcmp(f->of, entity) == 0;
}

static void put_record(struct buf *sql, const struct entity *entity, char row)
{
	const char *comma = "";

	buf_puts(sql, "(SELECT jsonb_strip_nulls(to_jsonb(x)) FROM (SELECT ");
	for_each_field (f, entity->fields) {
		if (!is_listed(f))
			continue;
		buf_printf(sql, "%s%c.%s AS \"%s\"", comma, row, f->column,
		    f->name != NULL ? f->name : f->csv);
		comma = ", ";
	}
	buf_printf(sql,
	    ") x) || coalesce((SELECT jsonb_object_agg('metadata.' || m.key, "
	    "m.value) FROM jsonb_each(%c.metadata) m), '{}')",
	    row);
}

/* Demographics have the id of the user whose they are. */
const struct field *guard_person(const struct entity *entity)
{
	for_each_field (f, entity->fields) {
		bool own =
		    entity == &entity_users || entity == &entity_demographics;

		if (own ? f->kind == ID
			: f->kind == REF && is_of(f, "users") && is_own(f))
			return f;
	}
	return NULL;
}

static const struct field *title_of(const struct entity *entity)
{
	for_each_field (f, entity->fields)
		if (f->column != NULL && (strcmp(f->column, "title") == 0 ||
					     strcmp(f->column, "name") == 0))
			return f;
	return NULL;
}

static void put_column(struct buf *sql, const struct field *field,
    const char *as)
{
	if (field != NULL)
		buf_printf(sql, "l.%s AS %s, ", field->column, as);
	else
		buf_printf(sql, "NULL AS %s, ", as);
}

static void put_schools(struct buf *sql, const struct entity *entity)
{
	buf_puts(sql, "ARRAY[]::text[]");
	if (entity == &entity_orgs)
		buf_puts(sql, " || l.sourced_id");
	for_each_field (f, entity->fields)
		if (is_of(f, "orgs"))
			buf_printf(sql, " || l.%s || h.%s", f->column,
			    f->column);
}

/* Of a changed record only the fields that differ. A row may be new in this
 * version for what is derived alone: then there are none. */
static void put_select(struct buf *sql, const struct entity *entity)
{
	buf_printf(sql,
	    "INSERT INTO change SELECT %d, '%s', person, id, title, "
	    "CASE WHEN before IS NULL THEN 'added' WHEN after IS NULL "
	    "THEN 'removed' ELSE 'changed' END, schools, "
	    "CASE WHEN after IS NULL THEN before ELSE (SELECT "
	    "jsonb_object_agg(key, value) FROM jsonb_each(before) WHERE "
	    "after -> key IS DISTINCT FROM value) END, "
	    "CASE WHEN before IS NULL THEN after ELSE (SELECT "
	    "jsonb_object_agg(key, value) FROM jsonb_each(after) WHERE "
	    "before -> key IS DISTINCT FROM value) END "
	    "FROM (SELECT l.sourced_id AS id, ",
	    entity->number, entity->name);
	put_column(sql, guard_person(entity), "person");
	put_column(sql, title_of(entity), "title");
	put_schools(sql, entity);
	buf_puts(sql, " AS schools, CASE WHEN h.status = 'active' THEN ");
	put_record(sql, entity, 'h');
	buf_puts(sql, " END AS before, CASE WHEN l.status = 'active' THEN ");
	put_record(sql, entity, 'l');
	buf_puts(sql,
	    " END AS after FROM roster.{t} l LEFT JOIN history.{t} h "
	    "ON h.district = l.district AND h.sourced_id = l.sourced_id "
	    "AND h.until = {version} WHERE l.district = {district} "
	    "AND l.since = {version}) AS r "
	    "WHERE before IS DISTINCT FROM after");
}

static bool add_part(struct ingest *job, const struct part *part,
    struct err *err)
{
	struct buf sql = { 0 };
	bool added;

	put_select(&sql, part->entity);
	added = part_ask(job, part, buf_text(&sql), NULL, err);
	buf_free(&sql);
	return added;
}

bool changes_make(struct ingest *job, struct err *err)
{
	if (job->guard->made)
		return true;
	if (!db_run(job->db, make, err))
		return false;
	for_each_part(p, job) if (!add_part(job, p, err)) return false;
	job->guard->made = true;
	return db_run(job->db, "ANALYZE change", err);
}

bool changes_digest(struct ingest *job, const char **digest, struct err *err)
{
	const struct rows *rows;

	if (!db_ask_text(job->db, job->arena,
		"SELECT encode(sha256(convert_to(coalesce(string_agg("
		"md5(ROW(place, id, kind, before, after)::text), '' "
		"ORDER BY place, id COLLATE \"C\"), ''), 'UTF8')), 'hex') "
		"FROM change",
		NULL, &rows, err))
		return false;
	*digest = rows_get(rows, 0, 0);
	return true;
}

/* --- listing -------------------------------------------------------------- */

struct changes {
	struct arena *arena; /* of the rows that were fetched last */
	const struct rows *rows;
	int next;
	struct ingest_change change;
};

/* By person, and before them what is of no person. */
static const char list[] =
    "DECLARE listing NO SCROLL CURSOR FOR SELECT c.person, "
    "concat_ws(' ', u.given_name, u.family_name), c.entity, c.id, c.title, "
    "c.kind, f.key, f.b #>> '{}', f.a #>> '{}', f.b::text, f.a::text "
    "FROM change c LEFT JOIN roster.users u ON u.district = $1::int "
    "AND u.sourced_id = c.person LEFT JOIN LATERAL (SELECT key, b.value AS b, "
    "a.value AS a FROM jsonb_each(coalesce(c.before, '{}')) b "
    "FULL JOIN jsonb_each(coalesce(c.after, '{}')) a USING (key)) f ON true "
    "WHERE c.entity = coalesce($2::text, c.entity) AND ($3::text IS NULL "
    "OR $3::text = ANY (c.schools) OR $3::text = ANY (u.org_ids)) "
    "ORDER BY c.person COLLATE \"C\" NULLS FIRST, c.place, "
    "c.id COLLATE \"C\", f.key COLLATE \"C\"";

bool changes_open(struct ingest *job, struct err *err)
{
	const struct values values = { 3,
		{ arena_number(job->arena, job->request->district),
		    job->request->entity, job->request->school } };

	if (!changes_make(job, err) ||
	    !db_ask_text(job->db, job->brief, list, &values, NULL, err))
		return false;
	job->guard->changes =
	    arena_alloc(job->arena, sizeof(*job->guard->changes));
	job->guard->changes->arena = arena_new();
	return true;
}

void changes_close(struct changes *changes)
{
	if (changes != NULL)
		arena_free(changes->arena);
}

static bool fetch(struct ingest *job, struct changes *c, struct err *err)
{
	arena_reset(c->arena);
	c->next = 0;
	return db_ask_text(job->db, c->arena, "FETCH 500 FROM listing", NULL,
	    &c->rows, err);
}

bool ingest_change(struct ingest *job, const struct ingest_change **change,
    struct err *err)
{
	struct changes *c = job->guard->changes;
	int i;

	*change = NULL;
	if (c == NULL)
		return true;
	if ((c->rows == NULL || c->next == rows_count(c->rows)) &&
	    !fetch(job, c, err))
		return false;
	if (rows_count(c->rows) == 0)
		return true;
	i = c->next++;
	c->change = (struct ingest_change){
		.person = rows_get(c->rows, i, 0),
		.name = rows_get(c->rows, i, 1),
		.entity = rows_get(c->rows, i, 2),
		.id = rows_get(c->rows, i, 3),
		.title = rows_get(c->rows, i, 4),
		.what = rows_get(c->rows, i, 5),
		.field = rows_get(c->rows, i, 6),
		.before = rows_get(c->rows, i, 7),
		.after = rows_get(c->rows, i, 8),
		.before_json = rows_get(c->rows, i, 9),
		.after_json = rows_get(c->rows, i, 10),
	};
	*change = &c->change;
	return true;
}
