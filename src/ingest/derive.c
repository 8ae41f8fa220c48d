/* Derived columns: what a record shows of the records that point at it. */
#include "ingest.h"

#include <string.h>

/* --- at once, while a table is filled ------------------------------------ */

static bool is_first_of_child(const struct derived *d)
{
	for (const struct derived *e = derived; e < d; e++)
		if (e->parent == d->parent && e->child == d->child)
			return false;
	return true;
}

/* Each child table is read once, whatever the number of columns. */
static void join_child(struct buf *joins, const struct derived *first,
    const char *where)
{
	buf_printf(joins, " LEFT JOIN (SELECT c.%s AS parent",
	    first->child_column);
	for (const struct derived *d = derived; d->parent != NULL; d++)
		if (d->parent == first->parent && d->child == first->child)
			buf_printf(joins, ", %s AS %s", d->value, d->column);
	buf_printf(joins,
	    " FROM roster.%s c WHERE c.district = {district} "
	    "AND c.status = 'active'%s GROUP BY 1) d%d "
	    "ON d%d.parent = f.sourced_id",
	    first->child->table, where, first->child->number,
	    first->child->number);
}

void derive_at_once(const struct entity *parent, struct buf *names,
    struct buf *values, struct buf *joins)
{
	for (const struct derived *d = derived; d->parent != NULL; d++) {
		if (d->parent != parent || d->child == parent)
			continue;
		buf_printf(names, ", %s", d->column);
		buf_printf(values, ", d%d.%s", d->child->number, d->column);
		if (is_first_of_child(d))
			join_child(joins, d, "");
	}
}

/* --- of those that were touched ------------------------------------------ */

static bool is_parent(const struct entity *entity)
{
	for (const struct derived *d = derived; d->parent != NULL; d++)
		if (d->parent == entity)
			return true;
	return false;
}

/* Those that changed or came themselves, and those that children came to,
 * changed under or left. */
static bool find_touched(struct ingest *job, const struct part *part,
    struct err *err)
{
	if (!part_ask(job, part,
		"CREATE TEMP TABLE touched ON COMMIT DROP AS "
		"SELECT sourced_id FROM roster.{t} LIMIT 0",
		NULL, err) ||
	    !part_ask(job, part,
		"INSERT INTO touched SELECT sourced_id FROM roster.{t} "
		"WHERE district = {district} AND since = {version}",
		NULL, err))
		return false;
	for (const struct derived *d = derived; d->parent != NULL; d++) {
		const struct composing with = { .entity = d->child,
			.column = d->child_column };

		if (d->parent != part->entity || !is_first_of_child(d))
			continue;
		if (!job_ask(job, &with,
			"INSERT INTO touched SELECT {c} FROM roster.{t} "
			"WHERE district = {district} AND since = {version} "
			"AND {c} IS NOT NULL UNION SELECT {c} FROM "
			"history.{t} WHERE district = {district} "
			"AND until = {version} AND {c} IS NOT NULL",
			NULL, err))
			return false;
	}
	return db_run(job->db, "ANALYZE touched", err);
}

static void put_columns(struct buf *out, const struct entity *parent,
    const char *prefix, bool number)
{
	const char *comma = "";

	for (const struct derived *d = derived; d->parent != NULL; d++) {
		if (d->parent != parent)
			continue;
		buf_puts(out, comma);
		if (number)
			buf_printf(out, "d%d.", d->child->number);
		buf_printf(out, "%s%s", prefix, d->column);
		comma = ", ";
	}
}

/* The new values of those where they differ. */
static bool find_values(struct ingest *job, const struct part *part,
    struct err *err)
{
	struct buf sql = { 0 };
	bool found;

	buf_puts(&sql, "CREATE TEMP TABLE derived ON COMMIT DROP AS SELECT "
		       "f.sourced_id, f.since, ");
	put_columns(&sql, part->entity, "", true);
	buf_puts(&sql, " FROM roster.{t} f");
	for (const struct derived *d = derived; d->parent != NULL; d++)
		if (d->parent == part->entity && is_first_of_child(d)) {
			struct buf where = { 0 };

			buf_printf(&where,
			    " AND c.%s IN (SELECT sourced_id FROM touched)",
			    d->child_column);
			join_child(&sql, d, buf_text(&where));
			buf_free(&where);
		}
	buf_puts(&sql, " WHERE f.district = {district} AND f.status = 'active' "
		       "AND f.sourced_id IN (SELECT sourced_id FROM touched) "
		       "AND ROW(");
	put_columns(&sql, part->entity, "f.", false);
	buf_puts(&sql, ") IS DISTINCT FROM ROW(");
	put_columns(&sql, part->entity, "", true);
	buf_puts(&sql, ")");
	found = part_ask(job, part, buf_text(&sql), NULL, err);
	buf_free(&sql);
	return found;
}

/* A row that shows something else is another row, though its own file says
 * the same of it as before. */
static bool keep_history(struct ingest *job, const struct part *part,
    struct err *err)
{
	return part_ask(job, part,
	    "INSERT INTO history.{t} (district, {all}, status, source, "
	    "fingerprint, since, until) SELECT l.district, {l.all}, l.status, "
	    "l.source, l.fingerprint, l.since, {version} FROM roster.{t} l "
	    "JOIN derived d ON d.sourced_id = l.sourced_id "
	    "WHERE l.district = {district} AND l.since < {version}",
	    NULL, err);
}

static bool update(struct ingest *job, const struct part *part, struct err *err)
{
	struct buf sql = { 0 };
	bool updated;

	buf_puts(&sql, "UPDATE roster.{t} l SET (since, ");
	put_columns(&sql, part->entity, "", false);
	buf_puts(&sql, ") = ROW({version}, ");
	put_columns(&sql, part->entity, "d.", false);
	buf_puts(&sql, ") FROM derived d WHERE l.district = {district} "
		       "AND l.sourced_id = d.sourced_id");
	updated = part_ask(job, part, buf_text(&sql), NULL, err);
	buf_free(&sql);
	return updated;
}

/* A table that was just filled has all but what its own rows give it. */
static bool is_derived_already(const struct part *part)
{
	if (part->any_live)
		return false;
	for (const struct derived *d = derived; d->parent != NULL; d++)
		if (d->parent == part->entity && d->child == part->entity)
			return false;
	return true;
}

bool derive_touched(struct ingest *job, const struct part *part,
    struct err *err)
{
	if (!is_parent(part->entity) || is_derived_already(part))
		return true;
	return find_touched(job, part, err) && find_values(job, part, err) &&
	       keep_history(job, part, err) && update(job, part, err) &&
	       db_run(job->db, "DROP TABLE touched, derived", err);
}
