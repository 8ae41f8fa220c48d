/* When something is to happen: what schedules say, and when that is next. */
#include "check.h"

/* clang-format off */
static const struct {
	const char *schedule, *after;
	const char *want; /* NULL: never */
} cases[] = {
	{ "* * * * *",          "2026-11-22T09:00:00Z", "2026-11-22T09:01:00.000Z" },
	{ "* * * * *",          "2026-11-22T09:00:59.999Z", "2026-11-22T09:01:00.000Z" },
	{ "0 2 * * *",          "2026-11-22T02:00:00Z", "2026-11-23T02:00:00.000Z" },
	{ "0 2 * * *",          "2026-11-22T01:59:00Z", "2026-11-22T02:00:00.000Z" },
	{ "*/15 * * * *",       "2026-11-22T09:46:00Z", "2026-11-22T10:00:00.000Z" },
	{ "5/20 * * * *",       "2026-11-22T09:46:00Z", "2026-11-22T10:05:00.000Z" },
	{ "30 6-8,17 * * *",    "2026-11-22T08:30:00Z", "2026-11-22T17:30:00.000Z" },
	{ "0 0 1 jan *",        "2026-11-22T00:00:00Z", "2027-01-01T00:00:00.000Z" },
	{ "0 0 29 2 *",         "2026-11-22T00:00:00Z", "2028-02-29T00:00:00.000Z" },
	{ "0 0 30 2 *",         "2026-11-22T00:00:00Z", NULL },
	/* 2026-11-22 is a Sunday. */
	{ "0 4 * * 0",          "2026-11-22T03:00:00Z", "2026-11-22T04:00:00.000Z" },
	{ "0 4 * * 7",          "2026-11-22T05:00:00Z", "2026-11-29T04:00:00.000Z" },
	{ "0 4 * * MON-FRI",    "2026-11-20T05:00:00Z", "2026-11-23T04:00:00.000Z" },
	{ "0 4 1 * mon",        "2026-11-24T05:00:00Z", "2026-11-30T04:00:00.000Z" },
	{ "0 4 1 * mon",        "2026-11-30T05:00:00Z", "2026-12-01T04:00:00.000Z" },
	{ " 0  4\t* * * ",      "2026-12-31T05:00:00Z", "2027-01-01T04:00:00.000Z" },
	{ "59 23 31 12 *",      "2026-12-31T23:59:00Z", "2027-12-31T23:59:00.000Z" },
};

static const char *const bad[] = { "", "* * * *", "* * * * * *", "60 * * * *",
	"* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 *", "* * * * 8",
	"*/0 * * * *", "5-1 * * * *", "1,,2 * * * *", ",1 * * * *",
	"1, * * * *", "x * * * *", "1x * * * *", "-1 * * * *", "1- * * * *",
	"99999999999 * * * *", "* * * foo *", "@daily", "*/ * * * *" };
/* clang-format on */

static void finds_the_next(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct text after = { cases[i].after, strlen(cases[i].after) };
		char got[CLOCK_TEXT] = "never";
		struct err err = { 0 };
		struct cron cron;
		int64_t when, next;

		CHECK(clock_parse(after, &when), "%s", cases[i].after);
		CHECK(cron_parse(&cron, cases[i].schedule, &err), "%s: %s",
		    cases[i].schedule, err.text);
		if (cron_next(&cron, when, &next))
			clock_format(got, next);
		CHECK(strcmp(got,
			  cases[i].want != NULL ? cases[i].want : "never") == 0,
		    "%s: %s", cases[i].schedule, got);
	}
}

static void refuses_what_is_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(bad); i++) {
		struct err err = { 0 };
		struct cron cron;

		CHECK(!cron_parse(&cron, bad[i], &err), "%s", bad[i]);
		CHECK(err.fault == FAULT_INVALID, "%s", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_next),
		cmocka_unit_test(refuses_what_is_none),
	};

	return check_main(tests);
}
