/* The parameters of a question: whatever comes, it is understood or refused,
 * and nothing of it is quoted back but names. The first byte chooses the
 * entity, the second the parameter. */
#include "homeroom/model.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = { "filter", "filter", "fields", "sort",
	"limit", "offset", "orderBy" };

static void check(const struct selection *sel)
{
	assert(sel->limit >= 1 && sel->limit <= LIMIT_MAX);
	assert(sel->offset >= 0 && sel->fields != 0);
	assert(sel->filter.count >= 0 && sel->filter.count <= CLAUSES_MAX);
	for (int i = 0; i < sel->filter.count; i++) {
		const struct clause *c = &sel->filter.clauses[i];

		assert(c->field != NULL && (c->field->in & sel->version));
		assert(strlen(c->value) <= FILTER_VALUE_MAX);
		assert((c->part != NULL) == (c->field->kind == OBJECTS));
		assert((c->key != NULL) == (c->field->kind == METADATA));
		assert(utf8_valid(c->value, strlen(c->value)));
	}
}

/* What is shown of a name is ASCII: so every error is. */
static void check_error(const struct err *err)
{
	assert(err->fault != FAULT_NONE && err->text[0] != '\0');
	for (const char *p = err->text; *p != '\0'; p++)
		assert(*p >= ' ' && *p <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct selection sel = { .version = V12 };
	struct arena *arena = arena_new();
	struct err err = { 0 };
	struct param param;
	int count = 0;

	while (entities[count] != NULL)
		count++;
	if (size >= 2) {
		sel.entity = entities[data[0] % count];
		sel.version = data[0] & 0x80 ? V11 : V12;
		param.name = names[data[1] % array_length(names)];
		param.value =
		    arena_textn(arena, (const char *)data + 2, size - 2);
		if (selection_parse(&sel, arena, &param, 1, false, &err))
			check(&sel);
		else
			check_error(&err);
	}
	arena_free(arena);
	return 0;
}
