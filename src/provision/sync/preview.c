/* What rules want, without a look at the directory: for who writes them. */
#include "homeroom/provision.h"
#include "sync.h"

struct previewing {
	struct planning p;
	struct persons *persons;
	struct ledger *accounts;
	const struct account *account; /* the next in the ledger */
	struct names *names;
	provision_each *each;
	void *context;
};

/* The account of this person, if the ledger has one. */
static bool find_account(struct previewing *v, struct text id,
    struct desire *desire, struct err *err)
{
	while (v->account->person != NULL) {
		struct text is = text_of(v->account->person);
		size_t len = is.len < id.len ? is.len : id.len;
		int differ = memcmp(is.at, id.at, len);

		if (differ == 0)
			differ = (is.len > id.len) - (is.len < id.len);
		if (differ > 0)
			return true;
		if (differ == 0 && desire->login.len == 0 &&
		    !v->account->gone) {
			desire_account(desire, v->account);
			desire->login =
			    text_of(arena_text(v->p.turn, v->account->login));
			desire->rule = arena_text(v->p.turn, v->account->rule);
		}
		if (!ledger_next(v->accounts, &v->account, err))
			return false;
	}
	return true;
}

static void want(const struct previewing *v, const struct desire *desire,
    struct desired *out)
{
	const struct rulebook *rules = v->p.target->book.rules;

	rulebook_desire(rules, v->p.turn, desire, out);
	if (out->life == LIFE_NONE && desire->login.len > 0)
		rulebook_let_go(rules, v->p.turn, desire, out);
}

static bool show_all(struct previewing *v, struct err *err)
{
	const struct person *person;

	if (!ledger_next(v->accounts, &v->account, err))
		return false;
	for (;;) {
		struct desire desire = { .moment = &v->p.moment,
			.names = v->names };
		struct desired desired;

		if (!persons_next(v->persons, &person, err))
			return false;
		if (person == NULL)
			return true;
		desire.person = person;
		if (!find_account(v, person->id, &desire, err))
			return false;
		want(v, &desire, &desired);
		if (!v->each(v->context, person, &desired, err))
			return false;
		arena_reset(v->p.turn);
	}
}

static bool preview(struct previewing *v, const char *only, struct err *err)
{
	struct planning *p = &v->p;

	return persons_begin(p->db, err) && scene_open(p, err) &&
	       book_moment(p->db, p->arena, &p->target->book, &p->moment,
		   err) &&
	       scene_names(p, &v->names, err) &&
	       persons_open(&v->persons, p->db, p->arena, &p->target->book,
		   only, err) &&
	       ledger_open(&v->accounts, p->db, p->arena, p->target, only,
		   err) &&
	       show_all(v, err);
}

bool provision_preview(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, provision_each *each, void *context,
    struct err *err)
{
	struct target target;
	struct previewing v = { .each = each, .context = context };
	bool done;

	if (!run_begin(&target, db, arena, wanted, err))
		return false;
	v.p = (struct planning){ .target = &target,
		.db = db,
		.arena = arena,
		.turn = arena_new() };
	done = preview(&v, wanted->person, err);
	scene_close(v.p.scene);
	persons_close(v.persons);
	ledger_close(v.accounts);
	arena_free(v.p.turn);
	db_rollback(db);
	return done;
}
