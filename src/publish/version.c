/* Versions: which there are, going back to one, and letting go of old ones. */
#include "homeroom/publish.h"

#include <stdio.h>
#include <string.h>

/* What the statements of one change have in common. */
struct going_back {
	struct db *db;
	struct arena *arena;
	const char *district, *to, *next; /* as values */
};

/* --- listing ------------------------------------------------------------- */

bool version_list(struct db *db, struct arena *arena, int64_t district,
    int limit, struct versions *versions, struct err *err)
{
	struct values values = { 0 };
	const struct rows *rows;
	struct version *list;

	values_add(&values, arena_number(arena, district));
	values_add(&values, arena_number(arena, limit));
	if (!db_ask(db, arena, STATEMENT_version_list, &values, &rows, err))
		return false;
	list =
	    arena_alloc(arena, ((size_t)rows_count(rows) + 1) * sizeof(*list));
	for (int i = 0; i < rows_count(rows); i++)
		list[i] = (struct version){
			.version = rows_integer(rows, i, 0),
			.published = rows_integer(rows, i, 1),
			.import = rows_integer(rows, i, 2),
			.note = rows_get(rows, i, 3),
			.kept = strcmp(rows_get(rows, i, 4), "f") == 0,
		};
	*versions = (struct versions){ list, rows_count(rows) };
	return true;
}

/* --- going back ---------------------------------------------------------- */

/* The columns that make up a record, all but who gave it and when. */
static void put_columns(struct buf *out, const struct entity *entity,
    const char *prefix)
{
	const char *comma = "";

	for_each_field (f, entity->fields) {
		if (f->column == NULL || f->kind == MODIFIED)
			continue;
		buf_printf(out, "%s%s%s", comma, prefix, f->column);
		comma = ", ";
	}
}

/* A statement about an entity: {t} is its table, {all} are its columns, {l.}
 * and {h.} those of l and h; $1 … are the first `count` of district, version
 * to go back to, version to be made. */
static bool ask(const struct going_back *c, const struct entity *entity,
    const char *text, int count, int64_t *rows_touched, struct err *err)
{
	struct values values = { count, { c->district, c->to, c->next } };
	struct buf sql = { 0 };
	const struct rows *rows;
	bool asked;

	while (*text != '\0') {
		size_t len = strcspn(text, "{");

		buf_add(&sql, text, len);
		text += len;
		if (strncmp(text, "{t}", 3) == 0)
			buf_puts(&sql, entity->table);
		else if (strncmp(text, "{all}", 5) == 0)
			put_columns(&sql, entity, "");
		else if (strncmp(text, "{l.}", 4) == 0)
			put_columns(&sql, entity, "l.");
		else if (strncmp(text, "{h.}", 4) == 0)
			put_columns(&sql, entity, "h.");
		text += strcspn(text, "}");
		text += *text == '}';
	}
	asked =
	    db_ask_text(c->db, c->arena, buf_text(&sql), &values, &rows, err);
	if (asked && rows_touched != NULL)
		*rows_touched = rows_affected(rows);
	buf_free(&sql);
	return asked;
}

/* What h was at the version to go back to. */
#define THEN                                                                   \
	"h.district = $1::int AND h.sourced_id = l.sourced_id "                \
	"AND h.since <= $2::bigint AND h.until > $2::bigint"

/* The live rows that came after it, unless they say the same. One that was
 * not there then is to be deleted: readers must hear that it goes. */
static bool find_undone(const struct going_back *c, const struct entity *entity,
    int64_t *count, struct err *err)
{
	return ask(c, entity, "DROP TABLE IF EXISTS undone", 0, NULL, err) &&
	       ask(c, entity,
		   "CREATE TEMP TABLE undone ON COMMIT DROP AS "
		   "SELECT l.sourced_id, h.sourced_id IS NOT NULL AS known "
		   "FROM roster.{t} l LEFT JOIN history.{t} h ON " THEN
		   " WHERE l.district = $1::int AND l.since > $2::bigint "
		   "AND CASE WHEN h.sourced_id IS NULL "
		   "THEN l.status <> 'tobedeleted' "
		   "ELSE ROW({l.}) IS DISTINCT FROM ROW({h.}) END",
		   2, count, err);
}

