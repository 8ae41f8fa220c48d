/* A CSV file that is written while its columns are found: rows first, the
 * header when all of them are known. Rows from before a column came end
 * early, and are filled up when the file is finished. */
#include "rest.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PIECE (256 << 10)

static void close_table(void *object)
{
	struct table *table = object;

	buf_free(&table->rows);
	if (table->fd >= 0)
		close(table->fd);
}

static const char *path_of(struct arena *arena, const struct table *table)
{
	return arena_printf(arena, "%s/%s.rows", table->folder, table->name);
}

bool table_open(struct table **out, struct arena *arena, const char *folder,
    const char *name, struct err *err)
{
	struct table *table = arena_alloc(arena, sizeof(*table));

	*out = table;
	table->folder = folder;
	table->name = name;
	table->row = arena_alloc(arena, CSV_FIELDS_MAX * sizeof(*table->row));
	table->fd =
	    open(path_of(arena, table), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (table->fd < 0)
		return fail(err, FAULT_IO, "%s: %m", path_of(arena, table));
	arena_defer(arena, close_table, table);
	return true;
}

int table_column(struct table *table, struct arena *arena, struct text name)
{
	for (int i = 0; i < table->column_count; i++)
		if (text_is(name, table->columns[i]))
			return i;
	if (table->column_count == CSV_FIELDS_MAX)
		return -1;
	if (table->size > 0 &&
	    (table->point_count == 0 ||
		table->points[table->point_count - 1].offset < table->size))
		table->points[table->point_count++] =
		    (struct table_point){ table->size, table->column_count };
	table->columns[table->column_count] =
	    arena_textn(arena, name.at, name.len);
	return table->column_count++;
}

static bool write_all(const struct table *table, int fd, const struct buf *data,
    struct err *err)
{
	size_t done = 0;

	while (done < data->len) {
		ssize_t wrote = write(fd, data->data + done, data->len - done);

		if (wrote < 0)
			return fail(err, FAULT_IO,
			    "%s can't be written to our disk: %m", table->name);
		done += (size_t)wrote;
	}
	return true;
}

bool table_flush(struct table *table, struct err *err)
{
	bool done = write_all(table, table->fd, &table->rows, err);

	table->rows.len = 0;
	return done;
}

bool table_row(struct table *table, struct err *err)
{
	size_t before = table->rows.len;

	for (int i = 0; i < table->column_count; i++) {
		if (i > 0)
			buf_char(&table->rows, ',');
		csv_put(&table->rows,
		    table->row[i].at != NULL ? table->row[i].at : "",
		    table->row[i].len, false);
		table->row[i] = (struct text){ 0 };
	}
	buf_char(&table->rows, '\n');
	table->size += (int64_t)(table->rows.len - before);
	return table->rows.len < PIECE || table_flush(table, err);
}

/* Rows that stay may have fewer columns than those that come. */
static void cut_points(struct table *table, int64_t size)
{
	int columns = table->column_count;

	while (table->point_count > 0 &&
	       table->points[table->point_count - 1].offset > size)
		columns = table->points[--table->point_count].columns;
	if (size > 0 && columns < table->column_count &&
	    (table->point_count == 0 ||
		table->points[table->point_count - 1].offset < size))
		table->points[table->point_count++] =
		    (struct table_point){ size, columns };
}

bool table_cut(struct table *table, int64_t size, struct err *err)
{
	/* What is not written yet counts as well. */
	if (!table_flush(table, err))
		return false;
	cut_points(table, size);
	table->size = size;
	if (ftruncate(table->fd, size) != 0 ||
	    lseek(table->fd, size, SEEK_SET) != size)
		return fail(err, FAULT_IO, "%s on our disk: %m", table->name);
	return true;
}

/* --- the whole file ------------------------------------------------------- */

struct finishing {
	struct table *table;
	int to;
	struct buf out;
	int64_t at; /* in the rows */
	int point;
	bool quoted;
};

static void put_header(struct finishing *f)
{
	for (int i = 0; i < f->table->column_count; i++) {
		if (i > 0)
			buf_char(&f->out, ',');
		csv_put(&f->out, f->table->columns[i],
		    strlen(f->table->columns[i]), false);
	}
	buf_char(&f->out, '\n');
}

/* Fields that the rows here lack. */
static int missing(struct finishing *f)
{
	const struct table *table = f->table;

	while (f->point < table->point_count &&
	       table->points[f->point].offset <= f->at)
		f->point++;
	return f->point < table->point_count
		   ? table->column_count - table->points[f->point].columns
		   : 0;
}

static void fill_up(struct finishing *f, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++, f->at++) {
		if (data[i] == '"')
			f->quoted = !f->quoted;
		else if (data[i] == '\n' && !f->quoted)
			for (int n = missing(f); n > 0; n--)
				buf_char(&f->out, ',');
		buf_char(&f->out, data[i]);
	}
}

static bool copy_rows(struct finishing *f, struct arena *arena, struct err *err)
{
	char *piece = arena_alloc(arena, PIECE);
	ssize_t len;

	put_header(f);
	while ((len = pread(f->table->fd, piece, PIECE, f->at)) > 0) {
		if (f->point < f->table->point_count) {
			fill_up(f, piece, (size_t)len);
		} else {
			buf_add(&f->out, piece, (size_t)len);
			f->at += len;
		}
		if (!write_all(f->table, f->to, &f->out, err))
			return false;
		f->out.len = 0;
	}
	return (len == 0 && write_all(f->table, f->to, &f->out, err)) ||
	       fail(err, FAULT_IO, "%s on our disk can't be read",
		   f->table->name);
}

bool table_finish(struct table *table, const char *path, struct err *err)
{
	struct arena *arena = arena_new();
	struct finishing f = { .table = table };
	bool done;

	f.to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	done = f.to >= 0 || fail(err, FAULT_IO, "%s: %m", path);
	done = done && table_flush(table, err) && copy_rows(&f, arena, err);
	if (f.to >= 0 && close(f.to) != 0 && done)
		done = fail(err, FAULT_IO, "%s: %m", path);
	if (done)
		unlink(path_of(arena, table));
	buf_free(&f.out);
	arena_free(arena);
	return done;
}
