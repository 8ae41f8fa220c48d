/* A plan: what rules want, against what a directory holds, as rows. */
#include "sync.h"

#include <inttypes.h>
#include <stdio.h>

#define ACTION_ROW(action, word, stage) [ACTION_##action] = { word, stage },
const struct action_rule action_rules[ACTION_COUNT] = { ACTIONS(ACTION_ROW) };
#undef ACTION_ROW

bool action_parse(struct text word, enum action_kind *out)
{
	for (int i = 0; i < ACTION_COUNT; i++)
		if (text_is(word, action_rules[i].word)) {
			*out = (enum action_kind)i;
			return true;
		}
	return false;
}

/* --- rows ----------------------------------------------------------------- */

static const char copy_actions[] =
    "COPY homeroom.action (plan, number, stage, kind, subject, person, anchor, "
    "name, target, before, after, reason, rule, basis, state) FROM STDIN";

static bool put_rows(struct planning *p, struct err *err)
{
	bool done = p->rows.len == 0 ||
		    (copy_in(p->db, copy_actions, err) &&
			copy_put(p->db, p->rows.data, p->rows.len, err) &&
			copy_in_end(p->db, NULL, err));

	p->rows.len = 0;
	return done;
}

bool plan_wants(const struct planning *p, enum action_kind kind)
{
	return p->wanted->kinds == 0 || (p->wanted->kinds & 1u << kind) != 0;
}

static void add_text(struct buf *out, const char *text, bool last)
{
	copy_field(out, text, text != NULL ? strlen(text) : 0, last);
}

static void add_members(struct buf *out, const struct buf *members)
{
	struct buf object = { 0 };

	if (members == NULL) {
		add_text(out, NULL, false);
		return;
	}
	buf_char(&object, '{');
	buf_add(&object, members->data, members->len);
	buf_char(&object, '}');
	copy_field(out, object.data, object.len, false);
	buf_free(&object);
}

bool plan_add(struct planning *p, const struct action *a, struct err *err)
{
	const struct action_rule *rule = &action_rules[a->kind];

	if (!plan_wants(p, a->kind))
		return true;
	buf_printf(&p->rows, "%s\t%d\t%d\t%s\t", p->id, ++p->number,
	    rule->stage, rule->word);
	add_text(&p->rows, a->subject != NULL ? a->subject : a->person, false);
	add_text(&p->rows, a->person, false);
	add_text(&p->rows, a->anchor, false);
	add_text(&p->rows, a->name, false);
	add_text(&p->rows, a->target != NULL ? a->target : "", false);
	add_members(&p->rows, a->before);
	add_members(&p->rows, a->after);
	add_text(&p->rows, a->reason, false);
	add_text(&p->rows, a->rule, false);
	add_text(&p->rows, a->basis, false);
	add_text(&p->rows, a->kind == ACTION_ASK ? "asking" : "waiting", true);
	return p->rows.len < PIECE || put_rows(p, err);
}

/* --- persons and accounts, side by side ----------------------------------- */

static int order(const struct person *person, const struct account *account)
{
	size_t len = strlen(account->person);
	size_t shorter = person->id.len < len ? person->id.len : len;
	int found = memcmp(person->id.at, account->person, shorter);

	if (found != 0)
		return found;
	return (person->id.len > len) - (person->id.len < len);
}

/* An account in the ledger outlives its batch of rows while its person's
 * turn lasts. */
struct walk {
	struct persons *persons;
	struct ledger *accounts;
	const struct person *person;
	const struct account *account;
};

/* Goes by what is older of the same person's. */
static bool pass_account(struct walk *w, struct planning *p, struct err *err)
{
	const char *person = arena_text(p->turn, w->account->person);

	do
		if (!ledger_next(w->accounts, &w->account, err))
			return false;
	while (w->account->person != NULL &&
	       strcmp(w->account->person, person) == 0);
	return true;
}

static bool step(struct walk *w, struct planning *p, struct err *err)
{
	int which = w->person == NULL            ? 1
		    : w->account->person == NULL ? -1
						 : order(w->person, w->account);

	if (which > 0)
		return differ_left(p, w->account, err) &&
		       pass_account(w, p, err);
	if (!differ_person(p, w->person, which == 0 ? w->account : NULL, err))
		return false;
	return (which < 0 || pass_account(w, p, err)) &&
	       persons_next(w->persons, &w->person, err);
}

static bool walk_all(struct walk *w, struct planning *p, struct err *err)
{
	if (!persons_next(w->persons, &w->person, err) ||
	    !ledger_next(w->accounts, &w->account, err))
		return false;
	while (w->person != NULL || w->account->person != NULL) {
		if (!step(w, p, err))
			return false;
		arena_reset(p->turn);
		if (p->target->stop != NULL && atomic_load(p->target->stop))
			return fail(err, FAULT_UNAVAILABLE,
			    "it was told to stop");
	}
	return true;
}

