/* Any file, in any encoding, by rules of every kind; and any rules. The first
 * byte chooses between the two and how the file is read, the second how long
 * its pieces are. */
#include "homeroom/mapping.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char rules[] =
    "{\"f\":{\"header\":false,\"feeds\":[{\"entity\":\"users\",\"when\":"
    "{\"column\":\"1\",\"matches\":\".\"},\"fields\":{"
    "\"sourcedId\":{\"concat\":[\"hr-\",{\"copy\":\"1\"}]},"
    "\"username\":[{\"copy\":\"2\"},\"lower\",{\"match\":\"^([^@]*)@\"}],"
    "\"enabledUser\":{\"when\":[{\"if\":{\"column\":\"3\",\"empty\":true},"
    "\"then\":{\"constant\":true}},{\"otherwise\":{\"constant\":false}}]},"
    "\"givenName\":[{\"copy\":\"2\"},\"trim\",\"title\"],"
    "\"familyName\":[{\"copy\":\"3\"},\"upper\",{\"replace\":{\"pattern\":"
    "\"(\\\\w)(\\\\W)\",\"with\":\"$2$1\"}}],"
    "\"email\":[{\"copy\":\"2\"},{\"slice\":{\"from\":\"-3\",\"length\":\"2\"}}"
    "],"
    "\"metadata.a\":[{\"copy\":\"1\"},{\"date\":[\"D.M.YY\",\"MMM DD "
    "YYYY*\"]}],"
    "\"metadata.b\":[{\"copy\":\"1\"},{\"lookup\":{\"table\":{\"a\":\"b\"}}}]"
    "}}]}}";

static void map_row(const struct mapping_feed *feed,
    const struct mapping_row *row)
{
	if (!mapping_wants(feed, row))
		return;
	for (int i = 0; i < feed->field_count; i++) {
		struct mapping_fault fault = { 0 };
		struct text value;

		if (mapping_value(&feed->fields[i], row, &value, &fault))
			assert(utf8_valid(value.at, value.len));
		else
			assert(fault.code != NULL && fault.message != NULL);
	}
}

static void take_rows(const struct mapping_file *file, struct csv *csv,
    struct arena *scratch)
{
	struct csv_row row;
	int at[CSV_FIELDS_MAX];

	for (int i = 0; i < file->column_count; i++)
		at[i] = file->columns[i][0] - '1';
	while (csv_next(csv, &row)) {
		const struct mapping_row mapped = { scratch, row.fields, at };

		if (row.problem == CSV_FINE && row.count >= 3)
			map_row(&file->feeds[0], &mapped);
		arena_reset(scratch);
	}
}

static void read_file(const struct mapping_file *file, uint8_t how,
    size_t piece, struct text in)
{
	struct decoder decoder = { .encoding = (enum encoding)(how / 4 % 5) };
	struct arena *arena = arena_new(), *scratch = arena_new();
	struct csv *csv = csv_new(arena);
	struct buf text = { 0 };

	csv_delimit(csv, ",;\t|"[how % 4]);
	for (bool last = false; !last;) {
		size_t len = in.len < piece ? in.len : piece;

		last = in.len == 0;
		text.len = 0;
		decode(&decoder, (struct text){ in.at, len }, last, &text);
		csv_feed(csv, buf_text(&text), text.len, last);
		take_rows(file, csv, scratch);
		in.at += len;
		in.len -= len;
	}
	buf_free(&text);
	arena_free(scratch);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	const struct mapping *mapping;
	struct err err = { 0 };
	bool compiled;

	if (size >= 2 && (data[0] & 0x80) != 0) {
		const char *json =
		    arena_textn(arena, (const char *)data + 1, size - 1);

		if (!mapping_compile(arena, json, &mapping, &err))
			assert(err.fault == FAULT_INVALID);
	} else if (size >= 2) {
		compiled = mapping_compile(arena, rules, &mapping, &err);
		assert(compiled);
		read_file(&mapping->files[0], data[0], data[1] + 1u,
		    (struct text){ (const char *)data + 2, size - 2 });
	}
	arena_free(arena);
	return 0;
}
