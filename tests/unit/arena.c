/* Arenas: alignment, zeroes, the order of what was deferred. */
#include "check.h"

static void gives_zeroed_aligned_memory(void **state)
{
	uint64_t random = check_seed();
	struct arena *arena = arena_new();

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 2000; i++) {
			size_t size = check_random(&random) % 3000;
			unsigned char *p = arena_alloc(arena, size);

			CHECK((uintptr_t)p % _Alignof(max_align_t) == 0,
			    "aligned");
			for (size_t at = 0; at < size; at++)
				CHECK(p[at] == 0, "zero at %zu", at);
			memset(p, 0xa5, size);
		}
		arena_reset(arena);
	}
	arena_free(arena);
	arena_free(NULL);
}

/* What was given stays what it was while more is given. */
static void keeps_apart(void **state)
{
	struct arena *arena = arena_new();
	char *texts[3000];

	(void)state;
	for (int i = 0; i < 3000; i++)
		texts[i] = arena_printf(arena, "%0*d", i % 90 + 4, i);
	for (int i = 0; i < 3000; i++)
		CHECK(atoi(texts[i]) == i, "%s", texts[i]);
	arena_free(arena);
}

static void copies(void **state)
{
	struct arena *arena = arena_new();
	char big[100000];

	(void)state;
	memset(big, 'x', sizeof(big));
	CHECK(strcmp(arena_text(arena, "abc"), "abc") == 0, "text");
	CHECK(strcmp(arena_textn(arena, "abc", 2), "ab") == 0, "textn");
	CHECK(strcmp(arena_textn(arena, NULL, 0), "") == 0, "no text");
	CHECK(memcmp(arena_copy(arena, big, sizeof(big)), big, sizeof(big)) ==
		  0,
	    "copy");
	CHECK(strcmp(arena_number(arena, INT64_MIN), "-9223372036854775808") ==
		  0,
	    "number");
	arena_free(arena);
}

struct note {
	char **at;
	char letter;
};

static void write_letter(void *object)
{
	struct note *note = object;

	*(*note->at)++ = note->letter;
}

static void releases_last_first(void **state)
{
	struct arena *arena = arena_new();
	char written[8] = "", *at = written;

	(void)state;
	for (char c = 'a'; c < 'd'; c++) {
		struct note *note = arena_alloc(arena, sizeof(*note));

		*note = (struct note){ &at, c };
		arena_defer(arena, write_letter, note);
	}
	arena_reset(arena);
	CHECK(strcmp(written, "cba") == 0, "%s", written);
	arena_free(arena);
	CHECK(strcmp(written, "cba") == 0, "%s: once only", written);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_aligned_memory),
		cmocka_unit_test(keeps_apart),
		cmocka_unit_test(copies),
		cmocka_unit_test(releases_last_first),
	};

	return check_main(tests);
}
