/* Array literals: what splits can be written again, and a record that holds
 * any text in any column is written without a step beyond it. */
#include "homeroom/model.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void split_and_join(struct arena *arena, const char *text, size_t size)
{
	int max = (int)(size / 2 + 1);
	struct text *items = arena_alloc(arena, (size_t)max * sizeof(*items));
	struct text *again = arena_alloc(arena, (size_t)max * sizeof(*items));
	char *literal = arena_copy(arena, text, size);
	int count = array_split(literal, size, items, max);
	struct buf out = { 0 };

	if (count < 0)
		return;
	array_open(&out);
	for (int i = 0; i < count; i++)
		array_item(&out, items[i]);
	array_close(&out);
	assert(array_split(out.data, out.len, again, max) == count);
	for (int i = 0; i < count; i++) {
		assert((items[i].at == NULL) == (again[i].at == NULL));
		assert(items[i].len == again[i].len);
		assert(items[i].len == 0 ||
		       memcmp(items[i].at, again[i].at, items[i].len) == 0);
	}
	buf_free(&out);
}

static void emit_everywhere(struct arena *arena, struct text value)
{
	for (const struct entity *const *e = entities; *e != NULL; e++) {
		struct selection sel = { .entity = *e, .version = V12 };
		struct err err = { 0 };
		const struct emit_plan *plan;
		struct text values[64];
		struct buf out = { 0 };

		if ((*e)->rest == 0 ||
		    !selection_parse(&sel, arena, NULL, 0, true, &err))
			continue;
		plan = emit_plan_new(arena, &sel, "https://h.example");
		for (int i = 0; i < emit_column_count(plan); i++)
			values[i] = value;
		emit_record(plan, &out, values);
		assert(out.len >= 2 && out.data[out.len - 1] == '}');
		buf_free(&out);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();

	split_and_join(arena, (const char *)data, size);
	emit_everywhere(arena, (struct text){ (const char *)data, size });
	arena_free(arena);
	return 0;
}
