/* Which login a person gets: the first candidate that nobody has. */
#include "rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COUNTER_MAX 10000000

/* At most so many characters, and nothing at its end that a directory would
 * not take there. */
static struct text shorten(struct text text, int64_t longest)
{
	size_t len = 0;

	for (int64_t i = 0; i < longest && len < text.len; i++)
		do
			len++;
		while (len < text.len &&
		       ((unsigned char)text.at[len] & 0xc0) == 0x80);
	while (len > 0 && strchr(". ", text.at[len - 1]) != NULL)
		len--;
	return (struct text){ text.at, len };
}

static struct text with_counter(struct view *view, struct text base,
    int64_t number)
{
	const struct account_rule *rule = view->rule;
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%0*" PRId64,
	    (int)rule->counter_width, number);
	const char *text;

	base = shorten(base, rule->longest - len);
	text = arena_printf(view->arena, TEXT_FMT "%s", TEXT_ARG(base), digits);
	return (struct text){ text, strlen(text) };
}

static bool take(struct names *names, struct text name)
{
	if (names == NULL)
		return true;
	if (names_taken(names, name))
		return false;
	names_take(names, name);
	return true;
}

/* The candidates that can be made; of those that can't, another one may be. */
static const struct text *find_candidates(struct view *view, int *count)
{
	const struct expressions *rules = &view->rule->candidates;
	struct text *all =
	    arena_alloc(view->arena, (size_t)rules->count * sizeof(*all));
	struct mapping_fault fault = { 0 };

	*count = 0;
	for (int i = 0; i < rules->count; i++) {
		struct text *at = &all[*count];

		if (!mapping_value(&rules->at[i].field, &view->row, at, &fault))
			continue;
		*at = shorten(*at, view->rule->longest);
		*count += at->len > 0;
	}
	return all;
}

static bool refuse(struct view *view, const char *problem)
{
	view->out->why = (struct why){ view->rule->name, "login.candidates",
		view->rule->candidates.at[0].said };
	view->out->problem = problem;
	return false;
}

bool login_find(struct view *view, const struct desire *desire)
{
	struct desired *out = view->out;
	const struct text *all;
	int count;

	all = find_candidates(view, &count);
	out->login = desire->login;
	if (count > 0)
		out->basis = all[0];
	if (desire->login.len > 0)
		return true;
	if (count == 0)
		return refuse(view, "none of the candidates gives a login");
	for (int i = 0; i < count; i++)
		if (take(desire->names, all[i])) {
			out->login = all[i];
			return true;
		}
	for (int64_t n = view->rule->counter_from; n < COUNTER_MAX; n++) {
		out->login = with_counter(view, all[0], n);
		if (take(desire->names, out->login))
			return true;
	}
	return refuse(view, "all logins of its candidates are taken");
}
