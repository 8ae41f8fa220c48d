/* Which records may have come into a grant's sight or left it, and which of
 * them a grant should see: statements made of the rules. */
#include "publish.h"

/* --- which records may have come or gone ---------------------------------- */

/* Whether some grant has what this asks of a grant. */
bool compile_has(const struct compile *c, const char *flag, bool *has,
    struct err *err)
{
	struct buf sql = { 0 };
	int64_t count = c->sharing;
	bool done = true;

	if (flag != NULL) {
		buf_printf(&sql, "SELECT count(*) FROM sharing WHERE %s", flag);
		done = compile_ask(c, buf_text(&sql), &count, err);
		buf_free(&sql);
	}
	*has = count > 0;
	return done;
}

static bool add_candidates(const struct compile *c, const char *select,
    int64_t *count, struct err *err)
{
	struct buf sql = { 0 };
	int64_t added = 0;
	bool done;

	buf_printf(&sql,
	    "INSERT INTO candidate SELECT DISTINCT * FROM (%s) x(sourced_id) "
	    "WHERE x.sourced_id IS NOT NULL",
	    select);
	done = compile_ask(c, buf_text(&sql), &added, err);
	*count += added;
	buf_free(&sql);
	return done;
}

/* Of one table and its history. */
static bool add_touched(const struct compile *c, const struct entity *entity,
    const char *column, int64_t *count, struct err *err)
{
	struct buf select = { 0 };
	bool done;

	buf_printf(&select,
	    "SELECT %s FROM roster.%s WHERE district = {district} "
	    "AND since = {version} UNION ALL SELECT %s FROM history.%s "
	    "WHERE district = {district} AND until = {version}",
	    column, entity->table, column, entity->table);
	done = add_candidates(c, buf_text(&select), count, err);
	buf_free(&select);
	return done;
}

static bool add_pointing(const struct compile *c, const struct reference *ref,
    int64_t *count, struct err *err)
{
	struct buf select = { 0 };
	bool done;

	buf_printf(&select,
	    "SELECT x.sourced_id FROM moved m JOIN roster.{t} x "
	    "ON x.district = {district} AND x.%s = m.sourced_id "
	    "WHERE m.entity = %d",
	    ref->column, ref->of->number);
	done = add_candidates(c, buf_text(&select), count, err);
	buf_free(&select);
	return done;
}

static bool add_pointed(const struct compile *c, const struct pointer *by,
    int64_t *count, struct err *err)
{
	struct buf select = { 0 };
	bool done;

	buf_printf(&select,
	    "SELECT x.%s FROM moved m JOIN roster.%s x "
	    "ON x.district = {district} AND x.sourced_id = m.sourced_id "
	    "WHERE m.entity = %d",
	    by->column, by->child->table, by->child->number);
	done = add_candidates(c, buf_text(&select), count, err) &&
	       add_touched(c, by->child, by->column, count, err);
	buf_free(&select);
	return done;
}

bool compile_candidates(const struct compile *c, const struct rule *rule,
    int64_t *count, struct err *err)
{
	bool has;

	*count = 0;
	if (!compile_empty(c, "TRUNCATE candidate", &c->held->candidate, err) ||
	    !add_touched(c, rule->entity, "sourced_id", count, err))
		return false;
	for (const struct reference *r = rule->refs;
	     r != NULL && r->column != NULL; r++)
		if (!add_pointing(c, r, count, err))
			return false;
	for (const struct pointer *p = rule->shown_by;
	     p != NULL && p->column != NULL; p++)
		if (!add_pointed(c, p, count, err))
			return false;
	for (const struct touched *t = rule->touched;
	     t != NULL && t->select != NULL; t++)
		if (!compile_has(c, t->flag, &has, err) ||
		    (has && !add_candidates(c, t->select, count, err)))
			return false;
	c->held->candidate = *count;
	return compile_count(c, "ANALYZE candidate", *count, err);
}

