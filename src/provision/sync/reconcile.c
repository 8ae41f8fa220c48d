/* What is not as it should be in a directory, and what could be done. */
#include "homeroom/provision.h"
#include "sync.h"

#include <stdio.h>

/* Where a directory says nothing about its logins. */
#define LOGIN_MOST 1024
#define FINDINGS_MOST "1000000"

struct asking {
	char now[CLOCK_TEXT];
	char most[12];
	struct values values; /* of the first four */
};

static void ask_about(const struct target *target, struct asking *a)
{
	const struct directory_limit *limit = target->type->limits;
	const char *banned = "";

	snprintf(a->most, sizeof(a->most), "%d", LOGIN_MOST);
	for (; limit != NULL && limit->attribute != NULL; limit++)
		if (strcmp(limit->attribute, target->type->login) == 0) {
			snprintf(a->most, sizeof(a->most), "%d", limit->most);
			banned = limit->banned != NULL ? limit->banned : "";
		}
	clock_format(a->now, clock_now());
	a->values =
	    (struct values){ 4, { target->id_text, a->now, a->most, banned } };
}

/* --- as a plan ------------------------------------------------------------ */

/* Of these, something is proposed that no sync would do. */
static bool check_kinds(const char *kinds, struct err *err)
{
	static const char *const known[] = { "orphan", "duplicate", "left",
		"unwanted", "disabled-in-group" };

	while (kinds != NULL && *kinds != '\0') {
		size_t len = strcspn(kinds, ","), i = 0;

		while (i < array_length(known) &&
		       !text_is((struct text){ kinds, len }, known[i]))
			i++;
		if (i == array_length(known))
			return fail(err, FAULT_INVALID,
			    "nothing is proposed about '%.*s'; --plan takes "
			    "orphan, duplicate, left, unwanted, "
			    "disabled-in-group",
			    (int)len, kinds);
		kinds += len + (kinds[len] == ',');
	}
	return true;
}

static bool propose(struct planning *p, struct err *err)
{
	struct asking a;

	ask_about(p->target, &a);
	values_add(&a.values, p->id);
	values_add(&a.values, p->wanted->with);
	return db_ask(p->db, p->arena, STATEMENT_reconcile_plan, &a.values,
	    NULL, err);
}

/* --- as a list ------------------------------------------------------------ */

/* Rows are in the order of what was found. */
static const char *count_kinds(struct arena *arena, const struct rows *rows)
{
	struct buf out = { 0 };
	const char *text;

	for (int i = 0, first = 0; i < rows_count(rows); i++) {
		bool last =
		    i + 1 == rows_count(rows) ||
		    strcmp(rows_get(rows, i, 0), rows_get(rows, i + 1, 0)) != 0;

		if (!last)
			continue;
		buf_printf(&out, "%s\"%s\":%d", out.len > 0 ? "," : "",
		    rows_get(rows, i, 0), i + 1 - first);
		first = i + 1;
	}
	text = arena_printf(arena, "{%s}", out.len > 0 ? buf_text(&out) : "");
	buf_free(&out);
	return text;
}

static bool note(const struct target *target, struct db *db,
    const struct provision_findings *f, struct err *err)
{
	char now[CLOCK_TEXT];
	const struct values values = { 4,
		{ target->id_text, now,
		    arena_number(target->arena, f->run.plan), f->counts } };

	clock_format(now, clock_now());
	return db_ask(db, target->arena, STATEMENT_reconcile_note, &values,
	    NULL, err);
}

static bool find(const struct target *target, struct db *db,
    struct provision_findings *out, struct err *err)
{
	struct asking a;

	ask_about(target, &a);
	values_add(&a.values, arena_number(target->arena, out->run.plan));
	values_add(&a.values, FINDINGS_MOST);
	if (!db_ask(db, target->arena, STATEMENT_reconcile_findings, &a.values,
		&out->rows, err))
		return false;
	out->counts = count_kinds(target->arena, out->rows);
	return note(target, db, out, err);
}

bool provision_reconcile(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, const char *kinds,
    struct provision_findings *out, struct err *err)
{
	const struct plan_wanted plan = { .purpose = kinds != NULL ? "reconcile"
								   : "sync",
		.who = wanted->who,
		.fill = kinds != NULL ? propose : NULL,
		.with = kinds,
		.rehearses = kinds != NULL && wanted->rehearses };
	struct target target;

	*out = (struct provision_findings){ 0 };
	return check_kinds(kinds, err) &&
	       run_begin(&target, db, arena, wanted, err) &&
	       run_plan(&target, db, wanted, &plan, &out->run, err) &&
	       (kinds != NULL || find(&target, db, out, err));
}

bool provision_trend(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, int limit, const struct rows **rows,
    struct err *err)
{
	struct target target;
	struct values values = { 2,
		{ target.id_text, arena_number(arena, limit) } };

	return run_begin(&target, db, arena, wanted, err) &&
	       db_ask(db, arena, STATEMENT_reconcile_trend, &values, rows, err);
}
