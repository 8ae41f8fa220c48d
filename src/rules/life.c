/* From the days of a person to the life of their account. */
#include "rules.h"

#include <string.h>

#define DAY_MS INT64_C(86400000)
#define NEVER INT64_MAX
/* Who leaves so long before a school year ends leaves with it. */
#define SUMMER_BEFORE (45 * DAY_MS)
/* By then who comes back has come back. */
#define SUMMER_GRACE (14 * DAY_MS)
/* While the next school year is not in the calendar. */
#define SUMMER_LENGTH (120 * DAY_MS)

const char *const life_words[] = {
	[LIFE_NONE] = "none",
	[LIFE_EARLY] = "early",
	[LIFE_FUTURE] = "future",
	[LIFE_ACTIVE] = "active",
	[LIFE_LEAVE] = "on leave",
	[LIFE_LEAVER] = "leaver",
	[LIFE_DELETED] = "deleted",
	[LIFE_UNWANTED] = "unwanted",
};

static bool read_day(struct text day, int64_t *ms)
{
	return day.len == 10 && date_valid(day) && clock_parse(day, ms);
}

static void write_day(char out[11], int64_t ms)
{
	char text[CLOCK_TEXT];

	clock_format(text, ms);
	memcpy(out, text, 10);
	out[10] = '\0';
}

void day_before(char out[11], struct text day)
{
	int64_t ms;

	out[0] = '\0';
	if (read_day(day, &ms))
		write_day(out, ms - DAY_MS);
}

/* --- summer --------------------------------------------------------------- */

static struct text day_text(const char day[11])
{
	return (struct text){ day, strlen(day) };
}

/* Until when they are waited for who leave at `end`, in the summer after a
 * school year; years stand in their order. */
static int64_t wait_for_autumn(const struct rules_moment *moment, int64_t end)
{
	for (int i = 0; i < moment->year_count; i++) {
		int64_t over, next = NEVER;

		if (!read_day(day_text(moment->years[i].end), &over))
			continue;
		if (i + 1 < moment->year_count &&
		    !read_day(day_text(moment->years[i + 1].begin), &next))
			next = NEVER;
		if (next == NEVER)
			next = over + SUMMER_LENGTH - SUMMER_GRACE;
		if (end >= over - SUMMER_BEFORE && end < next + SUMMER_GRACE)
			return next + SUMMER_GRACE;
	}
	return end;
}

/* --- life ----------------------------------------------------------------- */

static void find_end(const struct life_rule *rule, const struct desire *desire,
    const struct days *days, struct span *out)
{
	int64_t last, gone, autumn, over = NEVER;

	if (read_day(days->last, &last)) {
		over = last + DAY_MS;
		write_day(out->last, last);
	}
	/* Nobody said when they would leave: they are not there any more. */
	if (read_day(day_text(desire->person->gone), &gone) && gone < over) {
		over = gone;
		write_day(out->last, gone - DAY_MS);
	}
	if (over == NEVER)
		return;
	out->over = over;
	out->end = over - DAY_MS + rule->disable_at;
	out->leaving = true;
	if (!days->summer)
		return;
	out->waits = desire->moment->local >= out->end;
	autumn = wait_for_autumn(desire->moment, over);
	out->leaving = autumn == over;
	out->end = autumn - DAY_MS + rule->disable_at;
}

static bool is_soon(const struct life_rule *rule,
    const struct rules_moment *moment, int64_t end)
{
	return moment->local < end &&
	       end - moment->local <= rule->tell_days * DAY_MS;
}

/* The clock runs from when the account was disabled, not from when it should
 * have been: so much time there is to find a mistake; and not before they have
 * left, who were on leave or never came. It counts days of the calendar: a run
 * an hour earlier than the one that disabled it is not a day too early. */
static int64_t deletion_day(const struct life_rule *rule,
    const struct desire *desire, const struct span *span)
{
	int64_t since = desire->disabled_since;

	if (rule->delete_days == 0 || since == 0)
		return NEVER;
	if (since < span->end)
		since = span->end;
	return since - since % DAY_MS + rule->delete_days * DAY_MS;
}

bool life_is_due(const struct life_rule *rule, const struct desire *desire,
    const struct span *span)
{
	return desire->moment->local >= deletion_day(rule, desire, span);
}

static enum life life_at(const struct life_rule *rule,
    const struct desire *desire, const struct days *days,
    const struct span *span)
{
	const struct rules_moment *moment = desire->moment;

	if (moment->local >= span->end)
		return life_is_due(rule, desire, span) ? LIFE_DELETED
						       : LIFE_LEAVER;
	if (moment->local < span->begin)
		return desire->login.len > 0 ||
			       moment->local >=
				   span->begin - rule->create_days * DAY_MS
			   ? LIFE_FUTURE
			   : LIFE_EARLY;
	return days->leave ? LIFE_LEAVE : LIFE_ACTIVE;
}

void life_find(const struct life_rule *rule, const struct desire *desire,
    const struct days *days, struct span *out)
{
	*out = (struct span){ .begin = INT64_MIN, .end = NEVER };
	if (read_day(days->first, &out->begin))
		write_day(out->first, out->begin);
	find_end(rule, desire, days, out);
	out->leaving = out->leaving && is_soon(rule, desire->moment, out->end);
	out->life = life_at(rule, desire, days, out);
}

int64_t life_deletion(const struct life_rule *rule, const struct desire *desire,
    const struct span *span)
{
	const struct rules_moment *moment = desire->moment;
	int64_t day = deletion_day(rule, desire, span);

	return day == NEVER ? 0 : day - (moment->local - moment->now);
}
