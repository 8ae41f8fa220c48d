/* Runs: read, plan, apply; what was begun is ended first. */
#include "homeroom/provision.h"
#include "sync.h"

#include <inttypes.h>
#include <stdio.h>

static bool read_kinds(const char *kinds, unsigned *out, struct err *err)
{
	*out = 0;
	while (kinds != NULL && *kinds != '\0') {
		size_t len = strcspn(kinds, ",");
		enum action_kind kind;

		if (!action_parse((struct text){ kinds, len }, &kind))
			return fail(err, FAULT_INVALID,
			    "there are no actions called '%.*s'; there are "
			    "create, update, disable, enable, move, rename, "
			    "join, leave, delete, adopt, restore, make-place, "
			    "make-group",
			    (int)len, kinds);
		*out |= 1u << kind;
		kinds += len + (kinds[len] == ',');
	}
	/* What they lie in is made with them; who asks is always heard. */
	if (*out != 0)
		*out |= 1u << ACTION_MAKE_PLACE | 1u << ACTION_ASK;
	if (*out & 1u << ACTION_JOIN)
		*out |= 1u << ACTION_MAKE_GROUP;
	return true;
}

bool run_begin(struct target *target, struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, struct err *err)
{
	*target = (struct target){ .district = wanted->district,
		.name = wanted->directory,
		.url = wanted->url,
		.stop = wanted->stop,
		.arena = arena };
	return target_find(target, db, err);
}

/* Who has left is known as long as there is an account of theirs. */
static bool check_person(const struct target *target, struct db *db,
    const char *person, struct err *err)
{
	const struct values values = { 2, { target->id_text, person } };
	const struct rows *rows;

	if (person == NULL)
		return true;
	if (!db_ask(db, target->arena, STATEMENT_person_known, &values, &rows,
		err))
		return false;
	return rows_get(rows, 0, 0)[0] == 't' ||
	       fail(err, FAULT_NOT_FOUND,
		   "there is no person '%.80s' in the roster, and no account "
		   "of theirs in the directory '%s'",
		   person, target->name);
}

static bool begin(struct target *target, struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, struct plan_wanted *plan,
    struct err *err)
{
	*plan = (struct plan_wanted){ .purpose = "sync",
		.who = wanted->who,
		.person = wanted->person };
	return run_begin(target, db, arena, wanted, err) &&
	       check_person(target, db, wanted->person, err) &&
	       read_kinds(wanted->kinds, &plan->kinds, err);
}

/* Two that read the same directory at once would spoil each other's picture. */
static bool lock(const struct target *target, struct db *db, struct err *err)
{
	const struct values values = { 1, { target->id_text } };
	const struct rows *rows;

	if (!db_ask(db, target->arena, STATEMENT_directory_lock, &values, &rows,
		err))
		return false;
	return rows_get(rows, 0, 0)[0] == 't' ||
	       fail(err, FAULT_BUSY,
		   "another process reads the directory '%s' just now",
		   target->name);
}

static void unlock(const struct target *target, struct db *db)
{
	const struct values values = { 1, { target->id_text } };
	struct err err = { 0 };

	/* A connection that is lost has lost the lock, too. */
	if (!db_usable(db) ||
	    !db_ask(db, target->arena, STATEMENT_directory_unlock, &values,
		NULL, &err))
		return;
}

bool run_plan(struct target *target, struct db *db,
    const struct provision_wanted *wanted, const struct plan_wanted *plan,
    struct provision_run *out, struct err *err)
{
	struct observed seen = { 0 };
	struct planned planned = { 0 };
	bool done;

	if (!lock(target, db, err))
		return false;
	done =
	    (wanted->known || observe(target, db, wanted->whole, &seen, err)) &&
	    plan_make(target, db, plan, &planned, err);
	unlock(target, db);
	out->plan = planned.id;
	out->read = seen.entries;
	out->actions = planned.actions;
	out->asking = planned.asking;
	out->held = planned.held;
	out->why = planned.why;
	return done;
}

bool provision_plan(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, struct provision_run *out,
    struct err *err)
{
	struct plan_wanted plan;
	struct target target;

	*out = (struct provision_run){ 0 };
	return begin(&target, db, arena, wanted, &plan, err) &&
	       run_plan(&target, db, wanted, &plan, out, err);
}

/* --- sync ----------------------------------------------------------------- */

/* A plan that was begun, or is approved and still of what is known: 0 when
 * there is none. Of one that is older than the data, only what may have been
 * done already is left. */
static bool find_begun(const struct target *target, struct db *db,
    int64_t *plan, struct err *err)
{
	const struct values values = { 2,
		{ target->id_text, target->fingerprint } };
	const struct rows *rows;

	if (!db_ask(db, target->arena, STATEMENT_plan_begun, &values, &rows,
		err))
		return false;
	*plan = rows_count(rows) > 0 ? rows_integer(rows, 0, 0) : 0;
	return true;
}

