/*
 * Why a grant sees a record, or does not: the rules that compile.c turns into
 * statements over many records, asked of one.
 */
#include "publish.h"

#include <string.h>

/* So far records lead to others. */
#define DEPTH_MAX 3
/* Records that lead to one that is not seen, of which so many are told. */
#define SHOWN_MAX 3

struct explaining {
	struct compile c;
	struct arena *arena;
	struct explanation *out;
	int room;
	const char *district, *grant;
	bool full; /* the grant shares everything */
	struct withheld withheld;
	const struct rule *rule;
	const char *id;
	int depth;
};

static void add(struct explaining *e, int depth, bool good, const char *text)
{
	struct explanation *out = e->out;
	struct ground *grown;

	if (out->count == e->room) {
		e->room = 2 * e->room + 16;
		grown = arena_alloc(e->arena, (size_t)e->room * sizeof(*grown));
		if (out->count > 0)
			memcpy(grown, out->grounds,
			    (size_t)out->count * sizeof(*grown));
		out->grounds = grown;
	}
	out->grounds[out->count++] = (struct ground){
		.record = arena_printf(e->arena, "%s/%s", e->rule->entity->name,
		    e->id),
		.depth = depth,
		.good = good,
		.text = text,
	};
}

#define say(e, good, ...)                                                      \
	add(e, (e)->depth + 1, good, arena_printf((e)->arena, __VA_ARGS__))

static const struct rule *rule_of(const struct entity *entity)
{
	for (const struct rule *r = rules; r->entity != NULL; r++)
		if (r->entity == entity)
			return r;
	return NULL;
}

/* --- what is there -------------------------------------------------------- */

/* The statement's one row, with $1 the district and $2 the id. */
static bool ask_record(const struct explaining *e, const char *sql,
    const struct rows **rows, struct err *err)
{
	const struct values values = { 2, { e->district, e->id } };

	return db_ask_text(e->c.db, e->arena, sql, &values, rows, err);
}

struct sighting {
	bool seen, gone;
	const char *pseudonym; /* NULL: none */
};

static bool find_sighting(const struct explaining *e,
    const struct entity *entity, const char *id, struct sighting *out,
    struct err *err)
{
	const struct values values = { 3,
		{ e->grant, arena_number(e->arena, entity->number), id } };
	const struct rows *rows;

	if (!db_ask(e->c.db, e->arena, STATEMENT_visible_find, &values, &rows,
		err))
		return false;
	*out = (struct sighting){ 0 };
	if (rows_count(rows) == 0)
		return true;
	out->gone = rows_get(rows, 0, 0)[0] == 't';
	out->seen = !out->gone;
	out->pseudonym = rows_get(rows, 0, 1);
	return true;
}

/* What the statements of the rules look at. */
static bool narrow(const struct explaining *e, struct err *err)
{
	const struct values values = { 1, { e->id } };

	return db_run(e->c.db, "TRUNCATE candidate, listed", err) &&
	       db_ask_text(e->c.db, e->arena,
		   "INSERT INTO candidate VALUES ($1::text)", &values, NULL,
		   err);
}

/* --- rules ---------------------------------------------------------------- */

static bool tell_conditions(struct explaining *e, const struct condition *may,
    struct err *err)
{
	for (; may != NULL && may->sql != NULL; may++) {
		const char *sql = arena_printf(e->arena,
		    "SELECT (%s) IS TRUE, coalesce(%s, '') "
		    "FROM roster.{t} t %s CROSS JOIN sharing g "
		    "WHERE t.district = {district} AND (%s)"
		    "{among t.sourced_id}",
		    may->sql, may->shows,
		    e->rule->joins != NULL ? e->rule->joins : "",
		    may->restricts);
		const struct rows *rows;
		const char *shown;
		bool met;

		if (!compile_rows(&e->c, sql, &rows, err))
			return false;
		if (rows_count(rows) == 0)
			continue;
		met = rows_get(rows, 0, 0)[0] == 't';
		shown = arena_text(e->arena, rows_get(rows, 0, 1));
		say(e, met, "%s %s: %s", may->what,
		    *shown != '\0' ? shown : "(none)",
		    met ? "shared" : "not shared");
	}
	return true;
}

static bool explain(struct explaining *e, const struct entity *entity,
    const char *id, int depth, bool *seen, struct err *err);

static const char *name_of(const struct entity *entity, const char *column)
{
	for_each_field (f, entity->fields)
		if (f->column != NULL && strcmp(f->column, column) == 0)
			return f->name != NULL ? f->name : f->csv;
	return column;
}

/* Records lead to records, DEPTH_MAX far: NOLINTBEGIN(misc-no-recursion) */

