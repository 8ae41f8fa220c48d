/* The school year, and how a day is written. */
#include "sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Classes name only sessions of type term, which `/terms` must list, and every
 * one of these has its grading periods as children: consumers look for them
 * under the first term of a class.
 */
/* clang-format off */
const struct session sessions[] = {
/*	  id           title                       type             begins ends  parent */
	{ "",          "School Year",                   "schoolYear",      0,  299,  NULL   },
	{ "-S1",       "Fall Semester",                 "semester",        0,  154,  ""     },
	{ "-S2",       "Spring Semester",               "semester",      154,  299,  ""     },
	{ "-Q1",       "Quarter 1",                     "term",            0,   63,  "-S1"  },
	{ "-Q1-GP1",   "Quarter 1, Progress",           "gradingPeriod",   0,   35,  "-Q1"  },
	{ "-Q1-GP2",   "Quarter 1, Final",              "gradingPeriod",  35,   63,  "-Q1"  },
	{ "-Q2",       "Quarter 2",                     "term",           63,  154,  "-S1"  },
	{ "-Q2-GP1",   "Quarter 2, Progress",           "gradingPeriod",  63,  105,  "-Q2"  },
	{ "-Q2-GP2",   "Quarter 2, Final",              "gradingPeriod", 105,  154,  "-Q2"  },
	{ "-Q3",       "Quarter 3",                     "term",          154,  224,  "-S2"  },
	{ "-Q3-GP1",   "Quarter 3, Progress",           "gradingPeriod", 154,  189,  "-Q3"  },
	{ "-Q3-GP2",   "Quarter 3, Final",              "gradingPeriod", 189,  224,  "-Q3"  },
	{ "-Q4",       "Quarter 4",                     "term",          224,  299,  "-S2"  },
	{ "-Q4-GP1",   "Quarter 4, Progress",           "gradingPeriod", 224,  259,  "-Q4"  },
	{ "-Q4-GP2",   "Quarter 4, Final",              "gradingPeriod", 259,  299,  "-Q4"  },
	{ "-T1",       "Elementary Trimester 1",        "term",            0,   91,  ""     },
	{ "-T1-GP1",   "Trimester 1, Conferences",      "gradingPeriod",   0,   49,  "-T1"  },
	{ "-T1-GP2",   "Trimester 1, \"Report Card\"",  "gradingPeriod",  49,   91,  "-T1"  },
	{ "-T2",       "Elementary Trimester 2",        "term",           91,  196,  ""     },
	{ "-T2-GP1",   "Trimester 2, Conferences",      "gradingPeriod",  91,  147,  "-T2"  },
	{ "-T2-GP2",   "Trimester 2, \"Report Card\"",  "gradingPeriod", 147,  196,  "-T2"  },
	{ "-T3",       "Elementary Trimester 3",        "term",          196,  299,  ""     },
	{ "-T3-GP1",   "Trimester 3, Conferences",      "gradingPeriod", 196,  245,  "-T3"  },
	{ "-T3-GP2",   "Trimester 3, \"Report Card\"",  "gradingPeriod", 245,  299,  "-T3"  },
	{ 0 },
};

const struct span_rule span_rules[SPANS] = {
/*	                    terms                                begins       ends       work falls in  until */
	[SPAN_TRIMESTERS] = { { "-T1", "-T2", "-T3" },         0,   YEAR_DAYS, "-T1-GP1", 32 },
	[SPAN_QUARTERS]   = { { "-Q1", "-Q2", "-Q3", "-Q4" },  0,   YEAR_DAYS, "-Q1-GP1", 32 },
	[SPAN_FALL]       = { { "-Q1", "-Q2" },                0,   154,       "-Q1-GP1", 32 },
	[SPAN_SPRING]     = { { "-Q3", "-Q4" },                154, YEAR_DAYS, NULL,      0  },
};
/* clang-format on */

#define MONDAY 4 /* 1970-01-05 */

struct school_year school_year(int begins)
{
	char text[CLOCK_TEXT];
	int64_t when = 0, day;

	snprintf(text, sizeof(text), "%04d-08-15", begins);
	/* A year of four digits always reads as one. */
	if (!clock_parse((struct text){ text, strlen(text) }, &when))
		abort();
	day = when / (86400 * (int64_t)1000);
	return (struct school_year){ .begins_in = begins,
		.begins = day + (MONDAY + 7 - day % 7) % 7 };
}

int district_year(int64_t when)
{
	char text[CLOCK_TEXT];
	int64_t year;

	clock_format(text, when);
	if (!text_integer((struct text){ text, 4 }, 0, 9999, &year))
		return DISTRICT_YEAR;
	return school_year((int)year).begins <= when / (86400 * (int64_t)1000)
		   ? (int)year
		   : (int)year - 1;
}

const char *session_id(const struct made_up *m, const char *session,
    char out[SESSION_ID])
{
	snprintf(out, SESSION_ID, "sy%d%s", m->year.begins_in + 1, session);
	return out;
}

static char *digits(char *out, int64_t value, int places)
{
	for (int i = places - 1; i >= 0; i--) {
		out[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return out + places;
}

/* Years are taken to begin in March, so that a leap day ends one; 400 of them
 * are always 146,097 days. */
void date_text(char out[DATE_TEXT], int64_t days)
{
	int64_t day = days + 719468; /* from 0000-03-01 */
	int64_t era = day / 146097, of_era = day % 146097;
	int64_t year =
	    (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t march = (5 * of_year + 2) / 153;
	int64_t month = march < 10 ? march + 3 : march - 9;
	char *at = digits(out, year + era * 400 + (month <= 2), 4);

	*at++ = '-';
	at = digits(at, month, 2);
	*at++ = '-';
	at = digits(at, of_year - (153 * march + 2) / 5 + 1, 2);
	*at = '\0';
}
