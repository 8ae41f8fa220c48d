/* From a person to the account that they should have. */
#include "rules.h"

#include <assert.h>
#include <string.h>

/* The rule and the role that an account comes from. */
struct choice {
	const struct account_rule *rule; /* NULL: none wants one */
	int role;
	struct span span;
};

/* --- which rule ----------------------------------------------------------- */

/* False: the day can't be made, and the rule has no day. */
static bool find_days(struct view *view, const struct account_rule *rule,
    struct days *days)
{
	const struct known_columns *is = &view->book->is;
	const struct life_rule *life = &rule->life;
	char *last = arena_alloc(view->arena, 11);

	days->first = view->fields[is->role_begin];
	day_before(last, view->fields[is->role_end]);
	days->last = (struct text){ last, strlen(last) };
	days->leave = text_is(view->fields[is->enabled], "false") ||
		      (life->leave != NULL && view_holds(view, life->leave));
	days->summer = life->summer != NULL && view_holds(view, life->summer);
	return (life->first == NULL ||
		   view_value(view, life->first, &days->first)) &&
	       (life->last == NULL ||
		   view_value(view, life->last, &days->last));
}

/* Who is there comes before who will be, and those before who was. */
static int rank(enum life life)
{
	static const int ranks[] = {
		[LIFE_ACTIVE] = 0,
		[LIFE_LEAVE] = 0,
		[LIFE_FUTURE] = 1,
		[LIFE_EARLY] = 2,
		[LIFE_LEAVER] = 3,
		[LIFE_DELETED] = 3,
		[LIFE_NONE] = 4,
		[LIFE_UNWANTED] = 4,
	};

	return ranks[life];
}

/* For whoever became something else, and has left as that, nobody waits. */
static bool went_on(const struct span *from, const struct span *to)
{
	return from->waits && rank(to->life) == rank(LIFE_LEAVER) &&
	       to->begin >= from->over;
}

static bool is_better(const struct span *a, const struct span *b)
{
	int differ = rank(a->life) - rank(b->life);

	if (went_on(b, a) || went_on(a, b))
		return went_on(b, a);
	if (differ != 0)
		return differ < 0;
	if (rank(a->life) == rank(LIFE_LEAVER))
		return a->end > b->end;
	if (a->waits != b->waits)
		return b->waits;
	return rank(a->life) != rank(LIFE_ACTIVE) && a->begin < b->begin;
}

/* Rules come in their order, roles with the main one first: of equals the first
 * counts. */
static bool choose(struct view *view, const struct desire *desire,
    struct choice *best)
{
	int roles =
	    desire->person->role_count > 0 ? desire->person->role_count : 1;

	for (int i = 0; i < view->book->rule_count; i++) {
		const struct account_rule *rule = &view->book->rules[i];

		view->rule = rule;
		for (int j = 0; rule->candidates.count > 0 && j < roles; j++) {
			struct span span;
			struct days days;

			view_role(view, j);
			if (!view_holds(view, rule->when))
				continue;
			if (!find_days(view, rule, &days))
				return false;
			life_find(&rule->life, desire, &days, &span);
			if (best->rule == NULL || is_better(&span, &best->span))
				*best = (struct choice){ rule, j, span };
		}
	}
	return true;
}

/* --- what it says --------------------------------------------------------- */

static bool is_over(enum life life)
{
	return life == LIFE_LEAVER || life == LIFE_DELETED;
}

static bool find_place(struct view *view)
{
	struct desired *out = view->out;
	const struct account_rule *rule = view->rule;
	const struct expressions *place =
	    is_over(out->life) && rule->life.place.count > 0 ? &rule->life.place
							     : &rule->place;

	return view_values(view, place, &out->place.parts, &out->place.count);
}

static bool find_label(struct view *view)
{
	struct desired *out = view->out;

	out->name = out->login;
	view_set(view, view->book->is.login, out->login);
	if (view->rule->label != NULL &&
	    !view_value(view, view->rule->label, &out->name))
		return false;
	if (out->name.len == 0)
		out->name = out->login;
	view_set(view, view->book->is.label, out->name);
	return true;
}

static bool find_expiry(struct view *view)
{
	struct text day;

	if (view->rule->expires == NULL)
		return true;
	if (!view_value(view, view->rule->expires, &day))
		return false;
	if (date_valid(day))
		memcpy(view->out->expires, day.at, 10);
	return true;
}

static bool find_password(struct view *view, const struct desire *desire)
{
	struct desired *out = view->out;

	out->password = view->rule->password;
	return view->rule->pattern == NULL || desire->login.len > 0 ||
	       view_value(view, view->rule->pattern, &out->password.value);
}

static bool find_matches(struct view *view)
{
	const struct match_rules *rules = &view->book->matches;
	struct desired_match *all =
	    arena_alloc(view->arena, (size_t)(rules->count + 1) * sizeof(*all));

	view->out->matches = all;
	for (int i = 0; i < rules->count; i++) {
		struct desired_match *to = &all[view->out->match_count];

		to->attribute = rules->at[i].attribute;
		if (!view_value(view, &rules->at[i].value, &to->value))
			return false;
		view->out->match_count += to->value.len > 0;
	}
	return true;
}

static void tell_life(struct view *view, const struct desire *desire,
    const struct choice *choice)
{
	struct desired *out = view->out;
	const struct life_rule *life = &choice->rule->life;

	out->life = choice->span.life;
	out->why = (struct why){ choice->rule->name, "", "" };
	memcpy(out->first, choice->span.first, sizeof(out->first));
	memcpy(out->last, choice->span.last, sizeof(out->last));
	out->leaving = choice->span.leaving;
	out->strip_groups = is_over(out->life) && life->strip_groups;
	out->hide = is_over(out->life) && life->hide;
	if (is_over(out->life))
		out->delete_at = life_deletion(life, desire, &choice->span);
	out->enabled =
	    out->life == LIFE_ACTIVE && view_holds(view, choice->rule->enabled);
	view_set(view, view->book->is.first,
	    (struct text){ out->first, strlen(out->first) });
	view_set(view, view->book->is.last,
	    (struct text){ out->last, strlen(out->last) });
}

/* Who is too early, or has left without ever having had an account, gets none.
 */
static bool needs_account(const struct desired *out,
    const struct desire *desire)
{
	return out->life != LIFE_EARLY &&
	       (desire->login.len > 0 || !is_over(out->life));
}

static bool find_account(struct view *view, const struct desire *desire,
    int role)
{
	return find_matches(view) && login_find(view, desire) &&
	       find_label(view) && find_place(view) && find_expiry(view) &&
	       find_password(view, desire) && attributes_find(view, role) &&
	       (is_over(view->out->life) || groups_find(view, role));
}

void rulebook_desire(const struct rulebook *book, struct arena *arena,
    const struct desire *desire, struct desired *out)
{
	struct view view = { .out = out };
	struct choice choice = { 0 };
	bool found;

	*out = (struct desired){ .life = LIFE_NONE };
	view_open(&view, book, arena, desire);
	found = choose(&view, desire, &choice);
	if (found && choice.rule != NULL) {
		view.rule = choice.rule;
		view_role(&view, choice.role);
		tell_life(&view, desire, &choice);
		found = !needs_account(out, desire) ||
			find_account(&view, desire, choice.role);
	}
	assert(found == (out->problem == NULL));
}
