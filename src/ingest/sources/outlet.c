/* A file of a bundle that is being made. */
#include "sources.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void close_outlet(void *object)
{
	struct outlet *outlet = object;

	buf_free(&outlet->rows);
	if (outlet->fd >= 0)
		close(outlet->fd);
}

bool outlet_flush(struct outlet *outlet, struct err *err)
{
	const char *at = outlet->rows.data;

	while (outlet->rows.len > 0) {
		ssize_t done = write(outlet->fd, at, outlet->rows.len);

		if (done < 0)
			return fail(err, FAULT_IO,
			    "%s.csv can't be written: %m",
			    outlet->entity->name);
		at += done;
		outlet->rows.len -= (size_t)done;
	}
	return true;
}

bool outlet_column(struct outlet *outlet, const char *name, struct err *err)
{
	for (int i = 0; i < outlet->column_count; i++)
		if (strcmp(outlet->columns[i], name) == 0)
			return true;
	if (outlet->column_count == OUTLET_COLUMNS_MAX)
		return fail(err, FAULT_INVALID, "%s has more than %d columns",
		    outlet->entity->name, OUTLET_COLUMNS_MAX);
	outlet->columns[outlet->column_count++] = name;
	return true;
}

bool outlet_open(struct outlet **out, struct arena *arena, const char *folder,
    const struct entity *entity, struct err *err)
{
	const char *path =
	    arena_printf(arena, "%s/%s.csv", folder, entity->name);
	const char *header = csv_header(entity, V12);
	struct outlet *outlet = arena_alloc(arena, sizeof(*outlet));

	*out = outlet;
	outlet->entity = entity;
	outlet->line = 2;
	outlet->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (outlet->fd < 0)
		return fail(err, FAULT_IO, "%s: %m", path);
	arena_defer(arena, close_outlet, outlet);
	while (header != NULL && *header != '\0') {
		size_t len = strcspn(header, ",");

		if (!outlet_column(outlet, arena_textn(arena, header, len),
			err))
			return false;
		header += len + (header[len] == ',');
	}
	return true;
}

void outlet_header(struct outlet *outlet)
{
	for (int i = 0; i < outlet->column_count; i++) {
		buf_puts(&outlet->rows, i > 0 ? "," : "");
		csv_put(&outlet->rows, outlet->columns[i],
		    strlen(outlet->columns[i]), false);
	}
	buf_char(&outlet->rows, '\n');
}

void outlet_move(struct outlet *outlet, int64_t line)
{
	for (; outlet->line < line; outlet->line++)
		buf_char(&outlet->rows, '\n');
	outlet->line++;
}

void outlet_count(struct outlet *outlet, struct text value)
{
	const char *end = value.at + value.len;

	while (value.len > 0 &&
	       (value.at = memchr(value.at, '\n', value.len)) != NULL) {
		outlet->line++;
		value.len = (size_t)(end - ++value.at);
	}
}

static bool requires_more(const struct entity *entity)
{
	for_each_field (f, entity->fields)
		if (f->kind != ID && f->csv != NULL &&
		    (f->need & REQUIRED_12) != 0 && (f->in & V12) != 0)
			return true;
	return false;
}

/* The first column is the id. Where that is all that a record needs, the row
 * has one column too many. */
void outlet_put_aside(struct outlet *outlet, struct text id)
{
	int commas = outlet->column_count - 1;

	csv_put(&outlet->rows, id.at, id.len, true);
	if (!requires_more(outlet->entity))
		commas++;
	while (commas-- > 0)
		buf_char(&outlet->rows, ',');
	buf_char(&outlet->rows, '\n');
}
