/* A page of a OneRoster server: whatever it answers, what is made of it is a
 * file of CSV in which all rows have as many fields. The first byte chooses
 * the entity, the second the version and whether it is a delta. */
#include "ingest/rest/rest.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[48];

static void remove_folder(void)
{
	folder_remove(folder);
}

static void make_folder(void)
{
	static bool made;

	if (made)
		return;
	made = true;
	snprintf(folder, sizeof(folder), "/tmp/fuzz-page.%ld", (long)getpid());
	assert(mkdir(folder, 0700) == 0 || errno == EEXIST);
	atexit(remove_folder);
}

static const struct entity *choose(uint8_t byte, enum oneroster version)
{
	int count = 0;

	while (entities[count] != NULL)
		count++;
	for (int i = byte % count;; i = (i + 1) % count)
		if ((entities[i]->rest & version) != 0 &&
		    csv_header(entities[i], version) != NULL)
			return entities[i];
}

/* An id in a delta would ask the store what it had before. */
static void take_records(struct roster *roster, const struct entity *entity,
    struct call *call, const json_t *records)
{
	struct roster_table *table;
	struct err err = { 0 };

	for (size_t i = 0; i < json_array_size(records); i++) {
		const json_t *record = json_array_get(records, i);
		struct text id = answer_text(call->arena,
		    json_object_get(record, "sourcedId"));
		const struct roster_row row = { .record = record,
			.number = (int64_t)i + 1,
			.goes = roster->delta && i % 2 == 1,
			.modified = "" };

		table = roster_table(roster, entity, &err);
		assert(table != NULL);
		assert(roster_row(roster, table, &row, call, &err));
		assert(roster->delta ||
		       inner_rows(roster, entity, &row, id, call, &err));
	}
}

/* Only what JSON lets through, and CSV does not, may be wrong with a row. */
static void check_file(const char *path)
{
	struct arena *arena = arena_new();
	struct csv *csv = csv_new(arena);
	struct csv_row row;
	char piece[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC), width = 0;
	ssize_t len;

	assert(fd >= 0);
	do {
		len = read(fd, piece, sizeof(piece));
		assert(len >= 0);
		csv_feed(csv, piece, (size_t)len, len == 0);
		while (csv_next(csv, &row)) {
			if (width == 0)
				width = row.count;
			assert(row.problem == CSV_NUL ||
			       row.problem == CSV_TOO_LONG ||
			       row.problem == CSV_FINE);
			assert(row.problem != CSV_FINE || row.count == width);
		}
	} while (len > 0);
	close(fd);
	arena_free(arena);
}

static void finish(struct roster *roster)
{
	struct err err = { 0 };

	for (int i = 0; i < roster->table_count; i++) {
		struct table *table = roster->tables[i]->table;
		const char *path = arena_printf(roster->arena, "%s/%s.csv",
		    folder, table->name);

		unlink(path);
		assert(table_finish(table, path, &err));
		check_file(path);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct call *call = call_new();
	struct roster roster = { .arena = arena,
		.folder = folder,
		.resources = true };
	const struct entity *entity;
	struct err err = { 0 };
	json_t *body, *records;

	make_folder();
	roster.findings = findings_new(arena);
	if (size > 2) {
		roster.version = (data[1] & 1) != 0 ? V11 : V12;
		roster.delta = (data[1] & 2) != 0;
		entity = choose(data[0], roster.version);
		call->answer = (struct remote_answer){ .status = 200,
			.body = (const char *)data + 2,
			.body_length = size - 2 };
		if (answer_json(call, &body, &err)) {
			records =
			    answer_list(body, entity->name, entity->one, &err);
			take_records(&roster, entity, call, records);
			finish(&roster);
		}
	}
	findings_free(roster.findings);
	call_free(call);
	arena_free(arena);
	return 0;
}
