/* The way back from what a plan has done, as a plan. */
#include "homeroom/provision.h"
#include "sync.h"

#include <inttypes.h>
#include <stdio.h>

static bool take_back(struct planning *p, struct err *err)
{
	const struct values values = { 2, { p->id, p->wanted->of } };

	return db_ask(p->db, p->arena, STATEMENT_undo_actions, &values, NULL,
	    err);
}

bool provision_undo(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, int64_t plan,
    struct provision_run *out, struct err *err)
{
	const char *number = arena_number(arena, plan);
	const struct values values = { 2,
		{ arena_number(arena, wanted->district), number } };
	struct plan_wanted back = { .purpose = "undo",
		.who = wanted->who,
		.fill = take_back,
		.of = number,
		.rehearses = wanted->rehearses };
	struct provision_wanted of = *wanted;
	const struct rows *rows;
	struct target target;

	*out = (struct provision_run){ 0 };
	if (!db_ask(db, arena, STATEMENT_plan_of, &values, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return plan_lack(plan, err);
	if (rows_integer(rows, 0, 2) == 0)
		return fail(err, FAULT_CONFLICT,
		    "plan %" PRId64 " is %s: it has done nothing that could be "
		    "taken back",
		    plan, rows_get(rows, 0, 1));
	of.directory = rows_get(rows, 0, 0);
	return run_begin(&target, db, arena, &of, err) &&
	       run_plan(&target, db, &of, &back, out, err);
}
