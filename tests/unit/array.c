/* Postgres' array literals, read and written. */
#include "check.h"

#include "homeroom/model.h"

#define ITEMS_MAX 16

struct given {
	const char *literal;
	const char *want; /* the items with | between; NULL: it is no array */
};

/* clang-format off */

static const struct given givens[] = {
	{ "{}", "" },
	{ "{a}", "a|" },
	{ "{a,b c,d}", "a|b c|d|" },
	{ "{\"\"}", "|" },
	{ "{\"a,b\",\"{c}\",\"d\\\"e\\\\f\"}", "a,b|{c}|d\"e\\f|" },
	{ "{NULL,\"NULL\",null}", "(none)|NULL|(none)|" },
	{ "{{a,b},{c,NULL}}", "a|b|c|(none)|" },
	{ "{{\"a}\",\"\"}}", "a}||" },
	{ "", NULL },
	{ "a", NULL },
	{ "{", NULL },
	{ "{a", NULL },
	{ "{a,", NULL },
	{ "{a,}", NULL },
	{ "{,a}", NULL },
	{ "{a}b", NULL },
	{ "{}b", NULL },
	{ "{\"a", NULL },
	{ "{\"a\\", NULL },
	{ "{\"a\"b}", NULL },
	{ "{a\"b\"}", NULL },
	{ "{{a}", NULL },
	{ "{{a},b}", NULL },
	{ "{a,{b}}", NULL },
	{ "{{{a}}}", NULL },
	{ "[1:1]={a}", NULL },
	{ 0 }
};

/* clang-format on */

static void splits(void **state)
{
	(void)state;
	for (const struct given *g = givens; g->literal != NULL; g++) {
		size_t len = strlen(g->literal);
		char *literal = memory_new(len + 1);
		struct text items[ITEMS_MAX];
		struct buf got = { 0 };
		int count;

		memcpy(literal, g->literal, len);
		count = array_split(literal, len, items, ITEMS_MAX);
		CHECK((count < 0) == (g->want == NULL), "%s", g->literal);
		for (int i = 0; i < count; i++) {
			if (items[i].at == NULL)
				buf_puts(&got, "(none)");
			buf_add(&got, items[i].at, items[i].len);
			buf_char(&got, '|');
		}
		CHECK(g->want == NULL || strcmp(buf_text(&got), g->want) == 0,
		    "%s: %s", g->literal, buf_text(&got));
		buf_free(&got);
		memory_free(literal);
	}
}

static void bounds(void **state)
{
	char literal[] = "{a,b,c}";
	struct text items[3];

	(void)state;
	CHECK(array_split(literal, 7, items, 2) == -1, "two");
	CHECK(array_split(literal, 7, items, 3) == 3, "three");
}

static struct text random_item(uint64_t *seed, char *bytes)
{
	static const char alphabet[] = "ab,{}\"\\ \n\t'NULL\xc3\xa9";
	size_t len = check_random(seed) % 6;

	if (check_random(seed) % 8 == 0)
		return (struct text){ 0 };
	if (check_random(seed) % 8 == 0)
		return (struct text){ "NuLl", 4 };
	for (size_t i = 0; i < len; i++)
		bytes[i] =
		    alphabet[check_random(seed) % (sizeof(alphabet) - 1)];
	return (struct text){ bytes, len };
}

static void round_trip(uint64_t *seed)
{
	char bytes[ITEMS_MAX][8];
	struct text want[ITEMS_MAX], got[ITEMS_MAX];
	int count = (int)(check_random(seed) % ITEMS_MAX);
	struct buf literal = { 0 };

	array_open(&literal);
	for (int i = 0; i < count; i++) {
		want[i] = random_item(seed, bytes[i]);
		array_item(&literal, want[i]);
	}
	array_close(&literal);
	CHECK(count <= (int)literal.len / 2 + 1, "%s", buf_text(&literal));
	CHECK(array_split(literal.data, literal.len, got, ITEMS_MAX) == count,
	    "%s", buf_text(&literal));
	for (int i = 0; i < count; i++) {
		CHECK((got[i].at == NULL) == (want[i].at == NULL) &&
			  got[i].len == want[i].len,
		    "%d of %s", i, buf_text(&literal));
		CHECK(want[i].len == 0 ||
			  memcmp(got[i].at, want[i].at, want[i].len) == 0,
		    "%d of %s", i, buf_text(&literal));
	}
	buf_free(&literal);
}

static void writes(void **state)
{
	uint64_t seed = check_seed();

	(void)state;
	for (int i = 0; i < 50000; i++)
		round_trip(&seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits),
		cmocka_unit_test(bounds),
		cmocka_unit_test(writes),
	};

	return check_main(tests);
}
