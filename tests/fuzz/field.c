/* Single CSV values: taken or refused with a reason, in both versions, and
 * lists are array literals. */
#include "homeroom/model.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_list(const struct buf *out)
{
	size_t max = out->len / 2 + 1;
	struct text *items = memory_new(max * sizeof(*items));
	char *literal = memory_new(out->len);

	memcpy(literal, out->data, out->len);
	assert(array_split(literal, out->len, items, (int)max) >= 0);
	memory_free(literal);
	memory_free(items);
}

static void read_value(const struct field *f, enum oneroster version,
    struct text value)
{
	struct buf out = { 0 };
	struct note note;
	bool null, list = strcmp(kind_rules[f->kind].sql, "text[]") == 0;

	if (!field_read(f, version, value, &out, &null, &note))
		assert(out.len == 0 && note.code != NULL && note.text != NULL);
	else if (null)
		assert(out.len == 0);
	else if (list)
		check_list(&out);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text value = { (const char *)data, size };

	if (memchr(data, '\0', size) != NULL ||
	    !utf8_valid(value.at, value.len))
		return 0;
	for (const struct entity *const *e = entities; *e != NULL; e++)
		for_each_field (f, (*e)->fields) {
			if (f->csv == NULL)
				continue;
			read_value(f, V11, value);
			read_value(f, V12, value);
		}
	return 0;
}
