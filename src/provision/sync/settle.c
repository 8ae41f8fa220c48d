/* What came of actions: in the plan, in the picture and in the ledger. */
#include "sync.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define ATTEMPTS_MOST 8
#define DELAY_FIRST ((int64_t)1000)
#define DELAY_MOST ((int64_t)300 * 1000)

/* What an action that is done means to the ledger. */
static const struct {
	enum statement statement;
	int values; /* of: plan, number, now, anchor, address or group, login */
} ledger[ACTION_COUNT] = {
	[ACTION_MAKE_PLACE] = { STATEMENT_ledger_place, 5 },
	[ACTION_MAKE_GROUP] = { STATEMENT_ledger_group, 5 },
	[ACTION_ADOPT] = { STATEMENT_ledger_adopted, 4 },
	[ACTION_CREATE] = { STATEMENT_ledger_created, 6 },
	[ACTION_RESTORE] = { STATEMENT_ledger_created, 6 },
	[ACTION_DISABLE] = { STATEMENT_ledger_enabled, 4 },
	[ACTION_RENAME] = { STATEMENT_ledger_moved, 5 },
	[ACTION_MOVE] = { STATEMENT_ledger_moved, 5 },
	[ACTION_UPDATE] = { STATEMENT_ledger_updated, 6 },
	[ACTION_ENABLE] = { STATEMENT_ledger_enabled, 4 },
	[ACTION_JOIN] = { STATEMENT_ledger_joined, 5 },
	[ACTION_LEAVE] = { STATEMENT_ledger_left, 5 },
	[ACTION_DELETE] = { STATEMENT_ledger_deleted, 4 },
};

static bool note_done(const struct hand *hand, const struct taken *t,
    const char *now, struct err *err)
{
	bool member = t->kind == ACTION_JOIN || t->kind == ACTION_LEAVE;
	const char *anchor =
	    !member && t->outcome.anchor != NULL && t->outcome.anchor[0] != '\0'
		? t->outcome.anchor
		: t->anchor;
	struct values values = { 6,
		{ hand->plan, arena_number(hand->arena, t->number), now, anchor,
		    member ? t->group : t->address,
		    hand->target->type->login } };

	values.count = ledger[t->kind].values;
	if (anchor == NULL)
		return fail(err, FAULT_INTERNAL,
		    "action %" PRId64 " is done, but to nobody knows what",
		    t->number);
	return db_ask(hand->db, hand->arena, ledger[t->kind].statement, &values,
	    NULL, err);
}

/* Twice as long each time, and not before the directory says. */
static int64_t delay_of(const struct taken *t)
{
	int64_t delay = DELAY_FIRST;

	for (int i = 1; i < t->attempts && delay < DELAY_MOST; i++)
		delay *= 2;
	return t->outcome.again_ms > delay ? t->outcome.again_ms : delay;
}

static bool is_again(const struct taken *t)
{
	switch (t->outcome.result) {
	case DIRECTORY_AGAIN:
	case DIRECTORY_UNKNOWN:
	case DIRECTORY_PENDING:
		return t->attempts < ATTEMPTS_MOST;
	case DIRECTORY_REFUSED:
		return t->outcome.reason == DIRECTORY_BAD_PASSWORD &&
		       t->attempts < 3;
	case DIRECTORY_DONE:
	case DIRECTORY_ALREADY:
	case DIRECTORY_RESULT_COUNT:
		break;
	}
	return false;
}

static const char *said(const struct hand *hand, const struct taken *t)
{
	const char *words = t->outcome.words, *why = t->outcome.why;

	if (why == NULL || why[0] == '\0')
		return words;
	if (words == NULL || words[0] == '\0')
		return why;
	return arena_printf(hand->arena, "%s (%s)", why, words);
}

static bool note_end(struct hand *hand, const struct taken *t, bool done,
    const char *now, struct err *err)
{
	bool again = !done && is_again(t);
	/* What was sent once may be done yet, whatever came of the rest. */
	bool sent = t->sent || t->outcome.result == DIRECTORY_UNKNOWN ||
		    t->outcome.result == DIRECTORY_PENDING;
	char wanted[CLOCK_TEXT];
	const struct values values = { 8,
		{ hand->plan, arena_number(hand->arena, t->number),
		    done    ? "done"
		    : again ? "waiting"
			    : "failed",
		    sent ? "t" : "f", again ? wanted : NULL, t->outcome.code,
		    done ? NULL : said(hand, t), again ? NULL : now } };

	clock_format(wanted, clock_now() + delay_of(t));
	hand->done += done;
	hand->failed += !done && !again;
	return db_ask(hand->db, hand->arena, STATEMENT_action_end, &values,
	    NULL, err);
}

/* It will not be had back, whatever is asked for. */
static bool is_lost(const struct taken *t)
{
	enum directory_reason reason = t->outcome.reason;

	return t->kind == ACTION_RESTORE && t->anchor != NULL &&
	       t->outcome.result == DIRECTORY_REFUSED &&
	       (reason == DIRECTORY_NO_ENTRY || reason == DIRECTORY_CANNOT ||
		   reason == DIRECTORY_NOT_ALLOWED ||
		   reason == DIRECTORY_NO_REASON);
}

static bool note_lost(struct hand *hand, const struct taken *t, struct err *err)
{
	const struct values values = { 3,
		{ hand->plan, arena_number(hand->arena, t->number),
		    t->anchor } };

	hand->lost++;
	return db_ask(hand->db, hand->arena, STATEMENT_ledger_lost, &values,
	    NULL, err);
}

bool settle(struct hand *hand, struct taken *taken, int count, struct err *err)
{
	char now[CLOCK_TEXT];
	bool good = db_begin(hand->db, err);

	clock_format(now, clock_now());
	for (int i = 0; good && i < count; i++) {
		const struct taken *t = &taken[i];
		bool done = t->outcome.result == DIRECTORY_DONE ||
			    t->outcome.result == DIRECTORY_ALREADY;

		good = (!done || note_done(hand, t, now, err)) &&
		       (!is_lost(t) || note_lost(hand, t, err)) &&
		       note_end(hand, t, done, now, err);
	}
	good = good && db_commit(hand->db, err);
	if (!good)
		db_rollback(hand->db);
	return good;
}

bool settle_back(struct hand *hand, const struct taken *taken, int count,
    struct err *err)
{
	bool good = db_begin(hand->db, err);

	for (int i = 0; good && i < count; i++) {
		const struct values values = { 3,
			{ hand->plan,
			    arena_number(hand->arena, taken[i].number),
			    taken[i].sent ? "t" : "f" } };

		good = db_ask(hand->db, hand->arena, STATEMENT_action_back,
		    &values, NULL, err);
	}
	good = good && db_commit(hand->db, err);
	if (!good)
		db_rollback(hand->db);
	return good;
}