static bool undo(const struct going_back *c, const struct entity *entity,
    int64_t *count, struct err *err)
{
	if (!find_undone(c, entity, count, err))
		return false;
	if (*count == 0)
		return true;
	return ask(c, entity,
		   "INSERT INTO history.{t} (district, {all}, source, "
		   "fingerprint, since, until) SELECT l.district, {l.}, "
		   "l.source, l.fingerprint, l.since, $3::bigint "
		   "FROM roster.{t} l JOIN undone u USING (sourced_id) "
		   "WHERE l.district = $1::int AND $2::bigint > 0",
		   3, NULL, err) &&
	       ask(c, entity,
		   "UPDATE roster.{t} l SET ({all}, source, fingerprint, "
		   "since) = ROW({h.}, h.source, h.fingerprint, $3::bigint) "
		   "FROM history.{t} h, undone u WHERE u.known "
		   "AND u.sourced_id = l.sourced_id "
		   "AND l.district = $1::int AND " THEN,
		   3, NULL, err) &&
	       ask(c, entity,
		   "UPDATE roster.{t} l SET status = 'tobedeleted', "
		   "since = $3::bigint FROM undone u WHERE NOT u.known "
		   "AND u.sourced_id = l.sourced_id "
		   "AND l.district = $1::int AND $2::bigint > 0",
		   3, NULL, err);
}

/* What sources said is not undone; but of these persons it is to be looked at
 * again when they say it next: what they still say comes back, what they do
 * not goes. A person that became part of another meanwhile has nobody who
 * would say so: then all are merged anew. */
static bool ask_again(const struct going_back *c, struct err *err)
{
	return ask(c, &entity_users,
		   "UPDATE roster.said_users s SET fingerprint = NULL, "
		   "status = CASE WHEN NOT u.known THEN 'tobedeleted' "
		   "WHEN EXISTS (SELECT FROM homeroom.import i "
		   "WHERE i.id = s.import AND i.version > $2::bigint) "
		   "THEN 'active' ELSE s.status END FROM undone u "
		   "WHERE s.district = $1::int AND s.person = u.sourced_id",
		   2, NULL, err) &&
	       ask(c, &entity_users,
		   "UPDATE homeroom.district SET remerge = true "
		   "WHERE id = $1::int AND EXISTS (SELECT FROM undone u "
		   "JOIN roster.users l ON l.district = $1::int "
		   "AND l.sourced_id = u.sourced_id AND l.status = 'active' "
		   "WHERE NOT EXISTS (SELECT FROM roster.said_users s "
		   "WHERE s.district = $1::int AND s.person = u.sourced_id "
		   "AND s.status = 'active'))",
		   1, NULL, err);
}

static bool lock(const struct going_back *c, int64_t *live, struct err *err)
{
	const struct values values = { 1, { c->district } };
	const struct rows *rows;

	if (!db_ask(c->db, c->arena, STATEMENT_roster_lock_briefly, &values,
		NULL, err) ||
	    !db_ask(c->db, c->arena, STATEMENT_version_live, &values, &rows,
		err))
		return false;
	*live = rows_integer(rows, 0, 0);
	return true;
}

static bool can_go_back(const struct going_back *c, int64_t live, int64_t to,
    struct err *err)
{
	const struct values values = { 2, { c->district, c->to } };
	const struct rows *rows;

