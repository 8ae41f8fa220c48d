/*
 * sandbox: what stands in for the world outside, to try things on: a made-up
 * school district of any size, as the OneRoster bundle its student
 * information system would export.
 */
#ifndef HOMEROOM_SANDBOX_H
#define HOMEROOM_SANDBOX_H

#include "homeroom/base.h"

enum district_format {
	DISTRICT_SAME, /* as in `from`; without it, 1.2 */
	DISTRICT_V11,
	DISTRICT_V12,
};

#define DISTRICT_STUDENTS_MIN 100
#define DISTRICT_STUDENTS_MAX 1000000
#define DISTRICT_YEAR 2025
#define DISTRICT_YEAR_MIN 1990
#define DISTRICT_YEAR_MAX 2090
/* Above this it is another district, not the next day of this one. */
#define DISTRICT_CHURN_MAX 50.0

/*
 * The same plan always gives the same bytes. Nobody in it exists; all mail
 * addresses are under example.org.
 */
struct district_plan {
	int64_t students; /* 0: as in `from`, which it must not contradict */
	uint64_t seed;    /* 0: as in `from`; without it, 1 */
	int year;         /* in which the school year begins; 0: as in `from`;
			     without it, DISTRICT_YEAR */
	enum district_format format;
	const char *from; /* a bundle made before, whose next day is wanted */
	double churn; /* percent of people that this day changes; with `from` */
};

/* In which year the school year began that a time (clock_now) falls in. */
int district_year(int64_t when);

/*
 * Writes the bundle into the folder `dir`: whole or not at all. The folder is
 * made, or must be empty or hold a bundle made before (which is replaced; it
 * may be `from` itself). Memory does not grow with the number of students.
 *
 * In pieces, so that it can be shown how far it is: a step writes a few
 * thousand people; all is in place once *done == *total. Closing before that
 * leaves nothing behind.
 */
struct district;

bool district_open(struct district **out, const struct district_plan *plan,
    const char *dir, struct err *err) must_use;
bool district_step(struct district *district, int64_t *done, int64_t *total,
    struct err *err) must_use;
void district_close(struct district *district); /* NULL is fine */

#endif
