/* Settings made so: all of them in one transaction, or nothing. */
#include "settings.h"
#include "../tree/tree.h"

#include <string.h>

struct settings {
	struct arena *arena;
	struct document *first, **end;
};

/* --- reading -------------------------------------------------------------- */

struct settings *settings_new(struct arena *arena)
{
	struct settings *wanted = arena_alloc(arena, sizeof(*wanted));

	wanted->arena = arena;
	wanted->end = &wanted->first;
	return wanted;
}

bool settings_read(struct settings *wanted, const char *file, struct text yaml,
    struct err *err)
{
	struct node *documents;

	if (!tree_read(wanted->arena, file, yaml, &documents, err))
		return false;
	for (struct node *n = documents->first; n != NULL; n = n->next) {
		struct document *d;

		if (!settings_check(file, n, err))
			return false;
		d = arena_alloc(wanted->arena, sizeof(*d));
		d->map = n;
		d->kind = node_get(n, "kind")->text;
		d->name = node_get(n, "name")->text;
		*wanted->end = d;
		wanted->end = &d->next;
	}
	return true;
}

bool settings_json(struct arena *arena, const char *name, const char *yaml,
    const char **json, struct err *err)
{
	struct node *documents;
	struct buf text = { 0 };

	if (!tree_read(arena, name, (struct text){ yaml, strlen(yaml) },
		&documents, err))
		return false;
	if (documents->first == NULL)
		return fail(err, FAULT_INVALID, "%s: is empty", name);
	node_json(&text, documents->first);
	*json = arena_text(arena, buf_text(&text));
	buf_free(&text);
	return true;
}

/* --- notes ---------------------------------------------------------------- */

bool applying_note(const struct applying *a, const char *before,
    const char *after, struct err *err)
{
	struct values values = { 0 };

	values_add(&values,
	    a->district != 0 ? arena_number(a->arena, a->district) : NULL);
	values_add(&values, a->who);
	values_add(&values, a->document->kind);
	values_add(&values, a->document->name);
	values_add(&values, before);
	values_add(&values, after);
	return db_ask(a->db, a->arena, STATEMENT_setting_note, &values, NULL,
	    err);
}

void applying_tell(const struct applying *a, const char *what)
{
	buf_printf(a->report, "%s %s: %s\n", a->document->kind,
	    a->document->name, what);
}

/* What is said now of this document's setting; NULL: nothing. */
static bool said(struct applying *a, const char **json, struct err *err)
{
	const struct setting_which which = { a->district, a->document->kind,
		a->document->name, NULL };
	const struct setting_text *list;
	int count;

	if (!settings_list(a->db, a->arena, &which, &list, &count, err))
		return false;
	*json = count > 0 ? list[0].json : NULL;
	return true;
}

bool applying_same(const struct applying *a, enum statement by,
    const char *before, const char *after, bool *same, struct err *err)
{
	const struct values values = { 2, { before, after } };
	const struct rows *rows;

	if (!db_ask(a->db, a->arena, by, &values, &rows, err))
		return false;
	*same = rows_get(rows, 0, 0)[0] == 't';
	return true;
}

bool applying_schedule(const struct applying *a, const char *kind,
    const struct node *map, struct err *err)
{
	const struct node *cron =
	    map != NULL ? node_get(map, "schedule") : NULL;
	const struct node *zone =
	    map != NULL ? node_get(map, "timeZone") : NULL;
	const struct node *paused =
	    map != NULL ? node_get(map, "paused") : NULL;
	const struct schedule schedule = { .district = a->district,
		.kind = kind,
		.subject = a->document->name,
		.cron = cron != NULL ? cron->text : NULL,
		.zone = zone != NULL ? zone->text : "UTC",
		.paused = paused != NULL && strcmp(paused->text, "true") == 0 };

	if (cron == NULL)
		return schedule_drop(a->db, &schedule, err);
	return schedule_set(a->db, &schedule, err);
}

static bool note_change(struct applying *a, const char *before, struct err *err)
{
	const char *after;
	bool same;

	if (!said(a, &after, err) || !applying_same(a, STATEMENT_setting_same,
					 before, after, &same, err))
		return false;
	applying_tell(a, same             ? "unchanged"
			 : before == NULL ? "created"
					  : "changed");
	return same || applying_note(a, before, after, err);
}

