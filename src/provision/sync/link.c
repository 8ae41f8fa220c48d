/* The ledger by hand: whose an account is, and that nothing touches it. */
#include "homeroom/provision.h"
#include "sync.h"

static bool no_account(const struct target *target, const char *account,
    struct err *err)
{
	return fail(err, FAULT_NOT_FOUND,
	    "the directory '%s' had no account '%.80s', by login or anchor, "
	    "when it was last read; `homeroom account %s` lists those that "
	    "there were",
	    target->name, account, target->name);
}

bool provision_link(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, const char *account, struct err *err)
{
	char now[CLOCK_TEXT];
	struct target target;
	struct values values = { 5,
		{ target.id_text, account, wanted->person, wanted->who, now } };
	const struct rows *rows;

	clock_format(now, clock_now());
	if (!run_begin(&target, db, arena, wanted, err) ||
	    !db_ask(db, arena, STATEMENT_account_link, &values, &rows, err))
		return false;
	if (rows_get(rows, 0, 0)[0] != 't')
		return no_account(&target, account, err);
	if (rows_get(rows, 0, 1)[0] != 't')
		return fail(err, FAULT_NOT_FOUND,
		    "the roster has no person '%.80s': it is the sourcedId "
		    "of a user that is published",
		    wanted->person);
	return rows_get(rows, 0, 2)[0] != 't' ||
	       fail(err, FAULT_CONFLICT,
		   "%.80s has another account there; unlink that one first",
		   wanted->person);
}

bool provision_protect(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, const char *account, bool protect,
    struct err *err)
{
	struct target target;
	const struct values values = { 3,
		{ target.id_text, account, protect ? "t" : "f" } };
	const struct rows *rows;

	return run_begin(&target, db, arena, wanted, err) &&
	       db_ask(db, arena, STATEMENT_account_protect, &values, &rows,
		   err) &&
	       (rows_affected(rows) > 0 || no_account(&target, account, err));
}

bool provision_accounts(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, const char *account,
    const struct rows **rows, struct err *err)
{
	struct target target;
	const struct values values = { 3,
		{ target.id_text, account, "1000000" } };

	return run_begin(&target, db, arena, wanted, err) &&
	       db_ask(db, arena, STATEMENT_account_list, &values, rows, err);
}
