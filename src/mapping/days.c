/* Dates as other systems write them: a format says where year, month and day
 * stand. */
#include "mapping.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun",
	"jul", "aug", "sep", "oct", "nov", "dec" };

struct day {
	int year, month, day;
};

static bool read_number(struct text *text, size_t least, size_t most, int *out)
{
	size_t len = 0;
	int number = 0;

	while (len < most && len < text->len && text->at[len] >= '0' &&
	       text->at[len] <= '9')
		number = number * 10 + (text->at[len++] - '0');
	text->at += len;
	text->len -= len;
	*out = number;
	return len >= least;
}

static bool read_year(struct text *text, struct day *day)
{
	return read_number(text, 4, 4, &day->year);
}

/* Of two digits: the hundred years from 1950. */
static bool read_short_year(struct text *text, struct day *day)
{
	if (!read_number(text, 2, 2, &day->year))
		return false;
	day->year += day->year < 50 ? 2000 : 1900;
	return true;
}

static bool read_month_name(struct text *text, struct day *day)
{
	for (size_t i = 0; text->len >= 3 && i < array_length(months); i++)
		if (strncasecmp(text->at, months[i], 3) == 0)
			day->month = (int)i + 1;
	if (day->month == 0)
		return false;
	text->at += 3;
	text->len -= 3;
	return true;
}

static bool read_month(struct text *text, struct day *day)
{
	return read_number(text, 2, 2, &day->month);
}

static bool read_day(struct text *text, struct day *day)
{
	return read_number(text, 2, 2, &day->day);
}

static bool read_any_month(struct text *text, struct day *day)
{
	return read_number(text, 1, 2, &day->month);
}

static bool read_any_day(struct text *text, struct day *day)
{
	return read_number(text, 1, 2, &day->day);
}

static bool read_rest(struct text *text, struct day *day)
{
	(void)day;
	text->len = 0;
	return true;
}

/* clang-format off */
static const struct part {
	const char *word;
	char is; /* year, month, day, or anything */
	bool (*read)(struct text *text, struct day *day);
} parts[] = { /* longer words first */
	{ "YYYY", 'Y', read_year },
	{ "YY",   'Y', read_short_year },
	{ "MMM",  'M', read_month_name },
	{ "MM",   'M', read_month },
	{ "M",    'M', read_any_month },
	{ "DD",   'D', read_day },
	{ "D",    'D', read_any_day },
	{ "*",    '*', read_rest },
};
/* clang-format on */

static const struct part *part_at(const char *format)
{
	for (size_t i = 0; i < array_length(parts); i++)
		if (strncmp(format, parts[i].word, strlen(parts[i].word)) == 0)
			return &parts[i];
	return NULL;
}

bool day_format_valid(const char *format)
{
	int years = 0, months_said = 0, days = 0;

	while (*format != '\0') {
		const struct part *part = part_at(format);

		years += part != NULL && part->is == 'Y';
		months_said += part != NULL && part->is == 'M';
		days += part != NULL && part->is == 'D';
		format += part != NULL ? strlen(part->word) : 1;
	}
	return years == 1 && months_said == 1 && days == 1;
}

bool day_read(const char *format, struct text text, char out[11])
{
	struct day day = { 0 };

	while (*format != '\0') {
		const struct part *part = part_at(format);

		if (part != NULL) {
			if (!part->read(&text, &day))
				return false;
			format += strlen(part->word);
			continue;
		}
		if (text.len == 0 || *text.at != *format++)
			return false;
		text.at++;
		text.len--;
	}
	snprintf(out, 11, "%04u-%02u-%02u", (unsigned)day.year % 10000,
	    (unsigned)day.month % 100, (unsigned)day.day % 100);
	return text.len == 0 && date_valid((struct text){ out, 10 });
}
