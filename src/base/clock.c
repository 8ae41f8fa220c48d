/* Time: the clock of the wall, the ticks of deadlines, and ISO 8601. */
#include "homeroom/base.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND ((int64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* 0001-01-01 and the last millisecond of 9999-12-31. */
#define EARLIEST (-719162 * DAY)
#define LATEST (2932897 * DAY - 1)

/* What a test added to the clock of the wall. */
static atomic_int_least64_t moved;

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return now.tv_sec * SECOND + now.tv_nsec / 1000000;
}

int64_t clock_now(void)
{
	return read_clock(CLOCK_REALTIME) +
	       atomic_load_explicit(&moved, memory_order_relaxed);
}

int64_t clock_tick(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void clock_set(int64_t when)
{
	atomic_store(&moved, when - read_clock(CLOCK_REALTIME));
}

/* --- the calendar -------------------------------------------------------- */

struct day {
	int year, month, day;
};

static bool leap_year(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	return month == 2 && leap_year(year) ? 29 : days[month - 1];
}

/* Days from 0001-01-01 to the first of a year. */
static int days_before_year(int year)
{
	int y = year - 1;

	return y * 365 + y / 4 - y / 100 + y / 400;
}

static int64_t day_to_clock(struct day d)
{
	int days = days_before_year(d.year) + d.day - 1;

	for (int month = 1; month < d.month; month++)
		days += days_in_month(d.year, month);
	return EARLIEST + days * DAY;
}

static struct day clock_to_day(int64_t when)
{
	int days = (int)((when - EARLIEST) / DAY);
	struct day d = { .year = days / 366 + 1, .month = 1 };

	while (days_before_year(d.year + 1) <= days)
		d.year++;
	days -= days_before_year(d.year);
	while (days >= days_in_month(d.year, d.month))
		days -= days_in_month(d.year, d.month++);
	d.day = days + 1;
	return d;
}

void clock_date(int64_t when, int *month, int *day)
{
	struct day d = clock_to_day(when);

	*month = d.month;
	*day = d.day;
}

void clock_format(char out[CLOCK_TEXT], int64_t when)
{
	struct day d;
	int time;

	when = when < EARLIEST ? EARLIEST : when > LATEST ? LATEST : when;
	d = clock_to_day(when);
	time = (int)((when - EARLIEST) % DAY);
	snprintf(out, CLOCK_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
	    (unsigned)d.year % 10000, (unsigned)d.month % 100,
	    (unsigned)d.day % 100, (unsigned)(time / HOUR) % 24,
	    (unsigned)(time / MINUTE) % 60, (unsigned)(time / SECOND) % 60,
	    (unsigned)(time % SECOND));
}

/* --- reading ------------------------------------------------------------- */

/* Takes exactly `count` digits off the front of text. */
static bool take_digits(struct text *text, size_t count, int *out)
{
	int value = 0;

	if (text->len < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (text->at[i] < '0' || text->at[i] > '9')
			return false;
		value = value * 10 + (text->at[i] - '0');
	}
	text->at += count;
	text->len -= count;
	*out = value;
	return true;
}

static bool take_char(struct text *text, char c)
{
	if (text->len == 0 || text->at[0] != c)
		return false;
	text->at++;
	text->len--;
	return true;
}

static bool take_day(struct text *text, struct day *d)
{
	return take_digits(text, 4, &d->year) && take_char(text, '-') &&
	       take_digits(text, 2, &d->month) && take_char(text, '-') &&
	       take_digits(text, 2, &d->day) && d->year >= 1 && d->month >= 1 &&
	       d->month <= 12 && d->day >= 1 &&
	       d->day <= days_in_month(d->year, d->month);
}

/* hh:mm:ss and a fraction, of which milliseconds are kept. */
static bool take_time(struct text *text, int64_t *out)
{
	int hour, minute, second, digit;
	int64_t unit = SECOND / 10;

	if (!take_digits(text, 2, &hour) || !take_char(text, ':') ||
	    !take_digits(text, 2, &minute) || !take_char(text, ':') ||
	    !take_digits(text, 2, &second))
		return false;
	/* A leap second is the first second of the next minute. */
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	*out = hour * HOUR + minute * MINUTE + second * SECOND;
	if (!take_char(text, '.'))
		return true;
	if (!take_digits(text, 1, &digit))
		return false;
	do {
		*out += digit * unit;
		unit /= 10;
	} while (take_digits(text, 1, &digit));
	return true;
}

/* Z, ±hh:mm, ±hhmm or ±hh. */
static bool take_offset(struct text *text, int64_t *out)
{
	int64_t sign = 1;
	int hour, minute = 0;

	*out = 0;
	if (take_char(text, 'Z'))
		return true;
	if (take_char(text, '-'))
		sign = -1;
	else if (!take_char(text, '+'))
		return false;
	if (!take_digits(text, 2, &hour))
		return false;
	if (take_char(text, ':') || text->len > 0)
		if (!take_digits(text, 2, &minute))
			return false;
	*out = sign * (hour * HOUR + minute * MINUTE);
	return hour <= 23 && minute <= 59;
}

bool clock_parse(struct text text, int64_t *when)
{
	int64_t time = 0, offset = 0, result;
	struct day d;

	if (!take_day(&text, &d))
		return false;
	if (text.len > 0) {
		if (!take_char(&text, 'T') || !take_time(&text, &time) ||
		    !take_offset(&text, &offset) || text.len > 0)
			return false;
	}
	result = day_to_clock(d) + time - offset;
	if (result < EARLIEST || result > LATEST)
		return false;
	*when = result;
	return true;
}

bool date_valid(struct text text)
{
	struct day d;

	return take_day(&text, &d) && text.len == 0;
}
