/* Which records of an entity a restricted grant sees, in a statement: rows of
 * homeroom.visible, and whether a record is among them. */
#include "publish.h"

void seen_open(struct sql *sql, const char *v)
{
	if (sql->pinned == 0)
		sql_put(sql, "%s.until IS NULL", v);
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

/* Looked up one by one: of many. */
static void put_probe(struct sql *sql, const char *id, const struct entity *of)
{
	sql_put(sql, "EXISTS (SELECT");
	seen_from(sql, of);
	sql_put(sql, " AND w.sourced_id = %s)", id);
}

/* How many records that are visible are few to a page of so many rows: to hash
 * them takes less time than to look up those that the page refers to. */
#define FEW_TO(page) (4 * (page))

/* A page of all that is visible refers to about as many records as it has rows;
 * how many there are to choose from is known when it is read. */
static void put_hashed_or_probe(struct sql *sql, const char *id,
    const struct entity *of)
{
	sql_put(sql,
	    "CASE WHEN (SELECT NOT EXISTS (SELECT FROM homeroom.visible w "
	    "WHERE w.grant_id = homeroom.key_grant() AND w.entity = %d "
	    "OFFSET %d)) THEN (%s IN (SELECT w.sourced_id",
	    of->number, FEW_TO(sql->page), id);
	seen_from(sql, of);
	sql_put(sql, " LIMIT %d)) IS TRUE ELSE ", FEW_TO(sql->page));
	put_probe(sql, id, of);
	sql_put(sql, " END");
}

void seen_test(struct sql *sql, const char *id, const struct entity *of)
{
	if (is_few(of)) {
		sql_put(sql, "(%s IN ", id);
		seen_ids(sql, of);
		sql_put(sql, ") IS TRUE");
	} else if (sql->page > 0) {
		put_hashed_or_probe(sql, id, of);
	} else {
		put_probe(sql, id, of);
	}
}
