/* What the audit tells: rows, sums, and what became of settings. */
#include "audit.h"

#include <string.h>

static const char *or_null(struct arena *arena, int64_t value)
{
	return value == 0 ? NULL : arena_number(arena, value);
}

static void add_wanted(struct values *values, struct arena *arena,
    const struct audit_wanted *wanted)
{
	values_add(values, arena_number(arena, wanted->district));
	values_add(values, or_null(arena, wanted->application));
	values_add(values, or_null(arena, wanted->from));
	values_add(values, or_null(arena, wanted->until));
	values_add(values, wanted->endpoint);
	values_add(values, arena_number(arena, wanted->status_low));
	values_add(values, arena_number(arena, wanted->status_high));
	values_add(values, arena_number(arena, wanted->limit));
}

bool audit_list(struct db *db, struct arena *arena,
    const struct audit_wanted *wanted, const struct rows **rows,
    struct err *err)
{
	struct values values = { 0 };

	add_wanted(&values, arena, wanted);
	return db_ask(db, arena, STATEMENT_audit_list, &values, rows, err);
}

bool audit_sums(struct db *db, struct arena *arena,
    const struct audit_wanted *wanted, const char *by, const struct rows **rows,
    struct err *err)
{
	struct values values = { 0 };

	add_wanted(&values, arena, wanted);
	values_add(&values, by);
	return db_ask(db, arena, STATEMENT_audit_sums, &values, rows, err);
}

bool audit_changes(struct db *db, struct arena *arena,
    const struct audit_wanted *wanted, const struct rows **rows,
    struct err *err)
{
	struct values values = { 0 };

	values_add(&values, arena_number(arena, wanted->district));
	values_add(&values, or_null(arena, wanted->application));
	values_add(&values, or_null(arena, wanted->from));
	values_add(&values, or_null(arena, wanted->until));
	values_add(&values, arena_number(arena, wanted->limit));
	values_add(&values, wanted->briefly ? "t" : "f");
	return db_ask(db, arena, STATEMENT_audit_changes, &values, rows, err);
}