/* What it refers to and must be seen. */
static bool tell_references(struct explaining *e, struct err *err)
{
	const struct explaining self = *e;

	for (const struct reference *r = self.rule->refs;
	     r != NULL && r->column != NULL; r++) {
		const char *sql = arena_printf(e->arena,
		    "SELECT %s FROM roster.%s WHERE district = $1::integer "
		    "AND sourced_id = $2::text AND %s IS NOT NULL",
		    r->column, self.rule->entity->table, r->column);
		const struct rows *rows;
		struct sighting target;
		bool seen;

		if (!ask_record(e, sql, &rows, err))
			return false;
		if (rows_count(rows) == 0)
			continue;
		if (!find_sighting(e, r->of, rows_get(rows, 0, 0), &target,
			err))
			return false;
		if (target.seen && r != self.rule->refs)
			say(e, true, "%s %s: seen",
			    name_of(self.rule->entity, r->column),
			    rows_get(rows, 0, 0));
		else if (!explain(e, r->of, rows_get(rows, 0, 0),
			     self.depth + 1, &seen, err))
			return false;
		e->rule = self.rule;
		e->id = self.id;
		e->depth = self.depth;
	}
	return true;
}

/* Those that refer to it: one that is seen is enough. */
static bool tell_pointer(struct explaining *e, const struct pointer *by,
    struct err *err)
{
	const struct explaining self = *e;
	const char *sql = arena_printf(e->arena,
	    "SELECT x.sourced_id FROM roster.%s x LEFT JOIN homeroom.visible v "
	    "ON v.grant_id = %s AND v.entity = %d "
	    "AND v.sourced_id = x.sourced_id AND v.until IS NULL "
	    "AND NOT v.gone WHERE x.district = $1::integer "
	    "AND x.%s = $2::text AND x.status = 'active' "
	    "ORDER BY v.sourced_id IS NULL, x.sourced_id LIMIT %d",
	    by->child->table, "(SELECT id FROM sharing)", by->child->number,
	    by->column, SHOWN_MAX);
	const struct rows *rows;
	bool seen = false;

