/*
 * Compiling grants: the rules of rules.c, turned into statements that bring
 * homeroom.visible up to date, set by set, in the caller's transaction.
 *
 * Two ways: all grants of a district, looking only at what a version can have
 * changed, by index; or some grants, looking at everything, a table at a time.
 */
#include "publish.h"

#include <inttypes.h>

/* --- the tables of a round ------------------------------------------------ */

static const char make_tables[] =
    "CREATE TEMP TABLE candidate (sourced_id text COLLATE \"C\")"
    " ON COMMIT DROP;"
    "CREATE TEMP TABLE listed (holder text COLLATE \"C\","
    " id text COLLATE \"C\") ON COMMIT DROP;"
    "CREATE TEMP TABLE want (grant_id bigint, sourced_id text COLLATE \"C\","
    " place tid) ON COMMIT DROP;"
    "CREATE TEMP TABLE change (grant_id bigint, sourced_id text COLLATE \"C\","
    " came boolean, known boolean, place tid) ON COMMIT DROP;"
    "CREATE TEMP TABLE moved (grant_id bigint, entity smallint,"
    " sourced_id text COLLATE \"C\") ON COMMIT DROP;"
    "CREATE TEMP TABLE redated (LIKE moved) ON COMMIT DROP;"
    "CREATE TEMP TABLE scope_now (LIKE homeroom.scope) ON COMMIT DROP;"
    "CREATE TEMP TABLE shifted (grant_id bigint, entity smallint,"
    " sourced_id text COLLATE \"C\", came boolean) ON COMMIT DROP;"
    "SET LOCAL work_mem = '64MB';"
    "ANALYZE sharing";

static const char drop_tables[] = "DROP TABLE IF EXISTS sharing, candidate, "
				  "listed, want, change, moved, redated, "
				  "scope_now, shifted, named";

/* To whom nothing was shown yet, nothing moves. */
static const char find_grants[] =
    "CREATE TEMP TABLE sharing ON COMMIT DROP AS SELECT g.*, "
    "g.sessions IS NOT NULL OR g.sessions_before IS NOT NULL AS by_session, "
    "EXISTS (SELECT FROM homeroom.visible v WHERE v.grant_id = g.id) AS moves "
    "FROM homeroom.\"grant\" g WHERE g.district = {district} "
    "AND g.defined AND NOT g.full_access";

/* No grant shares a part, and none did. */
static bool is_idle(const struct compile *c)
{
	return c->anew == NULL && c->sharing == 0;
}

bool compile_begin(struct compile *c, struct err *err)
{
	struct buf find = { 0 };
	bool found;

	buf_puts(&find, find_grants);
	if (c->anew != NULL && c->anew[0] != '\0')
		buf_puts(&find, " AND g.id {whose}");
	found = db_run(c->db, drop_tables, err) &&
		compile_ask(c, buf_text(&find), &c->sharing, err);
	buf_free(&find);
	return found && (is_idle(c) || db_run(c->db, make_tables, err));
}

/* What grants see anew is found from what they see of other entities: those
 * tables stay to the end of the transaction. */
static bool make_want(const struct compile *c, struct err *err)
{
	return c->anew == NULL ||
	       (compile_ask(c, "DROP TABLE IF EXISTS {want}", NULL, err) &&
		   compile_ask(c,
		       "CREATE TEMP TABLE {want} (LIKE want) ON COMMIT DROP",
		       NULL, err));
}

/* --- what becomes of that ------------------------------------------------- */

/* What is wanted and what is there, side by side. A record that comes may be
 * known as one that left. */
