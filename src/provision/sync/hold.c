/* Whether a plan may be carried out as it is, or waits for a person. */
#include "sync.h"

#include <inttypes.h>
#include <stdio.h>

/* Where settings say nothing: so much at once is rarely meant. In per cent. */
static const struct {
	enum action_kind kind;
	int64_t percent;
} usual[] = {
	{ ACTION_DISABLE, 10 },
	{ ACTION_DELETE, 5 },
};

/* Fewer are never too large a part. */
#define FEW 5

static int64_t limit(const struct planning *p, const char *kind,
    const char *what, int64_t otherwise)
{
	return target_number(p->target,
	    arena_printf(p->arena, "thresholds.%s.%s", kind, what), otherwise);
}

static int64_t usual_percent(const char *kind)
{
	for (size_t i = 0; i < array_length(usual); i++)
		if (strcmp(action_rules[usual[i].kind].word, kind) == 0)
			return usual[i].percent;
	return 100;
}

static void say(struct buf *why, const char *fmt, ...) printf_like(2, 3);
static void say(struct buf *why, const char *fmt, ...)
{
	char text[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	buf_printf(why, "%s%s", why->len > 0 ? "; " : "", text);
}

/* Columns: kind, school or NULL for all, how many, of how many accounts. */
static void check(const struct planning *p, const struct rows *rows, int i,
    struct buf *why)
{
	const char *kind = rows_get(rows, i, 0);
	const char *school = rows_get(rows, i, 1);
	int64_t count = rows_integer(rows, i, 2), of = rows_integer(rows, i, 3);
	int64_t most = school != NULL ? limit(p, kind, "mostOfSchool", -1)
				      : limit(p, kind, "most", -1);
	int64_t percent = school != NULL
			      ? limit(p, kind, "percentOfSchool", 100)
			      : limit(p, kind, "percent", usual_percent(kind));
	const char *where =
	    school != NULL ? arena_printf(p->arena, " of school %.60s", school)
			   : "";

	if (most >= 0 && count > most)
		say(why, "%s: %" PRId64 "%s, more than %" PRId64, kind, count,
		    where, most);
	else if (percent < 100 && count > FEW && count * 100 > percent * of)
		say(why,
		    "%s: %" PRId64 "%s, more than %" PRId64
		    " per cent of %" PRId64 " accounts",
		    kind, count, where, percent, of);
}

bool plan_hold(struct planning *p, struct planned *out, struct err *err)
{
	const struct values plan = { 1, { p->id } };
	struct buf why = { 0 };
	const struct rows *rows;
	struct values values = { 2, { p->id } };
	bool done;

	if (!db_ask(p->db, p->arena, STATEMENT_plan_counts, &plan, &rows, err))
		return false;
	for (int i = 0; i < rows_count(rows); i++)
		check(p, rows, i, &why);
	if (strcmp(p->wanted->purpose, "sync") != 0 && out->actions > 0)
		say(&why, "it is not what rules want");
	values.at[1] = why.len > 0 ? buf_text(&why) : NULL;
	done =
	    db_ask(p->db, p->arena, STATEMENT_plan_state, &values, &rows, err);
	out->held = done && strcmp(rows_get(rows, 0, 0), "held") == 0;
	out->why = why.len > 0 ? arena_text(p->arena, buf_text(&why)) : NULL;
	buf_free(&why);
	return done;
}