static bool compare(struct planning *p, struct err *err)
{
	const char *only = p->wanted->person;
	struct walk w = { 0 };
	bool done =
	    persons_open(&w.persons, p->db, p->arena, &p->target->book, only,
		err) &&
	    ledger_open(&w.accounts, p->db, p->arena, p->target, only, err) &&
	    walk_all(&w, p, err);

	persons_close(w.persons);
	ledger_close(w.accounts);
	return done;
}

/* --- the plan itself ------------------------------------------------------ */

static bool begin(struct planning *p, struct err *err)
{
	const struct target *t = p->target;
	struct buf scope = { 0 };
	char now[CLOCK_TEXT], reading[24];
	const struct rows *rows;
	struct values values = { 8,
		{ t->id_text, p->wanted->purpose, now, p->wanted->who, reading,
		    t->fingerprint, NULL, p->wanted->of } };
	bool done;

	clock_format(now, clock_now());
	snprintf(reading, sizeof(reading), "%" PRId64, t->reading);
	if (p->wanted->person != NULL)
		json_pair(&scope, "person", text_of(p->wanted->person));
	if (p->wanted->kinds != 0)
		buf_printf(&scope, "%s\"kinds\":%u", scope.len > 0 ? "," : "",
		    p->wanted->kinds);
	values.at[6] = arena_printf(p->arena, "{%s}",
	    scope.len > 0 ? buf_text(&scope) : "");
	done =
	    db_ask(p->db, p->arena, STATEMENT_plan_begin, &values, &rows, err);
	if (done)
		snprintf(p->id, sizeof(p->id), "%s", rows_get(rows, 0, 0));
	buf_free(&scope);
	return done;
}

static bool tell_leaving(struct planning *p, struct err *err)
{
	char now[CLOCK_TEXT];
	const struct values values = { 3,
		{ p->target->id_text,
		    arena_printf(p->arena, "{%s}", buf_text(&p->leaving)),
		    now } };

	clock_format(now, clock_now());
	return p->leaving.len == 0 ||
	       db_ask(p->db, p->arena, STATEMENT_ledger_leaving, &values, NULL,
		   err);
}

static bool end(struct planning *p, struct planned *out, struct err *err)
{
	const struct values values = { 1, { p->id } };
	const struct rows *rows;

	if (!put_rows(p, err) || !claims_finish(p, err) ||
	    (p->scene != NULL && !scene_finish(p, err)) || !put_rows(p, err) ||
	    !notes_write(p, err) || !tell_leaving(p, err) ||
	    !db_ask(p->db, p->arena, STATEMENT_plan_schools, &values, NULL,
		err) ||
	    !db_ask(p->db, p->arena, STATEMENT_plan_end, &values, &rows, err))
		return false;
	out->actions = rows_integer(rows, 0, 0);
	out->asking = rows_integer(rows, 0, 1);
	return plan_hold(p, out, err);
}

static bool by_rules(struct planning *p, struct err *err)
{
	return scene_open(p, err) &&
	       book_moment(p->db, p->arena, &p->target->book, &p->moment,
		   err) &&
	       compare(p, err);
}

static bool make(struct planning *p, struct planned *out, struct err *err)
{
	return persons_begin(p->db, err) && begin(p, err) &&
	       (p->wanted->fill != NULL ? p->wanted->fill(p, err)
					: by_rules(p, err)) &&
	       end(p, out, err) &&
	       (p->wanted->rehearses || db_commit(p->db, err));
}

bool plan_make(struct target *target, struct db *db,
    const struct plan_wanted *wanted, struct planned *out, struct err *err)
{
	struct planning p = { .target = target,
		.db = db,
		.wanted = wanted,
		.arena = arena_new(),
		.turn = arena_new() };
	int64_t id = 0;
	bool done;

	if (target->reading == 0)
		done = fail(err, FAULT_CONFLICT,
		    "the directory '%s' has not been read yet: `homeroom sync` "
		    "or `homeroom plan` reads it",
		    target->name);
	else
		done = make(&p, out, err);
	if (!done)
		db_rollback(db);
	done = done && text_integer(text_of(p.id), 1, INT64_MAX, &id);
	out->id = id;
	if (done && out->why != NULL)
		out->why = arena_text(target->arena, out->why);
	scene_close(p.scene);
	claims_free(p.claims);
	buf_free(&p.rows);
	buf_free(&p.maybe);
	buf_free(&p.notes);
	buf_free(&p.leaving);
	arena_free(p.turn);
	arena_free(p.arena);
	return done;
}
