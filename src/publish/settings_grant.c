/* Grants made so: written, compiled, and published as a version. */
#include "publish.h"

#include <inttypes.h>

struct grant_row {
	int64_t id;
	const char *says; /* JSON */
	bool full, defined;
};

static const char *number(struct arena *arena, int64_t value)
{
	return arena_printf(arena, "%" PRId64, value);
}

static bool find_grant(const struct applying *a, const char *name,
    struct grant_row *out, struct err *err)
{
	const struct values values = { 2,
		{ number(a->arena, a->district), name } };
	const struct rows *rows;

	if (!db_ask(a->db, a->arena, STATEMENT_grant_find, &values, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_NOT_FOUND,
		    "there is no application '%s'", name);
	*out = (struct grant_row){ rows_integer(rows, 0, 0),
		rows_get(rows, 0, 1), rows_get(rows, 0, 2)[0] == 't',
		rows_get(rows, 0, 3)[0] == 't' };
	return true;
}

/* What the document says, with what it says another one says. */
static bool merge(const struct applying *a, const char **out, struct err *err)
{
	const struct node *like = node_get(a->document->map, "like");
	struct values values = { 0 };
	struct grant_row other;
	const struct rows *rows;

	*out = applying_json(a);
	if (like == NULL)
		return true;
	if (!find_grant(a, like->text, &other, err))
		return false;
	values_add(&values, other.says);
	values_add(&values, *out);
	if (!db_ask(a->db, a->arena, STATEMENT_setting_merge, &values, &rows,
		err))
		return false;
	*out = rows_get(rows, 0, 0);
	return true;
}

static const char *scopes_text(const struct applying *a)
{
	const struct node *list = node_get(a->document->map, "scopes");
	struct buf uris = { 0 };
	unsigned scopes = 0;
	const char *text;

	if (list == NULL)
		return NULL;
	for (const struct node *n = list->first; n != NULL; n = n->next)
		scopes |= scopes_named(n->text);
	scopes_write(&uris, scopes);
	text = arena_text(a->arena, buf_text(&uris));
	buf_free(&uris);
	return text;
}

/* Who saw everything has seen every record: what it does not see any more must
 * be told. */
static bool saw_everything(const struct applying *a, int64_t grant,
    struct err *err)
{
	const struct values values = { 2,
		{ number(a->arena, grant), number(a->arena, a->district) } };

	for (const struct entity *const *e = entities; *e != NULL; e++) {
		const char *sql = arena_printf(a->arena,
		    "INSERT INTO homeroom.visible "
		    "(grant_id, entity, sourced_id, since) "
		    "SELECT $1::bigint, %d, sourced_id, 0 FROM roster.%s "
		    "WHERE district = $2::integer AND status = 'active'",
		    (*e)->number, (*e)->table);

		if (!db_ask_text(a->db, a->arena, sql, &values, NULL, err))
			return false;
	}
	return true;
}

static bool lock_roster(const struct applying *a, int64_t *live,
    struct err *err)
{
	const struct values values = { 1, { number(a->arena, a->district) } };
	const struct rows *rows;

	if (!db_ask(a->db, a->arena, STATEMENT_roster_lock_briefly, &values,
		NULL, err) ||
	    !db_ask(a->db, a->arena, STATEMENT_version_live, &values, &rows,
		err))
		return false;
	*live = rows_integer(rows, 0, 0);
	return true;
}

static bool add_version(const struct applying *a, int64_t version,
    struct err *err)
{
	struct values values = { 0 };

