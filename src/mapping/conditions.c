/* Conditions on rows, from JSON. */
#include "mapping.h"

#include <string.h>

#include <jansson.h>

bool compiling_regex(struct compiling *c, const char *pattern,
    const struct regex **out, struct err *err)
{
	struct regex *regex;

	if (pattern == NULL)
		return fail(err, FAULT_INVALID,
		    "it needs a regular expression");
	if (!regex_compile(c->arena, pattern, &regex, err))
		return false;
	*out = regex;
	return true;
}

/* One text, or a list of them. */
static bool set_equals(struct compiling *c, const json_t *said,
    struct test *test, struct err *err)
{
	size_t count = json_is_array(said) ? json_array_size(said) : 1;
	struct text *words =
	    arena_alloc(c->arena, (count + 1) * sizeof(*words));

	for (size_t i = 0; i < count; i++) {
		const char *word = compiling_text(
		    json_is_array(said) ? json_array_get(said, i) : said);

		if (word == NULL)
			return fail(err, FAULT_INVALID,
			    "`equals` needs a text, or several");
		words[i] = compiling_keep(c, word);
	}
	test->words = words;
	test->word_count = (int)count;
	return count > 0 ||
	       fail(err, FAULT_INVALID, "`equals` needs a text, or several");
}

static bool set_matches(struct compiling *c, const json_t *said,
    struct test *test, struct err *err)
{
	return compiling_regex(c, compiling_text(said), &test->regex, err);
}

static bool set_empty(struct compiling *c, const json_t *said,
    struct test *test, struct err *err)
{
	(void)c;
	test->asks_empty = true;
	test->empty = json_is_true(said);
	return json_is_boolean(said) ||
	       fail(err, FAULT_INVALID, "`empty` is true or false");
}

static bool set_bound(struct compiling *c, const json_t *said,
    struct text *bound, struct err *err)
{
	const char *text = compiling_text(said);

	if (text == NULL || *text == '\0')
		return fail(err, FAULT_INVALID,
		    "`atLeast` and `atMost` need a text, such as a day");
	*bound = compiling_keep(c, text);
	return true;
}

static bool set_least(struct compiling *c, const json_t *said,
    struct test *test, struct err *err)
{
	return set_bound(c, said, &test->least, err);
}

static bool set_most(struct compiling *c, const json_t *said, struct test *test,
    struct err *err)
{
	return set_bound(c, said, &test->most, err);
}

static bool set_column(struct compiling *c, const json_t *said,
    struct test *test, struct err *err)
{
	return compiling_column(c, said, &test->column, err);
}

static const struct {
	const char *key;
	bool (*set)(struct compiling *c, const json_t *said, struct test *test,
	    struct err *err);
} asks[] = {
	{ "column", set_column }, /* the first */
	{ "equals", set_equals },
	{ "matches", set_matches },
	{ "empty", set_empty },
	{ "atLeast", set_least },
	{ "atMost", set_most },
};

static bool make_test(struct compiling *c, const json_t *said,
    struct test *test, struct err *err)
{
	static const char *const known[] = { "column", "equals", "matches",
		"empty", "atLeast", "atMost", NULL };
	int asked = 0;

	if (!compiling_only(said, known, err))
		return false;
	for (size_t i = 0; i < array_length(asks); i++) {
		const json_t *value = json_object_get(said, asks[i].key);

		if (value == NULL && i > 0)
			continue;
		if (!asks[i].set(c, value, test, err))
			return false;
		asked++;
	}
	return asked > 1 ||
	       fail(err, FAULT_INVALID,
		   "a condition needs `equals`, `matches`, `empty`, `atLeast` "
		   "or `atMost`");
}

/* No deeper than MAPPING_DEPTH_MAX: NOLINTBEGIN(misc-no-recursion) */

/* `any: [CONDITION, …]` or `not: CONDITION`; *is: it is one of these. */
static bool make_group(struct compiling *c, const json_t *said,
    struct test *test, bool *is, struct err *err)
{
	const json_t *any = json_object_get(said, "any");
	const json_t *not = json_object_get(said, "not");
	struct condition *within;

	*is = any != NULL || not != NULL;
	if (!*is)
		return true;
	if (json_object_size(said) != 1)
		return fail(err, FAULT_INVALID,
		    "`any` and `not` stand alone in a condition");
	if (any != NULL && !json_is_array(any))
		return fail(err, FAULT_INVALID,
		    "`any` needs a list of conditions");
	test->negated = not != NULL;
	if (!condition_compile(c, any != NULL ? any : not, &test->within, err))
		return false;
	if (any != NULL) {
		within =
		    arena_copy(c->arena, test->within, sizeof(*test->within));
		within->any = true;
		test->within = within;
	}
	return true;
}

bool condition_compile(struct compiling *c, const void *json,
    const struct condition **out, struct err *err)
{
	const json_t *said = json;
	size_t count = json_is_array(said) ? json_array_size(said) : 1;
	struct condition *condition = arena_alloc(c->arena, sizeof(*condition));
	struct test *tests =
	    arena_alloc(c->arena, (count + 1) * sizeof(*tests));
	bool group = false;

	if (++c->depth > MAPPING_DEPTH_MAX)
		return fail(err, FAULT_INVALID,
		    "conditions lie more than %d deep", MAPPING_DEPTH_MAX);
	for (size_t i = 0; i < count; i++) {
		const json_t *one =
		    json_is_array(said) ? json_array_get(said, i) : said;

		if (!make_group(c, one, &tests[i], &group, err) ||
		    (!group && !make_test(c, one, &tests[i], err))) {
			err_add(err, "a condition");
			return false;
		}
	}
	c->depth--;
	*condition = (struct condition){ .tests = tests, .count = (int)count };
	*out = condition;
	return count > 0 ||
	       fail(err, FAULT_INVALID, "a condition needs a column");
}
/* NOLINTEND(misc-no-recursion) */