const char *applying_json(const struct applying *a)
{
	struct buf json = { 0 };
	const char *text;

	node_json(&json, a->document->map);
	text = arena_text(a->arena, buf_text(&json));
	buf_free(&json);
	return text;
}

static bool check_profile(const struct applying *a, struct err *err)
{
	const struct node *name = node_get(a->document->map, "profile");
	struct profile profile;

	return name == NULL ||
	       profile_read(a->arena, name->text, &profile, err);
}

static bool apply_application(struct applying *a, struct err *err)
{
	struct values values = { 2,
		{ arena_number(a->arena, a->district), a->document->name } };
	const struct rows *rows;
	const char *before;

	if (!db_ask(a->db, a->arena, STATEMENT_application_lock, &values, &rows,
		err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_NOT_FOUND,
		    "there is no application '%s'; `homeroom application "
		    "create` makes one, and prints its credentials",
		    a->document->name);
	values =
	    (struct values){ 2, { rows_get(rows, 0, 0), applying_json(a) } };
	return check_profile(a, err) && said(a, &before, err) &&
	       db_ask(a->db, a->arena, STATEMENT_application_write, &values,
		   NULL, err) &&
	       keys_apply(a, rows_get(rows, 0, 0), err) &&
	       applying_schedule(a, "push", node_get(a->document->map, "push"),
		   err) &&
	       note_change(a, before, err);
}

/* --- districts ------------------------------------------------------------ */

/* By a worker, if there is one; else by the next import. */
static bool want_merge(struct applying *a, const struct rows *written,
    struct err *err)
{
	struct job job = { .kind = "merge", .subject = "people" };

	if (rows_count(written) == 0 || rows_get(written, 0, 1)[0] != 't')
		return true;
	job.district = rows_integer(written, 0, 0);
	return job_add(a->db, &job, clock_now(), err);
}

static bool apply_district(struct applying *a, struct err *err)
{
	const struct values name = { 1, { a->document->name } };
	const struct values says = { 2,
		{ a->document->name, applying_json(a) } };
	const struct node *zone = node_get(a->document->map, "timeZone");
	const struct rows *rows;
	const char *before;
	int64_t shown;
	bool made;

	a->district = 0;
	if (zone != NULL &&
	    !zone_clock(a->db, zone->text, clock_now(), &shown, err))
		return false;
	if (!said(a, &before, err) ||
	    !db_ask(a->db, a->arena, STATEMENT_district_add, &name, &rows, err))
		return false;
	made = rows_count(rows) > 0;
	if (!db_ask(a->db, a->arena, STATEMENT_district_write, &says, &rows,
		err) ||
	    !want_merge(a, rows, err))
		return false;
	if (!made && rows_affected(rows) > 0)
		return note_change(a, before, err);
	applying_tell(a, made ? "created" : "unchanged");
	return !made || applying_note(a, NULL, applying_json(a), err);
}

/* --- sources -------------------------------------------------------------- */

static bool write_source(struct applying *a, struct err *err)
{
	const struct values values = { 4,
		{ arena_number(a->arena, a->district), a->document->name,
		    node_get(a->document->map, "type")->text,
		    applying_json(a) } };

	return db_ask(a->db, a->arena, STATEMENT_source_write, &values, NULL,
	    err);
}

/* What a type of source is told besides what all are. */
/* clang-format off */
static const struct {
	const char *type;
	const char *keys[3]; /* one with `?` may be left out */
} source_types[] = {
	{ "oneroster",      { "path", "url" } },
	{ "oneroster-rest", { "url", "clientId" } },
	{ "powerschool",    { "url", "clientId", "files?" } },
	{ "csv",            { "path", "url", "files" } },
	{ "sql",            { "database", "queries?", "mapping?" } },
	{ "accounts",       { "directory" } },
};
/* clang-format on */

static bool takes(const char *type, const char *key)
{
	for (size_t i = 0; i < array_length(source_types); i++)
		for (size_t j = 0; j < array_length(source_types[i].keys); j++)
			if (strcmp(source_types[i].type, type) == 0 &&
			    source_types[i].keys[j] != NULL &&
			    strcmp(source_types[i].keys[j], key) == 0)
				return true;
	return false;
}

static bool check_source(const struct applying *a, struct err *err)
{
	static const char *const wholes[] = { "files", "database", "queries",
		"mapping", "clientId", "directory" };
	const struct node *map = a->document->map;
	const char *type = node_get(map, "type")->text;
	bool path = node_get(map, "path") != NULL;
	bool url = node_get(map, "url") != NULL;

	if (takes(type, "path") ? path == url
				: path || url != takes(type, "url"))
		return fail(err, FAULT_INVALID,
		    takes(type, "path")
			? "the source '%s' needs either `path` or `url`"
		    : takes(type, "url")
			? "the source '%s' needs `url`, and has no `path`"
			: "the source '%s' has no `path` and no `url`",
		    a->document->name);
	for (size_t i = 0; i < array_length(wholes); i++)
		if (takes(type, wholes[i]) !=
			(node_get(map, wholes[i]) != NULL) &&
		    !takes(type, arena_printf(a->arena, "%s?", wholes[i])))
			return fail(err, FAULT_INVALID,
			    takes(type, wholes[i])
				? "the source '%s': the type %s needs `%s`"
				: "the source '%s': the type %s has no `%s`",
			    a->document->name, type, wholes[i]);
	return !takes(type, "queries?") || node_get(map, "queries") != NULL ||
	       node_get(map, "mapping") != NULL ||
	       fail(err, FAULT_INVALID,
		   "the source '%s' needs `queries` or `mapping`",
		   a->document->name);
}

static bool apply_source(struct applying *a, struct err *err)
{
	const struct node *map = a->document->map;
	const char *before;

	if (!check_source(a, err) || !source_directory(a, err))
		return false;
	return said(a, &before, err) && secrets_apply(a, err) &&
	       write_source(a, err) && source_circle(a, err) &&
	       applying_schedule(a, "source", map, err) &&
	       note_change(a, before, err);
}

/* --- provisioning --------------------------------------------------------- */

static bool apply_directory(struct applying *a, struct err *err)
{
	const char *before;

	return said(a, &before, err) && directory_apply(a, err) &&
	       note_change(a, before, err);
}

static bool apply_rule(struct applying *a, struct err *err)
{
	const char *before;

	return said(a, &before, err) && rule_apply(a, err) &&
	       note_change(a, before, err);
}

/* --- notifications -------------------------------------------------------- */

static bool apply_notification(struct applying *a, struct err *err)
{
	const char *before;

	return said(a, &before, err) && notification_apply(a, err) &&
	       note_change(a, before, err);
}

/* --- all of it ------------------------------------------------------------ */

/* clang-format off */
static const struct {
	const char *kind;
	bool (*apply)(struct applying *a, struct err *err);
} kinds[] = {
	{ "district",    apply_district },
	{ "application", apply_application },
	{ "grant",       grant_apply },
	{ "source",      apply_source },
	{ "directory",   apply_directory },
	{ "rule",        apply_rule },
	{ "notification", apply_notification },
};
/* clang-format on */

static bool apply_document(struct applying *a, struct err *err)
{
	const struct node *district = node_get(a->document->map, "district");

	if (strcmp(a->document->kind, "district") != 0 &&
	    !district_find(a->db, a->arena,
		district != NULL ? district->text : NULL, &a->district, err))
		return false;
	for (size_t i = 0; i < array_length(kinds); i++)
		if (strcmp(kinds[i].kind, a->document->kind) == 0)
			return kinds[i].apply(a, err);
	return fail(err, FAULT_INTERNAL, "nobody applies a %s",
	    a->document->kind);
}

static bool apply_all(struct applying *a, const struct settings *wanted,
    struct err *err)
{
	for (const struct document *d = wanted->first; d != NULL; d = d->next) {
		a->document = d;
		if (!apply_document(a, err))
			return false;
	}
	return grants_publish(a, err);
}

bool settings_apply(struct settings *wanted, struct db *db, const char *who,
    bool dry_run, struct buf *report, struct err *err)
{
	struct applying a = { .db = db,
		.arena = wanted->arena,
		.who = who,
		.report = report,
		.granted_end = &a.granted };

	if (!db_begin(db, err))
		return false;
	if (!apply_all(&a, wanted, err)) {
		db_rollback(db);
		return false;
	}
	if (!dry_run)
		return db_commit(db, err) &&
		       (a.granted == NULL ||
			   db_ask(db, a.arena, STATEMENT_visible_statistics,
			       NULL, NULL, err));
	db_rollback(db);
	return true;
}

bool settings_list(struct db *db, struct arena *arena,
    const struct setting_which *which, const struct setting_text **list,
    int *count, struct err *err)
{
	const struct values values = { 4,
		{ arena_number(arena, which->district), which->kind,
		    which->name, which->as } };
	struct setting_text *texts;
	const struct rows *rows;

	if (!db_ask(db, arena, STATEMENT_setting_list, &values, &rows, err))
		return false;
	*count = rows_count(rows);
	texts = arena_alloc(arena, ((size_t)*count + 1) * sizeof(*texts));
	for (int i = 0; i < *count; i++)
		texts[i] = (struct setting_text){ rows_get(rows, i, 0),
			rows_get(rows, i, 1) };
	*list = texts;
	return true;
}

/* --- deleting ------------------------------------------------------------- */

/* What keeps the statements sql/queries/…_drop from deleting it. */
static const char *held_by(const char *kind)
{
	if (strcmp(kind, "source") == 0)
		return "it was imported from, and what it gave stays; without "
		       "`schedule` it is fetched by hand alone";
	if (strcmp(kind, "directory") == 0)
		return "it has rules; delete those first (`homeroom get rule` "
		       "lists them)";
	return "it has versions, sources, applications or changes of settings, "
	       "which are kept";
}

static bool drop(struct applying *a, enum statement statement,
    const struct values *values, struct err *err)
{
	const struct setting_which which = { a->district, a->document->kind,
		a->document->name, NULL };
	const struct setting_text *before;
	const struct rows *rows;
	int count;

	if (!settings_list(a->db, a->arena, &which, &before, &count, err))
		return false;
	if (count == 0)
		return settings_lack(a->document->kind, a->document->name, err);
	if (!db_ask(a->db, a->arena, statement, values, &rows, err))
		return false;
	if (rows_affected(rows) == 0)
		return fail(err, FAULT_CONFLICT, "the %s '%s' is in use: %s",
		    a->document->kind, a->document->name,
		    held_by(a->document->kind));
	return secrets_forget(a, err) &&
	       applying_note(a, before[0].json, NULL, err);
}

static bool delete_one(struct applying *a, struct err *err)
{
	static const struct {
		const char *kind;
		enum statement statement;
	} known[] = {
		{ "application", STATEMENT_application_drop },
		{ "source", STATEMENT_source_drop },
		{ "directory", STATEMENT_directory_drop },
		{ "rule", STATEMENT_rule_drop },
		{ "notification", STATEMENT_notification_drop },
	};
	const char *name = a->document->name;
	const struct values values = { 2,
		{ arena_number(a->arena, a->district), name } };

	if (strcmp(a->document->kind, "grant") == 0)
		return grant_withdraw(a, err);
	for (size_t i = 0; i < array_length(known); i++)
		if (strcmp(known[i].kind, a->document->kind) == 0)
			return drop(a, known[i].statement, &values, err);
	a->district = 0;
	return drop(a, STATEMENT_district_drop, &(struct values){ 1, { name } },
	    err);
}

bool settings_delete(struct db *db, const struct change *change,
    const char *kind, bool dry_run, struct err *err)
{
	const struct node nothing = { .shape = MAP };
	const struct document document = { .map = &nothing,
		.kind = kind,
		.name = change->name };
	struct arena *arena = arena_new();
	struct buf report = { 0 };
	struct applying a = { .db = db,
		.arena = arena,
		.who = change->who,
		.report = &report,
		.document = &document,
		.district = change->district,
		.granted_end = &a.granted };
	bool done = db_begin(db, err) && delete_one(&a, err) &&
		    grants_publish(&a, err) && (dry_run || db_commit(db, err));

	if (!done || dry_run)
		db_rollback(db);
	buf_free(&report);
	arena_free(arena);
	return done;
}