	values_add(&values, number(a->arena, a->district));
	values_add(&values, number(a->arena, version));
	values_add(&values, "0");
	values_add(&values, "{}");
	values_add(&values, number(a->arena, clock_now()));
	values_add(&values,
	    arena_printf(a->arena, "grant of %s", a->document->name));
	return db_ask(a->db, a->arena, STATEMENT_version_add, &values, NULL,
	    err);
}

static const struct entity *entity_numbered(int64_t wanted)
{
	for (const struct entity *const *e = entities; *e != NULL; e++)
		if ((*e)->number == wanted)
			return *e;
	return NULL;
}

/* What it shares: by kind, with what came and went, and by school. */
static bool tell_counts(const struct applying *a, int64_t grant,
    int64_t version, struct err *err)
{
	const struct values counts = { 2,
		{ number(a->arena, grant), number(a->arena, version) } };
	const struct values schools = { 2,
		{ number(a->arena, a->district), number(a->arena, grant) } };
	const struct rows *rows;

	if (!db_ask(a->db, a->arena, STATEMENT_grant_counts, &counts, &rows,
		err))
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		const struct entity *entity =
		    entity_numbered(rows_integer(rows, i, 0));

		buf_printf(a->report,
		    "  %-28s %9" PRId64 "  +%" PRId64 " -%" PRId64 "\n",
		    entity != NULL ? entity->name : "",
		    rows_integer(rows, i, 1), rows_integer(rows, i, 2),
		    rows_integer(rows, i, 3));
	}
	if (!db_ask(a->db, a->arena, STATEMENT_grant_schools, &schools, &rows,
		err))
		return false;
	for (int i = 0; i < rows_count(rows); i++)
		buf_printf(a->report,
		    "  %s %s: %s classes, %s students, %s teachers\n",
		    rows_get(rows, i, 0), rows_get(rows, i, 1),
		    rows_get(rows, i, 2), rows_get(rows, i, 3),
		    rows_get(rows, i, 4));
	return true;
}

static bool write_grant(const struct applying *a, const struct grant_row *row,
    const char *wanted, struct err *err)
{
	struct values values = { 0 };

	values_add(&values, number(a->arena, row->id));
	values_add(&values, wanted);
	values_add(&values, scopes_text(a));
	return db_ask(a->db, a->arena, STATEMENT_grant_write, &values, NULL,
	    err);
}

/* Who is shown other fields than before is shown other records. */
static bool redate(const struct applying *a, const struct grant_row *before,
    const struct grant_row *after, int64_t version, struct err *err)
{
	struct values values = { 6,
		{ number(a->arena, before->id), number(a->arena, version), NULL,
		    NULL, before->full ? NULL : before->says, after->says } };

	for (const struct entity *const *e = entities; *e != NULL; e++) {
		values.at[2] = number(a->arena, (*e)->number);
		values.at[3] = (*e)->name;
		if (!db_ask(a->db, a->arena, STATEMENT_grant_redate, &values,
			NULL, err))
			return false;
	}
	return true;
}

/* What a grant newly sees comes with a new version: so deltas tell of it. */
static bool publish(const struct applying *a, const struct grant_row *before,
    const struct grant_row *after, int64_t live, struct err *err)
{
	const struct values values = { 2,
		{ number(a->arena, before->id), number(a->arena, live + 1) } };

	if (before->defined && after->full)
		return fail(err, FAULT_CONFLICT,
		    "the grant of %s shares a part, and its readers would not "
		    "be told of the rest; widen what it shares instead",
		    a->document->name);
	if (live == 0)
		return true;
	if (before->full && !after->full && !saw_everything(a, before->id, err))
		return false;
	return db_ask(a->db, a->arena, STATEMENT_grant_changed, &values, NULL,
		   err) &&
	       (after->full || (grant_compile(a->db, a->district, live + 1,
				    before->id, err) &&
				   redate(a, before, after, live + 1, err))) &&
	       add_version(a, live + 1, err) &&
	       (after->full || tell_counts(a, before->id, live + 1, err));
}

bool grant_apply(struct applying *a, struct err *err)
{
	struct grant_row before, after;
	const char *wanted, *name = a->document->name;
	int64_t live;
	bool same;

	if (!lock_roster(a, &live, err) || !find_grant(a, name, &before, err) ||
	    !merge(a, &wanted, err) || !write_grant(a, &before, wanted, err) ||
	    !find_grant(a, name, &after, err) ||
	    !applying_same(a, before.says, after.says, &same, err))
		return false;
	applying_tell(a, same ? "unchanged" : "changed");
	if (same)
		return live == 0 || tell_counts(a, before.id, live + 1, err);
	return applying_note(a, before.says, after.says, err) &&
	       publish(a, &before, &after, live, err);
}

bool grant_withdraw(struct applying *a, struct err *err)
{
	struct grant_row before, after;
	int64_t live;

	if (!lock_roster(a, &live, err) ||
	    !find_grant(a, a->document->name, &before, err) ||
	    !write_grant(a, &before, "{\"access\": \"none\"}", err) ||
	    !find_grant(a, a->document->name, &after, err))
		return false;
	return applying_note(a, before.says, NULL, err) &&
	       publish(a, &before, &after, live, err);
}
