/* Rows on their way to staging: whatever a file says, what goes to Postgres is
 * rows of as many columns as the table has. The first byte chooses the entity,
 * the second the version and whether the file begins with its header. */
#include "ingest/ingest.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Columns of the staging table: those of the file, fingerprint, line, goes. */
static int count_columns(const struct entity *entity)
{
	int count = 3;

	for_each_field (f, entity->fields)
		count += is_staged(f);
	return count;
}

static void check_rows(const struct buf *rows, const struct part *part)
{
	int columns = count_columns(part->entity), tabs = 0;
	int64_t lines = 0;

	for (size_t i = 0; i < rows->len; i++) {
		if (rows->data[i] == '\t')
			tabs++;
		if (rows->data[i] != '\n')
			continue;
		assert(tabs == columns - 1);
		tabs = 0;
		lines++;
	}
	assert(tabs == 0 && lines == part->staged);
	assert(part->staged + part->aside == part->read);
	assert(utf8_valid(rows->data, rows->len));
}

static const struct entity *choose(uint8_t byte)
{
	int count = 0;

	while (entities[count] != NULL)
		count++;
	return entities[byte % count];
}

static void take(const struct entity *entity, enum oneroster version,
    const char *header, struct text body)
{
	struct part part = { .entity = entity, .file = "file.csv" };
	struct arena *arena = arena_new();
	struct findings *findings = findings_new(arena);
	struct intake *intake = intake_new(findings, &part, version, NULL);
	struct err err = { 0 };
	struct buf rows = { 0 };
	struct text head = { header, strlen(header) };

	if (intake_feed(intake, head, false, &rows, &err) &&
	    intake_feed(intake, body, true, &rows, &err))
		check_rows(&rows, &part);
	else
		assert(err.fault == FAULT_INVALID);
	intake_free(intake);
	findings_free(findings);
	arena_free(arena);
	buf_free(&rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct entity *entity;
	enum oneroster version;
	const char *header;
	struct buf line = { 0 };

	if (size < 2)
		return 0;
	entity = choose(data[0]);
	version = data[1] & 1 ? V11 : V12;
	header = version == V11 ? entity->csv_11 : entity->csv_12;
	if (header != NULL && data[1] & 2)
		buf_printf(&line, "%s\n", header);
	take(entity, version, buf_text(&line),
	    (struct text){ (const char *)data + 2, size - 2 });
	buf_free(&line);
	return 0;
}