static bool find_changes(const struct compile *c, int64_t *count,
    struct err *err)
{
	if (!compile_empty(c, "TRUNCATE change", &c->held->change, err) ||
	    !compile_ask(c,
		"INSERT INTO change SELECT coalesce(w.grant_id, v.grant_id), "
		"coalesce(w.sourced_id, v.sourced_id), w.grant_id IS NOT NULL, "
		"v.grant_id IS NOT NULL, w.place FROM {want} w FULL JOIN "
		"(SELECT v.grant_id, v.sourced_id, v.gone "
		"FROM homeroom.visible v WHERE v.grant_id {whose} "
		"AND v.entity = {entity} AND v.until IS NULL"
		"{among v.sourced_id}) v ON v.grant_id = w.grant_id "
		"AND v.sourced_id = w.sourced_id WHERE CASE WHEN w.grant_id "
		"IS NULL THEN NOT v.gone ELSE v.gone IS NOT FALSE END",
		count, err))
		return false;
	c->held->change = *count;
	c->held->changes += *count;
	return compile_count(c, "ANALYZE change", *count, err);
}

/* In which collections, besides the entity's own, its readers knew a record
 * that they see no more. */
static void put_was(struct buf *out, const struct entity *entity)
{
	const char *comma = "CASE WHEN NOT c.came THEN "
			    "(SELECT array_remove(ARRAY[";

	for (const struct part_of *p = parts_of; p->collection != NULL; p++) {
		if (p->entity != entity)
			continue;
		buf_printf(out, "%sCASE WHEN %s THEN '%s' END", comma, p->where,
		    p->collection);
		comma = ", ";
	}
	buf_puts(out, *comma == ',' ? "], NULL) FROM roster.{t} t "
				      "WHERE t.district = {district} "
				      "AND t.sourced_id = c.sourced_id) END"
				    : "NULL::text[]");
}

/* Their pseudonyms, in the table named; also of a grant that shares nothing
 * any more. */
static bool name_changes(const struct compile *c, struct err *err)
{
	const char *select = arena_printf(c->arena,
	    "SELECT c.grant_id, %d, c.sourced_id FROM change c "
	    "JOIN homeroom.\"grant\" g ON g.id = c.grant_id "
	    "AND array_to_string(g.fields, ' ') LIKE '%%=pseudonymise%%'",
	    c->entity->number);

	return names_fill(c->names, c->db, select, NULL, err);
}

/* In the order of the index by which pages are read. Who found the records
 * themselves knows where they lie already. */
static bool write_rows(const struct compile *c, const struct rule *rule,
    struct err *err)
{
	bool named = names_has(c->names, c->entity);
	struct buf sql = { 0 };
	bool written;

	if (named && !name_changes(c, err))
		return false;
	buf_puts(&sql, "INSERT INTO homeroom.visible (grant_id, entity, "
		       "sourced_id, since, gone, was, pseudonym, place) "
		       "SELECT c.grant_id, {entity}, c.sourced_id, {version}, "
		       "NOT c.came, ");
	put_was(&sql, c->entity);
	buf_printf(&sql, ", %s, %s FROM change c",
	    named ? "n.pseudonym" : "NULL",
	    rule->refs != NULL ? "c.place" : "l.ctid");
	if (named)
		buf_puts(&sql, " LEFT JOIN named n ON n.grant_id = c.grant_id "
			       "AND n.sourced_id = c.sourced_id");
	if (rule->refs == NULL)
		buf_puts(&sql, " LEFT JOIN roster.{t} l ON c.came "
			       "AND l.district = {district} "
			       "AND l.sourced_id = c.sourced_id");
	buf_puts(&sql, " ORDER BY c.grant_id, c.sourced_id");
	written = compile_ask(c, buf_text(&sql), NULL, err);
	buf_free(&sql);
	return written;
}

/* Not asked when there are none: before there are statistics of the table, the
 * planner would go over all of it once a change. */
static bool close_rows(const struct compile *c, struct err *err)
{
	int64_t known;

	return compile_ask(c, "SELECT count(*) FROM change WHERE known", &known,
		   err) &&
	       (known == 0 ||
		   compile_ask(c,
		       "UPDATE homeroom.visible v SET until = {version} "
		       "FROM change c WHERE c.known "
		       "AND v.grant_id = c.grant_id AND v.entity = {entity} "
		       "AND v.sourced_id = c.sourced_id AND v.until IS NULL",
		       NULL, err));
}

