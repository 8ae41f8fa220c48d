/*
 * Compiling grants: the rules of rules.c, turned into statements that bring
 * homeroom.visible up to date, set by set, in the caller's transaction.
 *
 * Two ways: all grants of a district, looking only at what a version can have
 * changed; or one grant, looking at everything.
 */
#include "publish.h"

#include <string.h>

/* --- the tables of a round -------------------------------------------------
 */

static const char make_tables[] =
    "CREATE TEMP TABLE candidate (sourced_id text COLLATE \"C\")"
    " ON COMMIT DROP;"
    "CREATE TEMP TABLE agent (student text COLLATE \"C\","
    " id text COLLATE \"C\") ON COMMIT DROP;"
    "CREATE TEMP TABLE want (grant_id bigint, sourced_id text COLLATE \"C\")"
    " ON COMMIT DROP;"
    "CREATE TEMP TABLE change (grant_id bigint, sourced_id text COLLATE \"C\","
    " came boolean) ON COMMIT DROP;"
    "CREATE TEMP TABLE moved (entity smallint, sourced_id text COLLATE \"C\")"
    " ON COMMIT DROP;"
    "CREATE TEMP TABLE turned (grant_id bigint, entity smallint,"
    " sourced_id text COLLATE \"C\") ON COMMIT DROP;"
    "CREATE TEMP TABLE redated (LIKE turned) ON COMMIT DROP;"
    "CREATE TEMP TABLE scope_now (LIKE homeroom.scope) ON COMMIT DROP;"
    "CREATE TEMP TABLE shifted (grant_id bigint, entity smallint,"
    " sourced_id text COLLATE \"C\", came boolean) ON COMMIT DROP";

static const char drop_tables[] = "DROP TABLE IF EXISTS sharing, candidate, "
				  "agent, want, change, moved, turned, "
				  "redated, scope_now, shifted";

static const char find_grants[] =
    "CREATE TEMP TABLE sharing ON COMMIT DROP AS SELECT g.*, "
    "g.sessions IS NOT NULL OR g.sessions_before IS NOT NULL AS by_session "
    "FROM homeroom.\"grant\" g WHERE g.district = {district} "
    "AND g.defined AND NOT g.full_access";

static bool begin(struct compile *c, struct err *err)
{
	struct buf find = { 0 };
	bool found;

	buf_puts(&find, find_grants);
	buf_puts(&find, c->grant > 0 ? " AND g.id = {grant}" : "");
	found = db_run(c->db, drop_tables, err) &&
		compile_ask(c, buf_text(&find), &c->sharing, err);
	buf_free(&find);
	return found && db_run(c->db, make_tables, err);
}

/* --- what becomes of that ------------------------------------------------- */

static bool find_changes(const struct compile *c, int64_t *count,
    struct err *err)
{
	struct buf sql = { 0 };
	bool found;

	buf_printf(&sql,
	    "INSERT INTO change SELECT DISTINCT w.grant_id, w.sourced_id, true "
	    "FROM want w WHERE NOT EXISTS (SELECT FROM homeroom.visible v "
	    "WHERE v.grant_id = w.grant_id AND v.entity = {entity} "
	    "AND v.sourced_id = w.sourced_id AND v.until IS NULL "
	    "AND NOT v.gone) UNION ALL "
	    "SELECT v.grant_id, v.sourced_id, false FROM homeroom.visible v "
	    "WHERE v.grant_id %s AND v.entity = {entity} AND v.until IS NULL "
	    "AND NOT v.gone{among v.sourced_id} "
	    "AND NOT EXISTS (SELECT FROM want w WHERE w.grant_id = v.grant_id "
	    "AND w.sourced_id = v.sourced_id)",
	    c->grant > 0 ? "= {grant}" : "IN (SELECT id FROM sharing)");
	found = compile_empty(c, "TRUNCATE change", &c->held->change, err) &&
		compile_ask(c, buf_text(&sql), count, err);
	buf_free(&sql);
	if (!found)
		return false;
	c->held->change = *count;
	return compile_count(c, "ANALYZE change", *count, err);
}

