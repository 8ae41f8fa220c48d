/*
 * For tests in C: CHECK, and a main. Include this one first: cmocka has a
 * fail of its own.
 */
#ifndef HOMEROOM_TESTS_CHECK_H
#define HOMEROOM_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#undef fail

#include "homeroom/base.h"

/* CHECK(got == c->want, "%s", c->name): ends the test when it does not hold,
 * and says where and for what. From the test's own thread only. */
#define CHECK(condition, ...)                                                  \
	do {                                                                   \
		if (!(condition)) {                                            \
			print_error("%s:%d: %s: ", __FILE__, __LINE__,         \
			    #condition);                                       \
			print_error(__VA_ARGS__);                              \
			print_error("\n");                                     \
			_fail(__FILE__, __LINE__);                             \
		}                                                              \
	} while (0)

/* int main(void) { return check_main(tests); } */
#define check_main(tests)                                                      \
	(cmocka_set_message_output(CM_OUTPUT_TAP),                             \
	    cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE")),              \
	    cmocka_run_group_tests((tests), NULL, NULL))

/* Whether this is a build whose memory or time says nothing of the program's.
 */
static inline bool check_sanitized(void)
{
	const char *mode = getenv("HOMEROOM_TEST_MODE");

	return mode != NULL && strcmp(mode, "release") != 0;
}

/* Numbers for property tests: the same ones again for the same seed. */
static inline uint64_t check_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

/* A seed that is new each time and printed, or HOMEROOM_TEST_SEED. */
static inline uint64_t check_seed(void)
{
	const char *given = getenv("HOMEROOM_TEST_SEED");
	uint64_t seed;

	random_bytes(&seed, sizeof(seed));
	if (given != NULL)
		seed = strtoull(given, NULL, 0);
	printf("# HOMEROOM_TEST_SEED=%llu\n", (unsigned long long)seed);
	return seed;
}

/* How many cases of a property test are to be run, unless HOMEROOM_TEST_COUNT
 * says it; half of them where each takes twice as long. */
static inline int check_count(int usual)
{
	const char *given = getenv("HOMEROOM_TEST_COUNT");

	if (given != NULL)
		return (int)strtol(given, NULL, 10);
	return check_sanitized() ? (usual + 1) / 2 : usual;
}

#endif
