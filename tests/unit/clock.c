/* Time: reading and writing it, and a clock that tests move. */
#include "check.h"

#define TEXT(literal) ((struct text){ (literal), sizeof(literal) - 1 })

/* clang-format off */
static const struct {
	struct text from;
	const char *want; /* NULL: refused */
} cases[] = {
	{ TEXT("2012-04-23"),                       "2012-04-23T00:00:00.000Z" },
	{ TEXT("2012-04-23T18:25:43Z"),             "2012-04-23T18:25:43.000Z" },
	{ TEXT("2012-04-23T18:25:43.5Z"),           "2012-04-23T18:25:43.500Z" },
	{ TEXT("2012-04-23T18:25:43.511Z"),         "2012-04-23T18:25:43.511Z" },
	{ TEXT("2012-04-23T18:25:43.511999999Z"),   "2012-04-23T18:25:43.511Z" },
	{ TEXT("2012-04-23T18:25:43+02:00"),        "2012-04-23T16:25:43.000Z" },
	{ TEXT("2012-04-23T18:25:43-0930"),         "2012-04-24T03:55:43.000Z" },
	{ TEXT("2012-04-23T00:25:43+02"),           "2012-04-22T22:25:43.000Z" },
	{ TEXT("1970-01-01T00:00:00Z"),             "1970-01-01T00:00:00.000Z" },
	{ TEXT("1969-12-31T23:59:59.999Z"),         "1969-12-31T23:59:59.999Z" },
	{ TEXT("0001-01-01"),                       "0001-01-01T00:00:00.000Z" },
	{ TEXT("9999-12-31T23:59:59.999Z"),         "9999-12-31T23:59:59.999Z" },
	{ TEXT("2016-12-31T23:59:60Z"),             "2017-01-01T00:00:00.000Z" },
	{ TEXT("2000-02-29"),                       "2000-02-29T00:00:00.000Z" },
	{ TEXT("1900-02-29"),                       NULL },
	{ TEXT("2023-02-29"),                       NULL },
	{ TEXT("2023-04-31"),                       NULL },
	{ TEXT("2023-13-01"),                       NULL },
	{ TEXT("2023-00-01"),                       NULL },
	{ TEXT("2023-01-00"),                       NULL },
	{ TEXT("0000-01-01"),                       NULL },
	{ TEXT("0001-01-01T00:00:00+01:00"),        NULL },
	{ TEXT("9999-12-31T23:59:59-01:00"),        NULL },
	{ TEXT("2023-1-01"),                        NULL },
	{ TEXT("23-01-01"),                         NULL },
	{ TEXT("20230101"),                         NULL },
	{ TEXT("2023-01-01 00:00:00Z"),             NULL },
	{ TEXT("2023-01-01T00:00:00"),              NULL },
	{ TEXT("2023-01-01T00:00Z"),                NULL },
	{ TEXT("2023-01-01T24:00:00Z"),             NULL },
	{ TEXT("2023-01-01T00:60:00Z"),             NULL },
	{ TEXT("2023-01-01T00:00:61Z"),             NULL },
	{ TEXT("2023-01-01T00:00:00.Z"),            NULL },
	{ TEXT("2023-01-01T00:00:00Zx"),            NULL },
	{ TEXT("2023-01-01T00:00:00+2"),            NULL },
	{ TEXT("2023-01-01T00:00:00+02:"),          NULL },
	{ TEXT("2023-01-01T00:00:00+24:00"),        NULL },
	{ TEXT("2023-01-01T00:00:00+02:60"),        NULL },
	{ TEXT("2023-01-01T"),                      NULL },
	{ TEXT(" 2023-01-01"),                      NULL },
	{ TEXT("2023-01-01\0"),                     NULL },
	{ TEXT(""),                                 NULL },
};
/* clang-format on */

static void reads_times(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		const char *want = cases[i].want;
		char got[CLOCK_TEXT] = "";
		int64_t when;
		bool good = clock_parse(cases[i].from, &when);

		CHECK(good == (want != NULL), "%s", cases[i].from.at);
		if (!good)
			continue;
		clock_format(got, when);
		CHECK(strcmp(got, want) == 0, "%s: %s", cases[i].from.at, got);
	}
}

static void knows_the_epoch(void **state)
{
	int64_t when = -1;

	(void)state;
	CHECK(clock_parse(TEXT("2001-09-09T01:46:40Z"), &when), "parses");
	CHECK(when == INT64_C(1000000000000), "%lld", (long long)when);
}

static void knows_dates(void **state)
{
	(void)state;
	CHECK(date_valid(TEXT("2024-02-29")), "leap day");
	CHECK(!date_valid(TEXT("2023-02-29")), "no leap year");
	CHECK(!date_valid(TEXT("2024-02-29T00:00:00Z")), "a time");
	CHECK(!date_valid(TEXT("2024-02-29 ")), "a blank");
	CHECK(!date_valid(TEXT("02/29/2024")), "another order");
	CHECK(!date_valid(TEXT("")), "nothing");
}

/* Every day there is follows the one before it. */
static void counts_all_days(void **state)
{
	const int64_t day = 86400000;
	char text[CLOCK_TEXT], before[CLOCK_TEXT] = "";
	int64_t when, again;

	(void)state;
	CHECK(clock_parse(TEXT("0001-01-01"), &when), "the first");
	for (int i = 0; i < 3652059; i++, when += day) {
		clock_format(text, when);
		CHECK(strcmp(text, before) > 0, "%s after %s", text, before);
		CHECK(date_valid((struct text){ text, 10 }), "%s", text);
		CHECK(clock_parse((struct text){ text, 10 }, &again) &&
			  again == when,
		    "%s", text);
		memcpy(before, text, sizeof(text));
	}
	CHECK(strncmp(before, "9999-12-31", 10) == 0, "%s", before);
}

static void returns_what_went_in(void **state)
{
	uint64_t random = check_seed();

	(void)state;
	for (int round = 0; round < 200000; round++) {
		int64_t when = (int64_t)(check_random(&random) %
					 UINT64_C(315537897600000)) -
			       INT64_C(62135596800000);
		char text[CLOCK_TEXT];
		int64_t again;

		clock_format(text, when);
		CHECK(
		    clock_parse((struct text){ text, CLOCK_TEXT - 1 }, &again),
		    "%s", text);
		CHECK(again == when, "%s", text);
	}
}

static void can_be_moved(void **state)
{
	int64_t tick = clock_tick();

	(void)state;
	clock_set(1000000);
	CHECK(clock_now() >= 1000000 && clock_now() < 1060000, "%lld",
	    (long long)clock_now());
	CHECK(clock_tick() >= tick && clock_tick() < tick + 60000,
	    "ticks go on");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_times),
		cmocka_unit_test(knows_the_epoch),
		cmocka_unit_test(knows_dates),
		cmocka_unit_test(counts_all_days),
		cmocka_unit_test(returns_what_went_in),
		cmocka_unit_test(can_be_moved),
	};

	return check_main(tests);
}
