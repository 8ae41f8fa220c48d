/* Grants made so: written, compiled, and published as a version. */
#include "settings.h"
#include "../tree/tree.h"

#include <inttypes.h>
#include <string.h>

struct grant_row {
	int64_t id;
	const char *says; /* JSON */
	bool full, defined;
	const char *fields; /* "users.email=omit users.username=pseudonymise" */
	bool keyed;         /* it has a key for pseudonyms */
};

/* Each application has one. `kind`: what is lacking without it. */
static bool find_grant(const struct applying *a, const char *kind,
    const char *name, struct grant_row *out, struct err *err)
{
	const struct values values = { 2,
		{ arena_number(a->arena, a->district), name } };
	const struct rows *rows;

	if (!db_ask(a->db, a->arena, STATEMENT_grant_find, &values, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return settings_lack(kind, name, err);
	*out = (struct grant_row){ rows_integer(rows, 0, 0),
		rows_get(rows, 0, 1), rows_get(rows, 0, 2)[0] == 't',
		rows_get(rows, 0, 3)[0] == 't', rows_get(rows, 0, 4),
		rows_get(rows, 0, 5)[0] == 't' };
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
	if (!find_grant(a, "grant", like->text, &other, err))
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
 * be told, and what is to be deleted may not have been yet; but not of records
 * that it knew by other names than now. */
static bool saw_everything(const struct applying *a,
    const struct grant_row *after, struct err *err)
{
	const struct values values = { 2,
		{ arena_number(a->arena, after->id),
		    arena_number(a->arena, a->district) } };
	struct withheld withheld;

	withheld_read(&withheld, after->fields);
	for (const struct entity *const *e = entities; *e != NULL; e++) {
		const char *sql;

		if (withheld_renames(&withheld, *e))
			continue;
		sql = arena_printf(a->arena,
		    "INSERT INTO homeroom.visible "
		    "(grant_id, entity, sourced_id, since, place) "
		    "SELECT g.id, %d, t.sourced_id, g.widened, t.ctid "
		    "FROM homeroom.\"grant\" g, roster.%s t "
		    "WHERE g.id = $1::bigint AND t.district = $2::integer",
		    (*e)->number, (*e)->table);
		if (!db_ask_text(a->db, a->arena, sql, &values, NULL, err))
			return false;
	}
	return true;
}

static bool lock_roster(const struct applying *a, int64_t *live,
    struct err *err)
{
	const struct values values = { 1,
		{ arena_number(a->arena, a->district) } };
	const struct rows *rows;

	if (!db_ask(a->db, a->arena, STATEMENT_roster_lock_briefly, &values,
		NULL, err) ||
	    !db_ask(a->db, a->arena, STATEMENT_version_live, &values, &rows,
		err))
		return false;
	*live = rows_integer(rows, 0, 0);
	return true;
}

/* One field a line: what becomes of it. */
static void tell_fields(const struct applying *a, const char *fields)
{
	while (*fields != '\0') {
		size_t len = strcspn(fields, " ");
		size_t name = strcspn(fields, "=");

		buf_printf(a->report, "  %-28.*s %s\n", (int)name, fields,
		    strncmp(fields + name, "=omit", 5) == 0 ? "left out"
							    : "a pseudonym");
		fields += len + (fields[len] == ' ');
	}
}

/* Names that the roster does not have: whoever slips sees it before it holds.
 */
static bool tell_strangers(const struct applying *a, const struct granted *g,
    struct err *err)
{
	const struct values values = { 2,
		{ arena_number(a->arena, g->district),
		    arena_number(a->arena, g->grant) } };
	const struct rows *rows;

	if (!db_ask(a->db, a->arena, STATEMENT_grant_strangers, &values, &rows,
		err))
		return false;
	for (int i = 0; i < rows_count(rows); i++)
		buf_printf(a->report, "  share.%s: nothing has '%s'\n",
		    rows_get(rows, i, 0), rows_get(rows, i, 1));
	return true;
}

/* What it shares: by kind, with what came and went, and by school. */
static bool tell_counts(const struct applying *a, const struct granted *g,
    struct err *err)
{
	const char *grant = arena_number(a->arena, g->grant);
	const struct values counts = { 2,
		{ grant, arena_number(a->arena, g->live + 1) } };
	const struct values schools = { 2,
		{ arena_number(a->arena, g->district), grant } };
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

	values_add(&values, arena_number(a->arena, row->id));
	values_add(&values, wanted);
	values_add(&values, scopes_text(a));
	return db_ask(a->db, a->arena, STATEMENT_grant_write, &values, NULL,
	    err);
}

/* --- before and after ----------------------------------------------------- */

static void add_number(struct buf *list, struct arena *arena,
    const struct entity *entity)
{
	const char *number = arena_number(arena, entity->number);

	array_item(list, (struct text){ number, strlen(number) });
}

static const char *end_numbers(struct buf *list, struct arena *arena)
{
	const char *numbers;

	array_close(list);
	numbers = arena_textn(arena, list->data, list->len);
	buf_free(list);
	return numbers;
}

/* The entities whose records are shown otherwise than before; a list of their
 * numbers. What refers to records with new names changes as well. */
static const char *find_turned(const struct applying *a,
    const struct grant_row *before, const struct grant_row *after)
{
	struct withheld was, is;
	struct buf list = { 0 };
	bool renamed = false;

	withheld_read(&was, before->full ? "" : before->fields);
	withheld_read(&is, after->fields);
	for (const struct entity *const *e = entities; *e != NULL; e++)
		renamed |=
		    withheld_renames(&was, *e) != withheld_renames(&is, *e);
	array_open(&list);
	for (const struct entity *const *e = entities; *e != NULL; e++)
		if (renamed || withheld_differs(&was, &is, *e))
			add_number(&list, a->arena, *e);
	return end_numbers(&list, a->arena);
}

/* The entities whose records had pseudonyms and have them no more. */
static const char *find_unmasked(const struct applying *a,
    const struct grant_row *before, const struct grant_row *after)
{
	struct withheld was, is;
	struct buf list = { 0 };

	withheld_read(&was, before->full ? "" : before->fields);
	withheld_read(&is, after->fields);
	array_open(&list);
	for (const struct entity *const *e = entities; *e != NULL; e++)
		if (withheld_renames(&was, *e) && !withheld_renames(&is, *e))
			add_number(&list, a->arena, *e);
	return end_numbers(&list, a->arena);
}

/* Versions before this one can't be read under it any more; what they hold and
 * the grant did not share is new to its readers. */
static bool turn(const struct applying *a, const struct grant_row *before,
    const struct grant_row *after, int64_t live, struct err *err)
{
	const char *grant = arena_number(a->arena, before->id);
	bool widened = !before->full && after->full;
	const struct values values = { 3,
		{ grant, arena_number(a->arena, live + 1),
		    widened ? "t" : "f" } };

	if (live == 0)
		return true;
	if (before->full && !after->full && !saw_everything(a, after, err))
		return false;
	if (widened && !db_ask(a->db, a->arena, STATEMENT_visible_forget,
			   &(struct values){ 1, { grant } }, NULL, err))
		return false;
	return db_ask(a->db, a->arena, STATEMENT_grant_changed, &values, NULL,
	    err);
}

static void keep(struct applying *a, const struct granted *granted)
{
	struct granted *g = arena_copy(a->arena, granted, sizeof(*granted));

	*a->granted_end = g;
	a->granted_end = &g->next;
}

/* Who publishes is alone in its district from the first grant on. */
static bool begin(struct applying *a, const char *kind, struct granted *granted,
    struct grant_row *before, struct err *err)
{
	*granted = (struct granted){ .document = a->document,
		.district = a->district };
	if (!lock_roster(a, &granted->live, err) ||
	    !find_grant(a, kind, a->document->name, before, err))
		return false;
	granted->grant = before->id;
	return true;
}

/* What it became; with a key, if its fields need one. */
static bool find_after(const struct applying *a, struct grant_row *after,
    struct err *err)
{
	if (!find_grant(a, "grant", a->document->name, after, err))
		return false;
	if (after->full && *after->fields != '\0')
		return fail(err, FAULT_INVALID,
		    "the grant of %s shares everything, so it can't omit or "
		    "pseudonymise fields: leave out 'access'",
		    a->document->name);
	return after->keyed || strstr(after->fields, "=pseudonymise") == NULL ||
	       names_make_key(a->db, a->arena, after->id, err);
}

static bool grant_put(struct applying *a, struct granted *granted,
    const struct grant_row *before, const char *wanted, struct err *err)
{
	struct grant_row after;

	if (!write_grant(a, before, wanted, err) ||
	    !find_after(a, &after, err) ||
	    !applying_same(a, STATEMENT_setting_same, before->says, after.says,
		&granted->same, err) ||
	    !applying_same(a, STATEMENT_grant_shows_same, before->says,
		after.says, &granted->still, err) ||
	    (!granted->still && !turn(a, before, &after, granted->live, err)))
		return false;
	granted->full = after.full;
	granted->says = after.says;
	granted->fields = after.fields;
	granted->turned = find_turned(a, before, &after);
	granted->unmasked = find_unmasked(a, before, &after);
	granted->fresh = !before->full && !before->defined;
	keep(a, granted);
	return true;
}

bool grant_apply(struct applying *a, struct err *err)
{
	struct granted granted;
	struct grant_row before;
	const char *wanted;

	if (!begin(a, "application", &granted, &before, err) ||
	    !merge(a, &wanted, err) ||
	    !grant_put(a, &granted, &before, wanted, err))
		return false;
	return granted.same || applying_note(a, before.says, granted.says, err);
}

bool grant_withdraw(struct applying *a, struct err *err)
{
	struct granted granted;
	struct grant_row before;

	return begin(a, "grant", &granted, &before, err) &&
	       grant_put(a, &granted, &before, "{\"access\": \"none\"}", err) &&
	       applying_note(a, before.says, NULL, err);
}

/* --- published ------------------------------------------------------------ */

static bool add_version(const struct applying *a, const struct granted *first,
    int count, struct err *err)
{
	struct values values = { 0 };

	values_add(&values, arena_number(a->arena, first->district));
	values_add(&values, arena_number(a->arena, first->live + 1));
	values_add(&values, "0");
	values_add(&values, "{}");
	values_add(&values, arena_number(a->arena, clock_now()));
	values_add(&values,
	    count == 1
		? arena_printf(a->arena, "grant of %s", first->document->name)
		: arena_printf(a->arena, "%d grants", count));
	return db_ask(a->db, a->arena, STATEMENT_version_add, &values, NULL,
	    err);
}

/* "{1,2}": those of a district that changed; "": none of them shares a part. */
static const char *list_grants(const struct applying *a, struct granted *first,
    int *count)
{
	struct buf grants = { 0 };
	const char *list;

	*count = 0;
	for (struct granted *g = first; g != NULL; g = g->next) {
		if (g->still || g->district != first->district)
			continue;
		g->told = true;
		++*count;
		if (!g->full)
			buf_printf(&grants, "%c%" PRId64,
			    grants.len == 0 ? '{' : ',', g->grant);
	}
	if (grants.len > 0)
		buf_char(&grants, '}');
	list = arena_text(a->arena, buf_text(&grants));
	buf_free(&grants);
	return list;
}

/* What is shown otherwise than before, or under other names. */
static bool retell(const struct applying *a, const struct granted *g,
    struct err *err)
{
	if (strcmp(g->unmasked, "{}") != 0 &&
	    !grant_hush(a->db, g->grant, g->unmasked, err))
		return false;
	return strcmp(g->turned, "{}") == 0 ||
	       grant_retell(a->db, g->district, g->live + 1, g->grant,
		   g->turned, err);
}

/* What grants of a district newly see comes with a new version: so deltas tell
 * of it. */
static bool publish_district(const struct applying *a, struct granted *first,
    struct err *err)
{
	int count;
	const char *grants = list_grants(a, first, &count);

	if (*grants != '\0' && !grants_recompile(a->db, first->district,
				   first->live + 1, grants, err))
		return false;
	for (struct granted *g = first; g != NULL; g = g->next)
		if (g->district == first->district && !g->still && !g->full &&
		    !g->fresh && !retell(a, g, err))
			return false;
	return grants_compile(a->db, first->district, first->live + 1, err) &&
	       add_version(a, first, count, err);
}

bool grants_publish(struct applying *a, struct err *err)
{
	for (struct granted *g = a->granted; g != NULL; g = g->next)
		if (g->live > 0 && !g->still && !g->told &&
		    !publish_district(a, g, err))
			return false;
	for (struct granted *g = a->granted; g != NULL; g = g->next) {
		a->document = g->document;
		applying_tell(a, g->same ? "unchanged" : "changed");
		if (g->full)
			buf_puts(a->report, "  everything in its scopes\n");
		else
			tell_fields(a, g->fields);
		if (g->live > 0 && !g->full &&
		    (!tell_strangers(a, g, err) || !tell_counts(a, g, err)))
			return false;
	}
	return true;
}
