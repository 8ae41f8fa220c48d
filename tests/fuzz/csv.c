/* The reader of CSV: however a file is cut, the rows are the same, and they lie
 * within it. The first byte says how long the pieces are. */
#include "homeroom/model.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void note_row(struct buf *rows, const struct csv_row *row)
{
	buf_printf(rows, "%lld %d %d\n", (long long)row->line,
	    (int)row->problem, row->problem_field);
	assert(row->count <= CSV_FIELDS_MAX);
	if (row->problem != CSV_FINE)
		return;
	for (int i = 0; i < row->count; i++) {
		assert(utf8_valid(row->fields[i].at, row->fields[i].len));
		csv_put(rows, row->fields[i].at, row->fields[i].len, true);
	}
}

/* Each piece in memory of its own, so that who looks at it later is seen. */
static void read_in_pieces(struct buf *rows, const char *file, size_t size,
    size_t piece)
{
	struct arena *arena = arena_new();
	struct csv *csv = csv_new(arena);
	struct csv_row row;
	size_t at = 0;

	do {
		size_t len = size - at < piece ? size - at : piece;
		char *copy = memory_new(len + 1);

		memcpy(copy, file + at, len);
		at += len;
		csv_feed(csv, copy, len, at == size);
		while (csv_next(csv, &row))
			note_row(rows, &row);
		memory_free(copy);
	} while (at < size);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *file = (const char *)data + 1;
	struct buf whole = { 0 }, cut = { 0 };

	if (size == 0)
		return 0;
	read_in_pieces(&whole, file, size - 1, size);
	read_in_pieces(&cut, file, size - 1, data[0] % 16 + 1U);
	assert(whole.len == cut.len);
	assert(whole.len == 0 || memcmp(whole.data, cut.data, cut.len) == 0);
	buf_free(&whole);
	buf_free(&cut);
	return 0;
}