/* In which collections, besides the entity's own, its readers knew it. */
static void put_was(struct buf *out, const struct entity *entity)
{
	const char *comma = "array_remove(ARRAY[";

	for (const struct part_of *p = parts_of; p->collection != NULL; p++) {
		if (p->entity != entity)
			continue;
		buf_printf(out, "%sCASE WHEN %s THEN '%s' END", comma, p->where,
		    p->collection);
		comma = ", ";
	}
	buf_puts(out, *comma == ',' ? "], NULL)" : "NULL::text[]");
}

static bool write_changes(const struct compile *c, struct err *err)
{
	struct buf insert = { 0 }, was = { 0 };
	bool written;

	put_was(&was, c->entity);
	buf_printf(&insert,
	    "INSERT INTO homeroom.visible "
	    "(grant_id, entity, sourced_id, since, gone, was) "
	    "SELECT c.grant_id, {entity}, c.sourced_id, {version}, "
	    "NOT c.came, CASE WHEN NOT c.came THEN %s END "
	    "FROM change c LEFT JOIN roster.{t} t ON t.district = {district} "
	    "AND t.sourced_id = c.sourced_id AND NOT c.came",
	    buf_text(&was));
	written =
	    compile_ask(c,
		"UPDATE homeroom.visible v SET until = {version} FROM change c "
		"WHERE v.grant_id = c.grant_id AND v.entity = {entity} "
		"AND v.sourced_id = c.sourced_id AND v.until IS NULL",
		NULL, err) &&
	    compile_ask(c, buf_text(&insert), NULL, err) &&
	    compile_ask(c,
		"INSERT INTO moved SELECT DISTINCT {entity}, sourced_id "
		"FROM change",
		NULL, err) &&
	    compile_ask(c,
		"INSERT INTO turned SELECT grant_id, {entity}, sourced_id "
		"FROM change",
		NULL, err);
	buf_free(&insert);
	buf_free(&was);
	return written;
}

/* --- the rules, one after the other --------------------------------------- */

/* Where everything is looked at, whatever c->grant says. */
static struct compile reach(const struct compile *c, const struct rule *rule)
{
	struct compile whole = *c;

	if (rule->whole && whole.grant == 0)
		whole.grant = -1;
	return whole;
}

static bool apply(struct compile *c, const struct rule *rule, struct err *err)
{
	int64_t candidates = 1, changes;
	struct compile whole;
	bool has;

	c->entity = rule->entity;
	if (c->grant == 0 &&
	    (!compile_has(c, rule->flag, &has, err) ||
		(has && !compile_candidates(c, rule, &candidates, err))))
		return false;
	if (c->grant == 0 && (!has || candidates == 0))
		return true;
	whole = reach(c, rule);
	if (!compile_wanted(&whole, rule, err) ||
	    !find_changes(&whole, &changes, err))
		return false;
	return changes == 0 || write_changes(c, err);
}

/* Whoever asks for changes since a version that is not kept hears of all that
 * there is; what left before that needs no telling any more. */
static bool forget_gone(const struct compile *c, struct err *err)
{
	return compile_ask(c,
	    "UPDATE homeroom.visible v SET until = {version} "
	    "WHERE v.grant_id IN (SELECT id FROM sharing) AND v.gone "
	    "AND v.until IS NULL AND v.since <= (SELECT max(n.version) "
	    "FROM homeroom.version n WHERE n.district = {district} "
	    "AND n.purged)",
	    NULL, err);
}

static bool run(struct compile *c, struct err *err)
{
	if (!begin(c, err))
		return false;
	if (c->grant == 0 && c->sharing == 0)
		return true;
	if (!compile_scope(c, err) || !forget_gone(c, err))
		return false;
	for (const struct rule *r = rules; r->entity != NULL; r++)
		if (!apply(c, r, err))
			return false;
	return compile_redate(c, err);
}

static bool compile(struct compile c, struct err *err)
{
	struct held held = { 0 };
	bool done;

	c.arena = arena_new();
	c.held = &held;
	done = run(&c, err) && db_run(c.db, drop_tables, err);
	arena_free(c.arena);
	return done;
}

bool grants_compile(struct db *db, int64_t district, int64_t version,
    struct err *err)
{
	return compile((struct compile){ .db = db,
			   .district = district,
			   .version = version },
	    err);
}

bool grant_compile(struct db *db, int64_t district, int64_t version,
    int64_t grant, struct err *err)
{
	return compile((struct compile){ .db = db,
			   .district = district,
			   .version = version,
			   .grant = grant != 0 ? grant : -1 },
	    err);
}
