/* What an account of Active Directory should have besides what rules say of
 * its attributes: until when it may be used, and addresses that stay. */
#include "sync.h"

#include <strings.h>

#define DAY ((int64_t)24 * 3600 * 1000)

#define EXPIRES "accountExpires"
#define ADDRESSES "proxyAddresses"
#define PRIMARY "SMTP:"
#define PREFIX 5 /* letters of it */

/* --- the last day --------------------------------------------------------- */

/* The end of a day by the directory's clocks. */
static bool end_of(struct planning *p, const char *day, const char **out,
    struct err *err)
{
	const char *zone = rulebook_zone(p->target->book.rules);
	char guess[CLOCK_TEXT], at[CLOCK_TEXT];
	const struct values values = { 2, { zone, guess } };
	const struct rows *rows;
	int64_t midnight = 0;

	if (!clock_parse(text_of(day), &midnight))
		return fail(err, FAULT_INVALID, "'%.10s' is no day", day);
	midnight += DAY;
	clock_format(guess, midnight);
	if (!db_ask(p->db, p->turn, STATEMENT_zone_time, &values, &rows, err))
		return false;
	clock_format(at, 2 * midnight - rows_integer(rows, 0, 0));
	*out = arena_text(p->arena, at);
	return true;
}

/* Whole classes have the same last day: each is asked for once. */
static bool expires_at(struct planning *p, const char *day, struct text *out,
    struct err *err)
{
	struct expiry *e = p->expiries;

	for (; e != NULL; e = e->next)
		if (strcmp(e->day, day) == 0)
			break;
	if (e == NULL) {
		e = arena_alloc(p->arena, sizeof(*e));
		*e = (struct expiry){ .day = arena_text(p->arena, day),
			.next = p->expiries };
		if (!end_of(p, day, &e->at, err))
			return false;
		p->expiries = e;
	}
	*out = text_of(e->at);
	return true;
}

/* --- addresses ------------------------------------------------------------ */

static bool has_address(const struct text *list, int count, struct text value)
{
	for (int i = 0; i < count; i++)
		if (list[i].len == value.len &&
		    strncasecmp(list[i].at, value.at, value.len) == 0)
			return true;
	return false;
}

static bool is_primary(struct text value)
{
	return value.len > PREFIX && strncmp(value.at, PRIMARY, PREFIX) == 0;
}

/* A primary address that is one no more is an alias. */
static struct text as_alias(struct planning *p, struct text value)
{
	return text_of(arena_printf(p->turn, "smtp:" TEXT_FMT,
	    (int)(value.len - PREFIX), value.at + PREFIX));
}

static void add_address(struct text *list, int *count, struct text value)
{
	if (!has_address(list, *count, value))
		list[(*count)++] = value;
}

/* What rules want, and what is there and was not theirs to take: aliases, and
 * addresses of other kinds. */
static void keep_addresses(const struct differing *x,
    struct desired_attribute *a, const json_t *has)
{
	const json_t *is = json_object_get(has, ADDRESSES);
	const json_t *mail = json_object_get(has, "mail");
	size_t room = (size_t)a->count + json_array_size(is) + 1;
	struct text *list = arena_alloc(x->p->turn, room * sizeof(*list));
	int count = 0;

	for (int i = 0; i < a->count; i++)
		add_address(list, &count, a->values[i]);
	for (size_t i = 0; i < json_array_size(is); i++) {
		struct text value = text_of(json_nth(is, i));

		add_address(list, &count,
		    a->count > 0 && is_primary(value) ? as_alias(x->p, value)
						      : value);
	}
	if (x->renamed && json_array_size(mail) > 0)
		add_address(list, &count,
		    text_of(arena_printf(x->p->turn, "smtp:%s",
			json_nth(mail, 0))));
	a->values = list;
	a->count = count;
}

/* --- both ----------------------------------------------------------------- */

bool extra_wanted(struct differing *x, struct err *err)
{
	struct desired *d = x->d;
	struct desired_attribute *all;
	int count = d->attribute_count, at;

	if (strcmp(x->p->target->type->name, "ad") != 0)
		return true;
	all = arena_alloc(x->p->turn, (size_t)(count + 2) * sizeof(*all));
	for (at = 0; at < count; at++)
		all[at] = d->attributes[at];
	for (at = 0; at < count && strcmp(all[at].name, ADDRESSES) != 0; at++)
		;
	if (at == count && x->renamed)
		all[count++] = (struct desired_attribute){ .name = ADDRESSES,
			.why = { d->why.rule, "names.rename", "" } };
	if (at < count && x->has != NULL)
		keep_addresses(x, &all[at],
		    json_read(x->p->turn, x->has->attributes));
	if (d->expires[0] != '\0') {
		struct text *when = arena_alloc(x->p->turn, sizeof(*when));

		if (!expires_at(x->p, d->expires, when, err))
			return false;
		all[count++] = (struct desired_attribute){ .name = EXPIRES,
			.values = when,
			.count = 1,
			.why = { d->why.rule, "expires", "" } };
	}
	d->attributes = all;
	d->attribute_count = count;
	return true;
}