static bool write_changes(const struct compile *c, const struct rule *rule,
    struct err *err)
{
	return close_rows(c, err) && write_rows(c, rule, err) &&
	       compile_ask(c,
		   "INSERT INTO moved SELECT c.grant_id, {entity}, "
		   "c.sourced_id FROM change c "
		   "JOIN sharing g ON g.id = c.grant_id AND g.moves",
		   NULL, err);
}

/* Records that changed lie somewhere else now. Who is not told finds them
 * nevertheless. */
static bool note_places(const struct compile *c, struct err *err)
{
	return c->anew != NULL ||
	       compile_ask(c,
		   "UPDATE homeroom.visible v SET place = t.ctid "
		   "FROM roster.{t} t WHERE t.district = {district} "
		   "AND t.since = {version} AND v.entity = {entity} "
		   "AND v.sourced_id = t.sourced_id AND v.until IS NULL "
		   "AND NOT v.gone AND v.since < {version} "
		   "AND v.grant_id IN (SELECT id FROM sharing)",
		   NULL, err);
}

/* --- the rules, one after the other --------------------------------------- */

/* Whether there is anything to look at. */
static bool seek(struct compile *c, const struct rule *rule, bool *any,
    struct err *err)
{
	int64_t candidates = 0;

	*any = true;
	if (c->anew != NULL)
		return make_want(c, err);
	c->narrow = true;
	if (!compile_has(c, rule->flag, any, err) ||
	    (*any && !compile_candidates(c, rule, &candidates, err)))
		return false;
	*any = candidates > 0;
	c->narrow = !rule->whole;
	return true;
}

static bool apply(struct compile *c, const struct rule *rule, struct err *err)
{
	int64_t wanted, changes;
	bool any;

	c->entity = rule->entity;
	if (!seek(c, rule, &any, err))
		return false;
	if (!any)
		return true;
	if (!compile_wanted(c, rule, &wanted, err) ||
	    !find_changes(c, &changes, err) ||
	    (changes > 0 && !write_changes(c, rule, err)))
		return false;
	return note_places(c, err);
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

/* Whoever looks into an index of lists reads what an import left unsorted
 * beside it, each time. */
static bool tidy(const struct compile *c, struct err *err)
{
	return c->anew != NULL ||
	       compile_ask(c, "SELECT homeroom.tidy_lists()", NULL, err);
}

static bool run(struct compile *c, struct err *err)
{
	if (!compile_begin(c, err))
		return false;
	if (is_idle(c))
		return true;
	if (!tidy(c, err) || !compile_scope(c, err) || !forget_gone(c, err))
		return false;
	for (const struct rule *r = rules; r->entity != NULL; r++)
		if (!apply(c, r, err))
			return false;
	return compile_redate(c, err);
}

/* *changes: records that came into some grant's sight or left it. */
static bool compile(struct compile c, int64_t *changes, struct err *err)
{
	struct arena *keys = arena_new();
	struct held held = { 0 };
	int64_t began = clock_tick();
	bool done;

	c.arena = arena_new();
	c.held = &held;
	done = names_load(&c.names, c.db, keys, c.district, err) &&
	       run(&c, err) && db_run(c.db, drop_tables, err);
	arena_free(keys);
	if (done && c.sharing > 0)
		log_line(LOG_DEBUG, "compiled",
		    "district=%" PRId64 " version=%" PRId64 " grants=%" PRId64
		    " ms=%" PRId64,
		    c.district, c.version, c.sharing, clock_tick() - began);
	*changes = held.changes;
	arena_free(c.arena);
	return done;
}

bool compile_version(struct db *db, int64_t district, int64_t version,
    int64_t *changes, struct err *err)
{
	return compile((struct compile){ .db = db,
			   .district = district,
			   .version = version },
	    changes, err);
}

bool grants_compile(struct db *db, int64_t district, int64_t version,
    struct err *err)
{
	int64_t changes;

	return compile_version(db, district, version, &changes, err);
}

bool grants_recompile(struct db *db, int64_t district, int64_t version,
    const char *grants, struct err *err)
{
	int64_t changes;

	return compile((struct compile){ .db = db,
			   .district = district,
			   .version = version,
			   .anew = grants },
	    &changes, err);
}
