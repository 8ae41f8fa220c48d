/* When something is to happen, as crontab(5) writes it. */
#include "homeroom/base.h"

#include <string.h>
#include <strings.h>

#define MINUTE ((int64_t)60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define HORIZON (3660 * DAY)

/* clang-format off */
static const char *const month_names[] = { "jan", "feb", "mar", "apr", "may",
	"jun", "jul", "aug", "sep", "oct", "nov", "dec", NULL };
static const char *const day_names[] = { "sun", "mon", "tue", "wed", "thu",
	"fri", "sat", NULL };

static const struct part {
	const char *what;
	int low, high;
	const char *const *names; /* of low, low + 1, …; or NULL */
} parts[] = {
	{ "minute",           0, 59, NULL },
	{ "hour",             0, 23, NULL },
	{ "day of the month", 1, 31, NULL },
	{ "month",            1, 12, month_names },
	{ "day of the week",  0,  7, day_names },
};
/* clang-format on */

static bool read_number(struct text *text, const struct part *part, int *out)
{
	int value = 0;
	size_t len = 0;

	for (int i = 0; part->names != NULL && part->names[i] != NULL; i++)
		if (text->len >= 3 &&
		    strncasecmp(text->at, part->names[i], 3) == 0) {
			*out = part->low + i;
			*text = (struct text){ text->at + 3, text->len - 3 };
			return true;
		}
	while (len < text->len && len < 4 && text->at[len] >= '0' &&
	       text->at[len] <= '9')
		value = value * 10 + (text->at[len++] - '0');
	*out = value;
	*text = (struct text){ text->at + len, text->len - len };
	return len > 0;
}

static bool skip(struct text *text, char c)
{
	if (text->len == 0 || *text->at != c)
		return false;
	text->at++;
	text->len--;
	return true;
}

/* `*`, `7`, `1-5`, each perhaps with `/2`. */
static bool read_range(struct text text, const struct part *part,
    uint64_t *bits)
{
	int low = part->low, high = part->high, step = 1;

	if (!skip(&text, '*')) {
		if (!read_number(&text, part, &low))
			return false;
		high = low;
		if (skip(&text, '-') && !read_number(&text, part, &high))
			return false;
		if (text.len > 0 && *text.at == '/' && high == low)
			high = part->high;
	}
	if (skip(&text, '/') &&
	    (!read_number(&text, &(struct part){ 0 }, &step) || step == 0))
		return false;
	if (text.len > 0 || low < part->low || high > part->high || low > high)
		return false;
	for (int i = low; i <= high; i += step)
		*bits |= (uint64_t)1 << i;
	return true;
}

static bool read_part(const char **at, const struct part *part, uint64_t *bits,
    struct err *err)
{
	const char *text = *at + strspn(*at, " \t");
	size_t len = strcspn(text, " \t");

	*at = text + len;
	*bits = 0;
	for (const char *end = text + len; text <= end; text++) {
		size_t one = strcspn(text, ", \t");

		if (!read_range((struct text){ text, one }, part, bits))
			return fail(err, FAULT_INVALID,
			    "'%.*s' is not a %s of a schedule (minute hour "
			    "day month weekday, as crontab has them)",
			    (int)(len < 40 ? len : 40), end - len, part->what);
		text += one;
	}
	return true;
}

bool cron_parse(struct cron *out, const char *text, struct err *err)
{
	uint64_t bits[array_length(parts)];
	const char *at = text;

	for (size_t i = 0; i < array_length(parts); i++)
		if (!read_part(&at, &parts[i], &bits[i], err))
			return false;
	if (at[strspn(at, " \t")] != '\0')
		return fail(err, FAULT_INVALID,
		    "a schedule has five parts: minute hour day month "
		    "weekday");
	*out = (struct cron){ .minutes = bits[0],
		.hours = (uint32_t)bits[1],
		.days = (uint32_t)bits[2],
		.months = (uint32_t)bits[3],
		/* 7 is Sunday, too. */
		.weekdays = (uint32_t)((bits[4] | bits[4] >> 7) & 0x7f) };
	out->any_day = out->days == 0xfffffffe;
	out->any_weekday = out->weekdays == 0x7f;
	return true;
}

static bool has_day(const struct cron *cron, int64_t midnight)
{
	int month, day, weekday = (int)((midnight / DAY + 4) % 7);
	bool is_day, is_weekday;

	clock_date(midnight, &month, &day);
	is_day = (cron->days >> day & 1) != 0;
	is_weekday = (cron->weekdays >> weekday & 1) != 0;
	if ((cron->months >> month & 1) == 0)
		return false;
	if (cron->any_day || cron->any_weekday)
		return is_day && is_weekday;
	return is_day || is_weekday;
}

bool cron_next(const struct cron *cron, int64_t after, int64_t *next)
{
	int64_t at = after - after % MINUTE + MINUTE;
	int64_t end = at + HORIZON;

	while (at < end)
		if (!has_day(cron, at - at % DAY)) {
			at += DAY - at % DAY;
		} else if ((cron->hours >> at % DAY / HOUR & 1) == 0) {
			at += HOUR - at % HOUR;
		} else if ((cron->minutes >> at % HOUR / MINUTE & 1) == 0) {
			at += MINUTE;
		} else {
			*next = at;
			return true;
		}
	return false;
}
