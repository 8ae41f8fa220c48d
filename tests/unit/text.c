/* Pieces of text: comparing, UTF-8, whole numbers. */
#include "check.h"

#define TEXT(literal) ((struct text){ (literal), sizeof(literal) - 1 })

static void compares(void **state)
{
	(void)state;
	CHECK(text_is(TEXT("abc"), "abc"), "same");
	CHECK(!text_is(TEXT("abc"), "ab"), "longer");
	CHECK(!text_is(TEXT("ab"), "abc"), "shorter");
	CHECK(!text_is(TEXT("aBc"), "abc"), "case");
	CHECK(text_is((struct text){ NULL, 0 }, ""), "nothing");
	CHECK(text_is_nocase(TEXT("aBc"), "Abc"), "any case");
	CHECK(!text_is_nocase(TEXT("[b"), "{b"), "only letters have case");
	CHECK(!text_is_nocase(TEXT("\303\200"), "\303\240"), "ASCII only");
}

/* clang-format off */
static const struct {
	struct text text;
	bool valid;
	const char *what;
} utf8_cases[] = {
	{ TEXT(""),                      true,  "nothing" },
	{ TEXT("plain words, long enough for a stride"), true, "ASCII" },
	{ TEXT("a\0b"),                  true,  "NUL is a character" },
	{ TEXT("\xc3\xa9"),              true,  "é" },
	{ TEXT("\xe2\x82\xac"),          true,  "€" },
	{ TEXT("\xf0\x9f\x98\x80"),      true,  "an emoji" },
	{ TEXT("\xf4\x8f\xbf\xbf"),      true,  "U+10FFFF" },
	{ TEXT("\xef\xbf\xbf"),          true,  "U+FFFF" },
	{ TEXT("\xed\x9f\xbf"),          true,  "the last before surrogates" },
	{ TEXT("\xee\x80\x80"),          true,  "the first after surrogates" },
	{ TEXT("12345678\xc3\xa9" "12345678"), true, "between strides" },
	{ TEXT("\x80"),                  false, "a lone continuation" },
	{ TEXT("\xc3"),                  false, "cut" },
	{ TEXT("\xe2\x82"),              false, "cut" },
	{ TEXT("\xf0\x9f\x98"),          false, "cut" },
	{ TEXT("\xc3x"),                 false, "no continuation" },
	{ TEXT("\xe2\x82x"),             false, "no continuation" },
	{ TEXT("\xc0\x80"),              false, "overlong NUL" },
	{ TEXT("\xc1\xbf"),              false, "overlong" },
	{ TEXT("\xe0\x9f\xbf"),          false, "overlong" },
	{ TEXT("\xf0\x8f\xbf\xbf"),      false, "overlong" },
	{ TEXT("\xed\xa0\x80"),          false, "a surrogate" },
	{ TEXT("\xed\xbf\xbf"),          false, "a surrogate" },
	{ TEXT("\xf4\x90\x80\x80"),      false, "above U+10FFFF" },
	{ TEXT("\xf5\x80\x80\x80"),      false, "above U+10FFFF" },
	{ TEXT("\xff"),                  false, "never a byte of UTF-8" },
	{ TEXT("1234567\xff"),           false, "at the end of a stride" },
	{ TEXT("12345678\xff"),          false, "after a stride" },
};

static const struct {
	struct text text;
	int64_t low, high;
	bool valid;
	int64_t want;
} integer_cases[] = {
	{ TEXT("0"),                    0, 9, true, 0 },
	{ TEXT("007"),                  0, 9, true, 7 },
	{ TEXT("-5"),                   -5, 5, true, -5 },
	{ TEXT("-0"),                   0, 0, true, 0 },
	{ TEXT("9223372036854775807"),  INT64_MIN, INT64_MAX, true, INT64_MAX },
	{ TEXT("-9223372036854775808"), INT64_MIN, INT64_MAX, true, INT64_MIN },
	{ TEXT("9223372036854775808"),  INT64_MIN, INT64_MAX, false, 0 },
	{ TEXT("-9223372036854775809"), INT64_MIN, INT64_MAX, false, 0 },
	{ TEXT("99999999999999999999"), INT64_MIN, INT64_MAX, false, 0 },
	{ TEXT("10"),                   0, 9, false, 0 },
	{ TEXT("-1"),                   0, 9, false, 0 },
	{ TEXT(""),                     0, 9, false, 0 },
	{ TEXT("-"),                    0, 9, false, 0 },
	{ TEXT("+1"),                   0, 9, false, 0 },
	{ TEXT(" 1"),                   0, 9, false, 0 },
	{ TEXT("1 "),                   0, 9, false, 0 },
	{ TEXT("1.0"),                  0, 9, false, 0 },
	{ TEXT("0x1"),                  0, 9, false, 0 },
	{ TEXT("1\0"),                  0, 9, false, 0 },
	{ TEXT("--1"),                  0, 9, false, 0 },
};
/* clang-format on */

static void knows_utf8(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(utf8_cases); i++)
		CHECK(utf8_valid(utf8_cases[i].text.at,
			  utf8_cases[i].text.len) == utf8_cases[i].valid,
		    "case %zu: %s", i, utf8_cases[i].what);
}

static size_t spell(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

/* Every character there is; each cut short is none. */
static void knows_all_characters(void **state)
{
	(void)state;
	for (uint32_t c = 0; c < 0x110000; c++) {
		bool surrogate = c >= 0xd800 && c < 0xe000;
		char text[4];
		size_t len = spell(text, c);

		CHECK(utf8_valid(text, len) != surrogate, "U+%04X", c);
		CHECK(len == 1 || !utf8_valid(text, len - 1), "U+%04X", c);
	}
}

/* Long text stays valid, and one wrong byte anywhere spoils it. */
static void finds_one_wrong_byte(void **state)
{
	uint64_t random = check_seed();

	(void)state;
	for (int round = 0; round < 2000; round++) {
		char text[256];
		size_t len = 0, at;

		while (len < 200) {
			uint32_t c = (uint32_t)(check_random(&random) % 0xd800);

			if (check_random(&random) % 3 != 0)
				c %= 128;
			len += spell(text + len, c);
		}
		CHECK(utf8_valid(text, len), "round %d", round);
		at = check_random(&random) % len;
		text[at] = '\xff';
		CHECK(!utf8_valid(text, len), "round %d at %zu", round, at);
	}
}

static void reads_integers(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(integer_cases); i++) {
		int64_t got = 0;
		bool valid = text_integer(integer_cases[i].text,
		    integer_cases[i].low, integer_cases[i].high, &got);

		CHECK(valid == integer_cases[i].valid &&
			  got == integer_cases[i].want,
		    "case %zu: %s", i, integer_cases[i].text.at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(knows_utf8),
		cmocka_unit_test(knows_all_characters),
		cmocka_unit_test(finds_one_wrong_byte),
		cmocka_unit_test(reads_integers),
	};

	return check_main(tests);
}
