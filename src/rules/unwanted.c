/* What becomes of an account that no rule wants any more: what becomes of a
 * leaver's, from the day on which that was seen. */
#include "rules.h"

#include <string.h>

#define DAY_MS INT64_C(86400000)

static const struct account_rule *find_rule(const struct rulebook *book,
    const char *name)
{
	for (int i = 0; name != NULL && i < book->rule_count; i++)
		if (strcmp(book->rules[i].name, name) == 0)
			return &book->rules[i];
	return NULL;
}

/* The rule that wanted it last says; or the directory, which speaks for rules
 * that are gone, too. */
static int64_t days(int64_t rule, int64_t directory, int64_t otherwise)
{
	if (rule != NOT_SAID)
		return rule;
	return directory != NOT_SAID ? directory : otherwise;
}

static struct life_rule life_of(const struct rulebook *book,
    const struct account_rule *rule)
{
	struct life_rule life = { .unwanted = { NOT_SAID, NOT_SAID } };

	if (rule != NULL)
		life = rule->life;
	life.unwanted.disable_days =
	    days(life.unwanted.disable_days, book->unwanted.disable_days, 0);
	life.delete_days = days(life.unwanted.delete_days,
	    book->unwanted.delete_days, life.delete_days);
	return life;
}

/* Where leavers of that rule go; it stays where it is if not all is known that
 * the place is made of. */
static void find_place(struct view *view, const struct life_rule *life)
{
	struct desired *out = view->out;

	if (!view_values(view, &life->place, &out->place.parts,
		&out->place.count) ||
	    out->place.count < life->place.count) {
		out->place = (struct desired_place){ 0 };
		out->problem = NULL;
	}
}

static void leave_as_leaver(const struct rulebook *book, struct arena *arena,
    const struct desire *desire, const struct account_rule *rule,
    struct desired *out)
{
	struct view view = { .rule = rule, .out = out };
	struct desired_attribute *all =
	    arena_alloc(arena, HIDDEN_MOST * sizeof(*all));

	out->strip_groups = rule->life.strip_groups;
	out->hide = rule->life.hide;
	out->attributes = all;
	view_open(&view, book, arena, desire);
	view_role(&view, 0);
	view_set(&view, book->is.login, desire->login);
	hidden_add(&view, all);
	find_place(&view, &rule->life);
	out->why = (struct why){ rule->name, "life", "" };
}

void rulebook_let_go(const struct rulebook *book, struct arena *arena,
    const struct desire *desire, struct desired *out)
{
	const struct account_rule *rule = find_rule(book, desire->rule);
	const struct life_rule life = life_of(book, rule);
	const int64_t local = desire->moment->local;
	int64_t since =
	    desire->unwanted_since != 0 ? desire->unwanted_since : local;
	struct span span = { .end = since };
	char text[CLOCK_TEXT];

	*out =
	    (struct desired){ .life = LIFE_UNWANTED, .login = desire->login };
	clock_format(text, since);
	memcpy(out->unwanted, text, 10);
	if (life.unwanted.disable_days > 0)
		span.end = since - since % DAY_MS +
			   life.unwanted.disable_days * DAY_MS;
	out->stays = local < span.end;
	out->delete_at = life_deletion(&life, desire, &span);
	if (!out->stays && life_is_due(&life, desire, &span))
		out->life = LIFE_DELETED;
	if (rule != NULL)
		leave_as_leaver(book, arena, desire, rule, out);
}
