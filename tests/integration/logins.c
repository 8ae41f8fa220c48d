/* Logins: no two are the same, whoever comes first, and who has one keeps it.
 */
#include "check.h"
#include "support/rulebook.h"

#include <string.h>

static void test_names(void **state)
{
	struct arena *arena = arena_new();
	struct names *names = names_new(arena);

	(void)state;
	names_take(names, (struct text){ "José.Ñandú", 13 });
	CHECK(names_taken(names, (struct text){ "jose.nandu", 10 }), "accents");
	CHECK(names_taken(names, (struct text){ "JOSE.NANDU", 10 }), "case");
	CHECK(!names_taken(names, (struct text){ "jose.nand", 9 }), "other");
	for (int i = 0; i < 20000; i++) {
		const char *name = arena_printf(arena, "n%d", i);

		CHECK(!names_taken(names, (struct text){ name, strlen(name) }),
		    "%s", name);
		names_take(names, (struct text){ name, strlen(name) });
	}
	for (int i = 0; i < 20000; i++) {
		const char *name = arena_printf(arena, "N%d", i);

		CHECK(names_taken(names, (struct text){ name, strlen(name) }),
		    "%s", name);
	}
	arena_free(arena);
}

#define CROWD 3000

struct member {
	int id;
	const char *person;
	struct text login;
};

static int compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* Gives logins to those who have none, in the order of their ids. */
static void give_logins(struct arena *arena, const struct rulebook *book,
    struct member *crowd, int count)
{
	struct names *names = names_new(arena);

	qsort(crowd, (size_t)count, sizeof(*crowd), compare_members);
	for (int i = 0; i < count; i++)
		if (crowd[i].login.len > 0)
			names_take(names, crowd[i].login);
	for (int i = 0; i < count; i++) {
		const struct story story = { .person = crowd[i].person,
			.roles = { AT_NORTH },
			.login = crowd[i].login.len > 0
				     ? arena_textn(arena, crowd[i].login.at,
					   crowd[i].login.len)
				     : NULL };
		struct desired d;

		rulebook_ask(arena, book, &story, names, &d);
		CHECK(d.problem == NULL && d.login.len > 0 && d.login.len <= 20,
		    "%s", crowd[i].person);
		CHECK(crowd[i].login.len == 0 ||
			  (d.login.len == crowd[i].login.len &&
			      memcmp(d.login.at, crowd[i].login.at,
				  d.login.len) == 0),
		    "a login that was given stays");
		crowd[i].login = d.login;
	}
}

static void shuffle(struct member *crowd, int count, uint64_t *seed)
{
	for (int i = count - 1; i > 0; i--) {
		int j = (int)(check_random(seed) % (uint64_t)(i + 1));
		struct member kept = crowd[i];

		crowd[i] = crowd[j];
		crowd[j] = kept;
	}
}

static int compare_logins(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	size_t len = x->login.len < y->login.len ? x->login.len : y->login.len;
	int differ = strncasecmp(x->login.at, y->login.at, len);

	return differ != 0 ? differ
			   : (x->login.len > y->login.len) -
				 (x->login.len < y->login.len);
}

/* Few names for many people: no two have one login, whoever comes first, and
 * nobody's changes when others come or go. */
static void test_crowd(void **state)
{
	static const char *const given[] = { "Ann", "Änn", "Bo", "Christopher",
		"Łukasz", "Maximilian-Alexander" };
	static const char *const family[] = { "Li", "O'Neil", "Smith",
		"Wolfeschlegelsteinhausen" };
	struct arena *arena = arena_new();
	const struct rulebook *book =
	    rulebook_made(arena, rulebook_directory, rulebook_school);
	struct member *crowd = arena_alloc(arena, CROWD * sizeof(*crowd));
	struct member *again = arena_alloc(arena, CROWD * sizeof(*again));
	uint64_t seed = check_seed();

	(void)state;
	for (int i = 0; i < CROWD; i++)
		crowd[i] = (struct member){ i,
			arena_printf(arena,
			    "givenName=%s|familyName=%s|enabledUser=true",
			    given[check_random(&seed) % array_length(given)],
			    family[check_random(&seed) % array_length(family)]),
			{ NULL, 0 } };
	memcpy(again, crowd, CROWD * sizeof(*crowd));
	shuffle(again, CROWD, &seed);
	give_logins(arena, book, crowd, CROWD);
	give_logins(arena, book, again, CROWD);
	for (int i = 0; i < CROWD; i++)
		CHECK(crowd[i].login.len == again[i].login.len &&
			  memcmp(crowd[i].login.at, again[i].login.at,
			      crowd[i].login.len) == 0,
		    "%d", i);
	/* Some go, others come, in any order: the rest keep theirs. */
	for (int i = 0; i < CROWD; i++)
		if (check_random(&seed) % 4 == 0)
			again[i].login = (struct text){ NULL, 0 };
	shuffle(again, CROWD, &seed);
	give_logins(arena, book, again, CROWD);
	qsort(again, CROWD, sizeof(*again), compare_logins);
	for (int i = 1; i < CROWD; i++)
		CHECK(compare_logins(&again[i - 1], &again[i]) != 0,
		    "two have " TEXT_FMT, TEXT_ARG(again[i].login));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_crowd),
	};

	return check_main(tests);
}
