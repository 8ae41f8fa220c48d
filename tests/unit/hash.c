/* SipHash against the vectors that its authors published. */
#include "check.h"

/* SipHash-2-4-128 of 00 01 02 … (i bytes) under the key 00 … 0f. */
static const struct {
	size_t len;
	const char *want;
} cases[] = {
	{ 0, "a3817f04ba25a8e66df67214c7550293" },
	{ 1, "da87c1d86b99af44347659119b22fc45" },
	{ 2, "8177228da4a45dc7fca38bdef60affe4" },
	{ 7, "a1f1ebbed8dbc153c0b84aa61ff08239" },
	{ 8, "3b62a9ba6258f5610f83e264f31497b4" },
	{ 9, "264499060ad9baabc47f8b02bb6d71ed" },
	{ 14, "31fcefac66d7de9c7ec7485fe4494902" },
	{ 15, "5493e99933b0a8117e08ec0f97cfc3d9" },
	{ 63, "5150d1772f50834a503e069a973fbd7c" },
};

static void matches_the_vectors(void **state)
{
	uint8_t key[16], data[64];

	(void)state;
	for (uint8_t i = 0; i < 64; i++) {
		data[i] = i;
		if (i < 16)
			key[i] = i;
	}
	for (size_t i = 0; i < array_length(cases); i++) {
		struct hash128 hash = siphash128(key, data, cases[i].len);
		uint8_t bytes[16];
		char got[33];

		for (int b = 0; b < 8; b++) {
			bytes[b] = (uint8_t)(hash.low >> 8 * b);
			bytes[b + 8] = (uint8_t)(hash.high >> 8 * b);
		}
		hex_encode(got, bytes, sizeof(bytes));
		CHECK(strcmp(got, cases[i].want) == 0, "%zu bytes: %s",
		    cases[i].len, got);
	}
}

static void compares_secrets(void **state)
{
	(void)state;
	CHECK(equal_secret("abc", "abc", 3), "same");
	CHECK(equal_secret("abx", "aby", 2), "as far as asked");
	CHECK(equal_secret("", "", 0), "nothing");
	CHECK(!equal_secret("abc", "abd", 3), "last");
	CHECK(!equal_secret("abc", "bbc", 3), "first");
}

static void randomness_differs(void **state)
{
	uint8_t a[600] = { 0 }, b[600] = { 0 };

	(void)state;
	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	CHECK(memcmp(a, b, sizeof(a)) != 0, "twice the same");
	CHECK(memcmp(a + 584, b + 584, 16) != 0, "filled to the end");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_the_vectors),
		cmocka_unit_test(compares_secrets),
		cmocka_unit_test(randomness_differs),
	};

	return check_main(tests);
}