static bool end_begun(struct target *target, struct db *db,
    struct provision_run *out, struct err *err)
{
	struct applied applied = { 0 };
	int64_t plan;

	if (!find_begun(target, db, &plan, err))
		return false;
	if (plan == 0)
		return true;
	if (!plan_apply(target, db, plan, &applied, err))
		return false;
	out->first = plan;
	out->first_done = applied.done;
	out->first_failed = applied.failed;
	return target_find(target, db, err);
}

/* Who would not be restored has another account made, at once. */
static bool plan_and_do(struct target *target, struct db *db,
    const struct provision_wanted *wanted, const struct plan_wanted *plan,
    struct provision_run *out, struct err *err)
{
	struct applied applied;
	int rounds = 0;

	do {
		applied = (struct applied){ 0 };
		if (!target_find(target, db, err) ||
		    !run_plan(target, db, wanted, plan, out, err))
			return false;
		out->failed = 0;
		if (out->held || out->actions == 0)
			return true;
		if (!plan_apply(target, db, out->plan, &applied, err))
			return false;
		out->done += applied.done;
		out->failed = applied.failed;
	} while (applied.lost > 0 && rounds++ == 0);
	return true;
}

/* The roster is to hear what accounts are called now. */
static bool wake_sources(const struct target *target, struct db *db,
    const struct provision_wanted *wanted, struct err *err)
{
	const struct values values = { 2,
		{ arena_number(target->arena, target->district),
		    target->name } };
	const struct rows *rows;

	if (!db_ask(db, target->arena, STATEMENT_account_sources, &values,
		&rows, err))
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		const struct job job = { .district = target->district,
			.kind = "source",
			.subject = rows_get(rows, i, 0),
			.asked = wanted->who };

		if (!job_add(db, &job, clock_now(), err))
			return false;
	}
	return true;
}

bool provision_sync(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, struct provision_run *out,
    struct err *err)
{
	struct plan_wanted plan;
	struct target target;

	*out = (struct provision_run){ 0 };
	if (!begin(&target, db, arena, wanted, &plan, err))
		return false;
	plan.tells = true;
	return end_begun(&target, db, out, err) &&
	       plan_and_do(&target, db, wanted, &plan, out, err) &&
	       (out->done + out->first_done == 0 ||
		   wake_sources(&target, db, wanted, err));
}

static const char *told(struct arena *arena, const struct provision_run *run)
{
	const char *first = "";

	if (run->first != 0)
		first = arena_printf(arena,
		    "plan %" PRId64 ": %" PRId64 " done, %" PRId64 " failed; ",
		    run->first, run->first_done, run->first_failed);
	if (run->held)
		return arena_printf(arena,
		    "%splan %" PRId64 " waits for approval: %s", first,
		    run->plan, run->why);
	return arena_printf(arena,
	    "%splan %" PRId64 ": %" PRId64 " done, %" PRId64 " failed, %" PRId64
	    " ask",
	    first, run->plan, run->done, run->failed, run->asking);
}

bool provision_sync_run(struct job *job, struct arena *arena, const char *url,
    struct err *err)
{
	const struct provision_wanted wanted = { .district = job->district,
		.directory = job->subject,
		.url = url,
		.who = "homeroom work",
		.stop = job->stop };
	struct provision_run run = { 0 };
	struct db *db = NULL;
	bool done = db_open(&db, url, DB_INGEST, err) &&
		    provision_sync(db, arena, &wanted, &run, err);

	if (done)
		job->detail = told(arena, &run);
	db_close(db);
	return done;
}

bool provision_approve(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, int64_t plan, const char **directory,
    struct err *err)
{
	char now[CLOCK_TEXT];
	const struct values values = { 4,
		{ arena_number(arena, wanted->district),
		    arena_number(arena, plan), wanted->who, now } };
	const struct rows *rows;

	clock_format(now, clock_now());
	if (!db_ask(db, arena, STATEMENT_plan_approve, &values, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return plan_lack(plan, err);
	*directory = rows_get(rows, 0, 0);
	return rows_get(rows, 0, 1)[0] == 't' ||
	       fail(err, FAULT_CONFLICT,
		   "plan %" PRId64 " is %s; only one that is held or ready is "
		   "approved",
		   plan, rows_get(rows, 0, 2));
}

bool provision_drop(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, int64_t plan, struct err *err)
{
	const struct values values = { 3,
		{ arena_number(arena, wanted->district),
		    arena_number(arena, plan), wanted->who } };
	const struct rows *rows;

	if (!db_ask(db, arena, STATEMENT_plan_drop, &values, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return plan_lack(plan, err);
	return rows_get(rows, 0, 0)[0] == 't' ||
	       fail(err, FAULT_CONFLICT,
		   "plan %" PRId64 " is %s; only one that waits is dropped",
		   plan, rows_get(rows, 0, 1));
}
