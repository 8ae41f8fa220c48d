/* The school year, and how a day is written. */
#include "sandbox.h"

/*
 * Classes name only sessions of type term, which `/terms` must list, and every
 * one of these has its grading periods as children: consumers look for them
 * under the first term of a class.
 */
/* clang-format off */
const struct session sessions[] = {
/*	  id               title                               type             begins        ends          parent */
	{ "sy2026",        "2025–2026 School Year",            "schoolYear",    "2025-08-18", "2026-06-13", NULL        },
	{ "sy2026-S1",     "Fall Semester 2025",               "semester",      "2025-08-18", "2026-01-19", "sy2026"    },
	{ "sy2026-S2",     "Spring Semester 2026",             "semester",      "2026-01-19", "2026-06-13", "sy2026"    },
	{ "sy2026-Q1",     "Quarter 1",                        "term",          "2025-08-18", "2025-10-20", "sy2026-S1" },
	{ "sy2026-Q1-GP1", "Quarter 1, Progress",              "gradingPeriod", "2025-08-18", "2025-09-22", "sy2026-Q1" },
	{ "sy2026-Q1-GP2", "Quarter 1, Final",                 "gradingPeriod", "2025-09-22", "2025-10-20", "sy2026-Q1" },
	{ "sy2026-Q2",     "Quarter 2",                        "term",          "2025-10-20", "2026-01-19", "sy2026-S1" },
	{ "sy2026-Q2-GP1", "Quarter 2, Progress",              "gradingPeriod", "2025-10-20", "2025-12-01", "sy2026-Q2" },
	{ "sy2026-Q2-GP2", "Quarter 2, Final",                 "gradingPeriod", "2025-12-01", "2026-01-19", "sy2026-Q2" },
	{ "sy2026-Q3",     "Quarter 3",                        "term",          "2026-01-19", "2026-03-30", "sy2026-S2" },
	{ "sy2026-Q3-GP1", "Quarter 3, Progress",              "gradingPeriod", "2026-01-19", "2026-02-23", "sy2026-Q3" },
	{ "sy2026-Q3-GP2", "Quarter 3, Final",                 "gradingPeriod", "2026-02-23", "2026-03-30", "sy2026-Q3" },
	{ "sy2026-Q4",     "Quarter 4",                        "term",          "2026-03-30", "2026-06-13", "sy2026-S2" },
	{ "sy2026-Q4-GP1", "Quarter 4, Progress",              "gradingPeriod", "2026-03-30", "2026-05-04", "sy2026-Q4" },
	{ "sy2026-Q4-GP2", "Quarter 4, Final",                 "gradingPeriod", "2026-05-04", "2026-06-13", "sy2026-Q4" },
	{ "sy2026-T1",     "Elementary Trimester 1",           "term",          "2025-08-18", "2025-11-17", "sy2026"    },
	{ "sy2026-T1-GP1", "Trimester 1, Conferences",         "gradingPeriod", "2025-08-18", "2025-10-06", "sy2026-T1" },
	{ "sy2026-T1-GP2", "Trimester 1, \"Report Card\"",     "gradingPeriod", "2025-10-06", "2025-11-17", "sy2026-T1" },
	{ "sy2026-T2",     "Elementary Trimester 2",           "term",          "2025-11-17", "2026-03-02", "sy2026"    },
	{ "sy2026-T2-GP1", "Trimester 2, Conferences",         "gradingPeriod", "2025-11-17", "2026-01-12", "sy2026-T2" },
	{ "sy2026-T2-GP2", "Trimester 2, \"Report Card\"",     "gradingPeriod", "2026-01-12", "2026-03-02", "sy2026-T2" },
	{ "sy2026-T3",     "Elementary Trimester 3",           "term",          "2026-03-02", "2026-06-13", "sy2026"    },
	{ "sy2026-T3-GP1", "Trimester 3, Conferences",         "gradingPeriod", "2026-03-02", "2026-04-20", "sy2026-T3" },
	{ "sy2026-T3-GP2", "Trimester 3, \"Report Card\"",     "gradingPeriod", "2026-04-20", "2026-06-13", "sy2026-T3" },
	{ 0 },
};

const struct span_rule span_rules[SPANS] = {
/*	                    terms                                      begins       ends       work falls in    until */
	[SPAN_TRIMESTERS] = { "sy2026-T1,sy2026-T2,sy2026-T3",           YEAR_BEGINS, YEAR_ENDS, "sy2026-T1-GP1", 20350 },
	[SPAN_QUARTERS]   = { "sy2026-Q1,sy2026-Q2,sy2026-Q3,sy2026-Q4", YEAR_BEGINS, YEAR_ENDS, "sy2026-Q1-GP1", 20350 },
	[SPAN_FALL]       = { "sy2026-Q1,sy2026-Q2",                     YEAR_BEGINS, 20472,     "sy2026-Q1-GP1", 20350 },
	[SPAN_SPRING]     = { "sy2026-Q3,sy2026-Q4",                     20472,       YEAR_ENDS, NULL,            0     },
};
/* clang-format on */

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