	if (!ask_record(e, sql, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		say(e, false, "no %s refer to it", by->child->name);
	for (int i = 0; i < rows_count(rows) && !seen; i++) {
		if (!explain(e, by->child, rows_get(rows, i, 0), self.depth + 1,
			&seen, err))
			return false;
		e->rule = self.rule;
		e->id = self.id;
		e->depth = self.depth;
	}
	return true;
}

/* --- ways of their own ---------------------------------------------------- */

/* "unenrolled AND agents": the first setting that it names. */
static bool is_off(const struct explaining *e, const struct wanted *w,
    bool *off, struct err *err)
{
	size_t len = w->flag != NULL ? strcspn(w->flag, " ") : 0;
	bool has;

	*off = false;
	if (len == 0 || strstr(w->flag, " IS ") == w->flag + len)
		return true;
	if (!compile_has(&e->c, arena_textn(e->arena, w->flag, len), &has, err))
		return false;
	*off = !has;
	return true;
}

static bool tell_way(struct explaining *e, const struct wanted *w, bool seen,
    struct err *err)
{
	const char *sql = arena_printf(e->arena,
	    "SELECT count(*) FROM (%s) x(grant_id, sourced_id) "
	    "WHERE x.sourced_id IN (SELECT sourced_id FROM candidate)",
	    w->select);
	int64_t count;

	if (!compile_ask(&e->c, sql, &count, err))
		return false;
	if (count > 0 || !seen)
		say(e, count > 0, "%s%s", count > 0 ? "" : "not ", w->means);
	return true;
}

/* Of a record that is seen, what does not show it does not matter. */
static bool tell_ways(struct explaining *e, bool seen, struct err *err)
{
	const struct wanted *aside = e->rule->aside;
	bool has = false, off;

	if (aside != NULL &&
	    (!compile_has(&e->c, aside->flag, &has, err) ||
		(has && !compile_ask(&e->c, aside->select, NULL, err))))
		return false;
	for (const struct wanted *w = e->rule->wanted;
	     w != NULL && w->select != NULL; w++) {
		if (w->means == NULL)
			continue;
		if (!compile_has(&e->c, w->flag, &has, err) ||
		    !is_off(e, w, &off, err))
			return false;
		if (has && !tell_way(e, w, seen, err))
			return false;
		if (off && !seen &&
		    (w == e->rule->wanted || w[-1].means == NULL ||
			strcmp(w[-1].means, w->means) != 0))
			say(e, false, "share.%.*s is off",
			    (int)strcspn(w->flag, " "), w->flag);
	}
	return true;
}

/* --- one record ----------------------------------------------------------- */

typedef bool withholds(const struct withheld *, const struct entity *,
    const struct field *);

static void tell_fields(struct explaining *e, withholds *has, const char *what)
{
	struct buf list = { 0 };

	for_each_field (f, e->rule->entity->fields)
		if (f->name != NULL && f->column != NULL &&
		    has(&e->withheld, e->rule->entity, f))
			buf_printf(&list, "%s%s", list.len > 0 ? ", " : "",
			    f->name);
	if (list.len > 0)
		say(e, true, "fields %s: %s", what, buf_text(&list));
	buf_free(&list);
}

/* Of the record that was asked about. */
static void tell_first(struct explaining *e, const struct sighting *here)
{
	e->out->seen = here->seen;
	if (e->full)
		say(e, true, "the grant shares everything");
	else if (e->c.sharing == 0)
		say(e, false, "the grant shares nothing");
	if (here->pseudonym != NULL)
		say(e, true, "its pseudonym: %s", here->pseudonym);
	if (!here->seen)
		return;
	tell_fields(e, withheld_omits, "left out");
	tell_fields(e, withheld_replaces, "replaced by pseudonyms");
}

static bool tell_rule(struct explaining *e, bool seen, struct err *err)
{
	bool has;

	if (!compile_has(&e->c, e->rule->flag, &has, err))
		return false;
	if (!has) {
		say(e, false, "share.%s is off", e->rule->flag);
		return true;
	}
	if (!narrow(e, err) || !tell_conditions(e, e->rule->found, err) ||
	    !tell_conditions(e, e->rule->may, err) ||
	    !tell_ways(e, seen, err) || !tell_references(e, err))
		return false;
	for (const struct pointer *p = e->rule->shown_by;
	     p != NULL && p->column != NULL; p++)
		if (!tell_pointer(e, p, err))
			return false;
	return true;
}

static bool explain(struct explaining *e, const struct entity *entity,
    const char *id, int depth, bool *seen, struct err *err)
{
	const char *sql = arena_printf(e->arena,
	    "SELECT status FROM roster.%s "
	    "WHERE district = $1::integer AND sourced_id = $2::text",
	    entity->table);
	const struct rows *rows;
	struct sighting here;

	e->rule = rule_of(entity);
	e->id = id;
	e->depth = depth;
	e->c.entity = entity;
	if (!find_sighting(e, entity, id, &here, err) ||
	    !ask_record(e, sql, &rows, err))
		return false;
	here.seen = (here.seen || e->full) && rows_count(rows) > 0;
	*seen = here.seen;
	add(e, depth, *seen,
	    *seen       ? "seen"
	    : here.gone ? "seen no more: told to be deleted"
			: "not seen");
	if (depth == 0)
		tell_first(e, &here);
	if (rows_count(rows) == 0) {
		say(e, false, "there is no such record");
		return true;
	}
	if (strcmp(rows_get(rows, 0, 0), "active") != 0) {
		say(e, false, "it is to be deleted");
		return true;
	}
	return depth >= DEPTH_MAX || e->c.sharing == 0 ||
	       tell_rule(e, *seen, err);
}
/* NOLINTEND(misc-no-recursion) */

/* --- the grant ------------------------------------------------------------ */

/* Readers may ask by the name that they know. */
static bool find_real(struct explaining *e, const struct entity *entity,
    const char **id, struct err *err)
{
	const struct values values = { 3,
		{ e->grant, arena_number(e->arena, entity->number), *id } };
	const struct rows *rows;

	if (!db_ask(e->c.db, e->arena, STATEMENT_visible_named, &values, &rows,
		err))
		return false;
	if (rows_count(rows) > 0)
		*id = rows_get(rows, 0, 0);
	return true;
}

static bool explain_grant(struct explaining *e, const struct rows *grant,
    const struct entity *entity, const char *id, struct err *err)
{
	bool full = rows_get(grant, 0, 2)[0] == 't', seen;

	e->grant = rows_get(grant, 0, 0);
	e->full = full;
	withheld_read(&e->withheld, full ? "" : rows_get(grant, 0, 4));
	e->c.anew = arena_printf(e->arena, "{%s}", e->grant);
	if (!compile_begin(&e->c, err) || !find_real(e, entity, &id, err))
		return false;
	e->c.anew = NULL;
	e->c.narrow = true;
	return explain(e, entity, id, 0, &seen, err);
}

static bool find_and_explain(struct explaining *e,
    const struct explain_wanted *wanted, struct err *err)
{
	const struct entity *entity = entity_find(
	    (struct text){ wanted->entity, strlen(wanted->entity) });
	const struct values values = { 2,
		{ e->district, wanted->application } };
	const struct rows *grant;

	if (entity == NULL)
		return fail(err, FAULT_NOT_FOUND,
		    "there are no '%.40s'; records are called users/ID, "
		    "classes/ID …, by the names of the API",
		    wanted->entity);
	if (!db_ask(e->c.db, e->arena, STATEMENT_grant_find, &values, &grant,
		err))
		return false;
	if (rows_count(grant) == 0)
		return settings_lack("application", wanted->application, err);
	return explain_grant(e, grant, entity, wanted->id, err);
}

bool grant_explain(struct db *db, struct arena *arena,
    const struct explain_wanted *wanted, struct explanation *out,
    struct err *err)
{
	struct explaining e = { .arena = arena,
		.out = out,
		.district = arena_number(arena, wanted->district),
		.c = { .db = db, .district = wanted->district } };
	bool done;

	*out = (struct explanation){ 0 };
	e.c.arena = arena_new();
	done = db_begin(db, err) && find_and_explain(&e, wanted, err);
	db_rollback(db);
	arena_free(e.c.arena);
	return done;
}