/* --- which of them grants should see -------------------------------------- */

/* A record whose references are all seen: the first one leads the way. */
static void put_refs(struct buf *out, const struct rule *rule)
{
	const struct reference *first = rule->refs;

	buf_printf(out,
	    "SELECT v.grant_id, t.sourced_id FROM roster.{t} t "
	    "JOIN homeroom.visible v ON v.entity = %d "
	    "AND v.sourced_id = t.%s AND v.until IS NULL AND NOT v.gone "
	    "JOIN sharing g ON g.id = v.grant_id%s%s "
	    "WHERE t.district = {district} AND t.status = 'active'",
	    first->of->number, first->column,
	    rule->flag != NULL ? " AND g." : "",
	    rule->flag != NULL ? rule->flag : "");
	for (const struct reference *r = first + 1; r->column != NULL; r++)
		buf_printf(out,
		    " AND (t.%s IS NULL OR EXISTS (SELECT FROM "
		    "homeroom.visible s WHERE s.grant_id = g.id "
		    "AND s.entity = %d AND s.sourced_id = t.%s "
		    "AND s.until IS NULL AND NOT s.gone))",
		    r->column, r->of->number, r->column);
	if (rule->may != NULL)
		buf_printf(out, " AND %s", rule->may);
	buf_puts(out, "{among t.sourced_id}");
}

/* A record that something points at that is seen. */
static void put_shown(struct buf *out, const struct pointer *by)
{
	buf_printf(out,
	    "SELECT DISTINCT v.grant_id, x.%s FROM roster.%s x "
	    "JOIN homeroom.visible v ON v.entity = %d "
	    "AND v.sourced_id = x.sourced_id AND v.until IS NULL "
	    "AND NOT v.gone JOIN sharing g ON g.id = v.grant_id "
	    "WHERE x.district = {district} AND x.%s IS NOT NULL"
	    "{among x.%s}",
	    by->column, by->child->table, by->child->number, by->column,
	    by->column);
}

static bool add_wanted(const struct compile *c, const char *select,
    int64_t *count, struct err *err)
{
	struct buf sql = { 0 };
	int64_t added;
	bool done;

	buf_printf(&sql, "INSERT INTO want %s", select);
	done = compile_ask(c, buf_text(&sql), &added, err);
	buf_free(&sql);
	*count += done ? added : 0;
	return done;
}

static bool add_composed(const struct compile *c, const struct rule *rule,
    int64_t *count, struct err *err)
{
	struct buf select = { 0 };
	bool done = true;

	if (rule->refs != NULL) {
		put_refs(&select, rule);
		done = add_wanted(c, buf_text(&select), count, err);
	}
	for (const struct pointer *p = rule->shown_by;
	     done && p != NULL && p->column != NULL; p++) {
		select.len = 0;
		put_shown(&select, p);
		done = add_wanted(c, buf_text(&select), count, err);
	}
	buf_free(&select);
	return done;
}

static bool fill_aside(const struct compile *c, const struct wanted *aside,
    struct err *err)
{
	bool has;

	if (aside == NULL)
		return true;
	if (!compile_has(c, aside->flag, &has, err))
		return false;
	return !has || (compile_ask(c, aside->select, NULL, err) &&
			   db_run(c->db, "ANALYZE agent", err));
}

bool compile_wanted(const struct compile *c, const struct rule *rule,
    struct err *err)
{
	int64_t count = 0;
	bool has;

	if (!fill_aside(c, rule->aside, err) ||
	    !compile_empty(c, "TRUNCATE want", &c->held->want, err) ||
	    !add_composed(c, rule, &count, err))
		return false;
	for (const struct wanted *w = rule->wanted;
	     w != NULL && w->select != NULL; w++)
		if (!compile_has(c, w->flag, &has, err) ||
		    (has && !add_wanted(c, w->select, &count, err)))
			return false;
	c->held->want = count;
	return compile_count(c, "ANALYZE want", count, err);
}
