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
	    "SELECT x.sourced_id FROM roster.{t} x "
	    "WHERE x.district = {district} AND x.%s = ANY (ARRAY("
	    "SELECT m.sourced_id FROM moved m WHERE m.entity = %d))",
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
	    "SELECT x.%s FROM roster.%s x "
	    "WHERE x.district = {district} AND x.sourced_id = ANY (ARRAY("
	    "SELECT m.sourced_id FROM moved m WHERE m.entity = %d))",
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

static void put_conditions(struct buf *out, const struct condition *may)
{
	for (; may != NULL && may->sql != NULL; may++)
		buf_printf(out, " AND %s", may->sql);
}

/* A record whose references are all seen: the first one leads the way. */
static void put_refs(struct buf *out, const struct rule *rule)
{
	const struct reference *first = rule->refs;

	buf_printf(out,
	    "SELECT v.grant_id, t.sourced_id, t.ctid FROM roster.{t} t%s "
	    "JOIN {seen v %s t.%s} JOIN sharing g ON g.id = v.grant_id%s%s "
	    "WHERE t.district = {district} AND t.status = 'active'",
	    rule->joins != NULL ? rule->joins : "", first->of->name,
	    first->column, rule->flag != NULL ? " AND g." : "",
	    rule->flag != NULL ? rule->flag : "");
	for (const struct reference *r = first + 1; r->column != NULL; r++)
		buf_printf(out,
		    " AND (t.%s IS NULL OR EXISTS (SELECT FROM "
		    "homeroom.visible s WHERE s.grant_id = g.id "
		    "AND s.entity = %d AND s.sourced_id = t.%s "
		    "AND s.until IS NULL AND NOT s.gone))",
		    r->column, r->of->number, r->column);
	put_conditions(out, rule->may);
	buf_puts(out, "{among t.sourced_id}");
}

static const char *glue(const struct buf *out)
{
	return out->len > 0 ? " UNION ALL " : "";
}

/* Records that something points at that is seen. */
static void put_shown(struct buf *out, const struct pointer *by)
{
	for (; by != NULL && by->column != NULL; by++)
		buf_printf(out,
		    "%sSELECT v.grant_id, x.%s FROM roster.%s x "
		    "JOIN {seen v %s x.sourced_id} "
		    "JOIN sharing g ON g.id = v.grant_id "
		    "WHERE x.district = {district} AND x.%s IS NOT NULL"
		    "{among x.%s}",
		    glue(out), by->column, by->child->table, by->child->name,
		    by->column, by->column);
}

static bool put_own(const struct compile *c, struct buf *out,
    const struct rule *rule, struct err *err)
{
	bool has;

	for (const struct wanted *w = rule->wanted;
	     w != NULL && w->select != NULL; w++) {
		if (!compile_has(c, w->flag, &has, err))
			return false;
		if (!has)
			continue;
		buf_printf(out, "%s(%s", glue(out), w->select);
		put_conditions(out, rule->may);
		buf_char(out, ')');
	}
	return true;
}

/* Several ways may lead to a record, and one of them in several steps. */
static bool put_ways(const struct compile *c, struct buf *out,
    const struct rule *rule, struct err *err)
{
	struct buf ways = { 0 };
	bool put;

	put_shown(&ways, rule->shown_by);
	put = put_own(c, &ways, rule, err);
	if (put && ways.len > 0)
		buf_printf(out, "SELECT DISTINCT * FROM (%s) x",
		    buf_text(&ways));
	buf_free(&ways);
	return put;
}

static bool fill_aside(const struct compile *c, const struct wanted *aside,
    struct err *err)
{
	bool has;
	int64_t count;

	if (!c->narrow || aside == NULL)
		return true;
	if (!compile_has(c, aside->flag, &has, err))
		return false;
	return !has || (compile_ask(c, aside->select, &count, err) &&
			   compile_count(c, "ANALYZE listed", count, err));
}

static bool fill_want(const struct compile *c, const struct rule *rule,
    int64_t *count, struct err *err)
{
	struct buf select = { 0 }, insert = { 0 };
	bool has, done = compile_has(c, rule->flag, &has, err);

	if (!done || !has)
		return done;
	if (rule->refs != NULL)
		put_refs(&select, rule);
	else
		done = put_ways(c, &select, rule, err);
	if (done && select.len > 0) {
		buf_printf(&insert, "INSERT INTO {want} %s", buf_text(&select));
		done = compile_ask(c, buf_text(&insert), count, err);
	}
	buf_free(&select);
	buf_free(&insert);
	return done;
}

bool compile_wanted(const struct compile *c, const struct rule *rule,
    int64_t *count, struct err *err)
{
	*count = 0;
	if (!fill_aside(c, rule->aside, err) ||
	    (c->anew == NULL &&
		!compile_empty(c, "TRUNCATE want", &c->held->want, err)) ||
	    !fill_want(c, rule, count, err))
		return false;
	c->held->want = *count;
	return compile_count(c, "ANALYZE {want}", *count, err);
}