	if (!db_ask(c->db, c->arena, STATEMENT_version_purged, &values, &rows,
		err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_NOT_FOUND,
		    "there is no version %s; `homeroom versions` lists those "
		    "that there are",
		    c->to);
	if (rows_integer(rows, 0, 0) != 0)
		return fail(err, FAULT_GONE,
		    "version %s is older than what is kept", c->to);
	if (to == live)
		return fail(err, FAULT_CONFLICT, "version %s is the live one",
		    c->to);
	return true;
}

static bool add_version(const struct going_back *c, struct err *err)
{
	struct values values = { 0 };

	values_add(&values, c->district);
	values_add(&values, c->next);
	values_add(&values, "0");
	values_add(&values, "{}");
	values_add(&values, arena_number(c->arena, clock_now()));
	values_add(&values, arena_printf(c->arena, "rollback to %s", c->to));
	return db_ask(c->db, c->arena, STATEMENT_version_add, &values, NULL,
	    err);
}

/* Within a transaction. */
static bool go_back(struct going_back *c, struct rollback *rollback,
    struct err *err)
{
	int64_t live, count;

	if (!lock(c, &live, err) || !can_go_back(c, live, rollback->to, err))
		return false;
	rollback->made = live + 1;
	c->next = arena_number(c->arena, live + 1);
	for (const struct entity *const *e = entities; *e != NULL; e++) {
		if (!undo(c, *e, &count, err) ||
		    (count > 0 && *e == &entity_users && !ask_again(c, err)))
			return false;
		rollback->rows += count;
	}
	return rollback->rows == 0 || (grants_compile(c->db, rollback->district,
					   rollback->made, err) &&
					  add_version(c, err));
}

bool version_rollback(struct db *db, struct rollback *rollback, struct err *err)
{
	struct arena *arena = arena_new();
	struct going_back c = {
		.db = db,
		.arena = arena,
		.district = arena_number(arena, rollback->district),
		.to = arena_number(arena, rollback->to),
	};
	bool done = db_begin(db, err) && go_back(&c, rollback, err);

	if (done && !rollback->dry_run && rollback->rows > 0)
		done = db_commit(db, err);
	else
		db_rollback(db);
	if (rollback->rows == 0)
		rollback->made = 0;
	arena_free(arena);
	return done;
}

/* --- letting go ---------------------------------------------------------- */

static bool find_horizon(const struct going_back *c, int days, int64_t *horizon,
    struct err *err)
{
	const struct values values = { 3,
		{ c->district, arena_number(c->arena, clock_now()),
		    arena_number(c->arena, days) } };
	const struct rows *rows;

	if (!db_ask(c->db, c->arena, STATEMENT_version_horizon, &values, &rows,
		err))
		return false;
	*horizon = rows_integer(rows, 0, 0);
	return true;
}

/* The version that was live when what is kept begins is kept itself. */
static bool purge(struct going_back *c, int days, int64_t *dropped,
    struct err *err)
{
	int64_t live, horizon, count = 0;

	if (!lock(c, &live, err) || !find_horizon(c, days, &horizon, err))
		return false;
	if (horizon == 0)
		return true;
	c->to = arena_number(c->arena, horizon);
	for (const struct entity *const *e = entities; *e != NULL; e++) {
		if (!ask(c, *e,
			"DELETE FROM history.{t} WHERE district = $1::int "
			"AND until <= $2::bigint",
			2, &count, err))
			return false;
		*dropped += count;
	}
	return db_ask(c->db, c->arena, STATEMENT_visible_purge,
		   &(struct values){ 2, { c->district, c->to } }, NULL, err) &&
	       db_ask(c->db, c->arena, STATEMENT_version_purge,
		   &(struct values){ 2, { c->district, c->to } }, NULL, err);
}

bool version_purge(struct db *db, int64_t district, int days, int64_t *dropped,
    struct err *err)
{
	struct arena *arena = arena_new();
	struct going_back c = {
		.db = db,
		.arena = arena,
		.district = arena_number(arena, district),
	};
	bool done;

	*dropped = 0;
	done = db_begin(db, err) && purge(&c, days, dropped, err) &&
	       db_commit(db, err);
	if (!done)
		db_rollback(db);
	arena_free(arena);
	return done;
}
