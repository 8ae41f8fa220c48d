/* Which records of an entity a restricted grant sees, in a statement: rows of
 * homeroom.visible, and whether a record is among them. */
#include "publish.h"

/* The references of so few rows are looked up in no time; those of more sooner
 * than all is read that the grant sees, if that is so many times as much. */
#define FEW 500
#define WORTH 4

const char *seen_window(const struct sql *sql, const struct selection *sel,
    const char *after)
{
	if (!sql->sight || !sql->walk ||
	    withheld_renames(sql->withheld, sel->entity))
		return "";
	return arena_printf(sql->arena, "%d %d %s", sel->entity->number,
	    sel->limit + 1, after != NULL ? after : "");
}

bool seen_few(const struct reading *reading)
{
	const struct selection *sel = &reading->question.sel;
	int64_t total = reading->asked->total;
	int64_t rows = sel->limit;

	if (total >= 0 && rows > total - sel->offset)
		rows = total - sel->offset;
	return sel->filter.count == 0 &&
	       (rows < FEW || (total >= 0 && rows < total / WORTH));
}

void seen_open(struct sql *sql, const char *v)
{
	/* Read by the primary key, and not by visible_seen, which the planner
	 * takes for as good where "until IS NULL" is all it is told. */
	if (sql->pinned == 0)
		sql_put(sql, "(%s.until IS NULL) IS TRUE", v);
	else
		sql_put(sql,
		    "%s.since <= $%d::bigint AND (%s.until IS NULL "
		    "OR %s.until > $%d::bigint)",
		    v, sql->pinned, v, v, sql->pinned);
}

void seen_from(struct sql *sql, const struct entity *of)
{
	sql_put(sql,
	    " FROM homeroom.visible w WHERE w.grant_id = homeroom.key_grant() "
	    "AND w.entity = %d AND ",
	    of->number);
	/* Looked up by the primary key, and not by visible_seen: migration
	 * 025. */
	if (sql->pinned == 0)
		sql_put(sql, "coalesce(w.until, 0) = 0");
	else
		seen_open(sql, "w");
	sql_put(sql, " AND NOT w.gone");
}

void seen_ids(struct sql *sql, const struct entity *of)
{
	sql_put(sql, "(SELECT w.sourced_id");
	seen_from(sql, of);
	sql_put(sql, ")");
}

static bool is_few(const struct entity *entity)
{
	for (const struct rule *r = rules; r->entity != NULL; r++)
		if (r->entity == entity)
			return r->whole;
	return false;
}

/* The planner would rather read all that the grant sees, once a page, than look
 * each up: it does not know how little the page wants. What has an OFFSET is
 * looked up. */
void seen_test(struct sql *sql, const char *id, const struct entity *of)
{
	if (is_few(of)) {
		sql_put(sql, "(%s IN ", id);
		seen_ids(sql, of);
		sql_put(sql, ") IS TRUE");
		return;
	}
	sql_put(sql, "EXISTS (SELECT");
	seen_from(sql, of);
	sql_put(sql, " AND w.sourced_id = %s%s)", id,
	    sql->few ? " OFFSET 0" : "");
}
