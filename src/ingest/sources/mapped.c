/* Any CSV files, by the rules of settings, as a OneRoster bundle: row by row
 * into one file an entity. */
#include "sources.h"
#include "homeroom/mapping.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#define PIECE (256 << 10)

struct mapped {
	const struct source *source;
	struct feeding *feeding;
	int64_t bytes; /* that were read */
	/* the file that is read */
	const struct mapping_file *file;
	const char *name;
	int at[CSV_FIELDS_MAX];
	int width;
};

/* --- rows ----------------------------------------------------------------- */

static const char *problem_of(const struct csv_row *row, int width)
{
	static const char *const texts[] = {
		[CSV_FINE] = "has another number of fields than the others",
		[CSV_BAD_QUOTE] = "has a quote where none may be",
		[CSV_OPEN_QUOTE] = "opens a quote that the file never closes",
		[CSV_BAD_UTF8] = "holds bytes that are no text in its "
				 "encoding: `encoding` says "
				 "which that is, if not UTF-8",
		[CSV_NUL] = "holds a NUL: it is in another encoding than "
			    "`encoding` says",
		[CSV_TOO_LONG] = "is too long",
		[CSV_TOO_MANY] = "has too many fields",
	};

	return row->problem == CSV_FINE && row->count == width
		   ? NULL
		   : texts[row->problem];
}

static bool take_row(struct mapped *m, const struct csv_row *csv,
    struct err *err)
{
	const char *problem = problem_of(csv, m->width);

	if (problem != NULL)
		return feeding_bad_row(m->feeding, csv->line, problem, err);
	return feeding_row(m->feeding, csv->fields, csv->line, err);
}

/* --- a file --------------------------------------------------------------- */

static bool find_column(struct mapped *m, const struct csv_row *row, int i,
    struct err *err)
{
	const char *name = m->file->columns[i];
	int64_t number;

	m->at[i] = -1;
	if (!m->file->header) {
		if (text_integer((struct text){ name, strlen(name) }, 1,
			row->count, &number))
			m->at[i] = (int)number - 1;
		return m->at[i] >= 0 ||
		       fail(err, FAULT_INVALID,
			   "%s has %d columns, but a rule asks for column %s",
			   m->name, row->count, name);
	}
	for (int j = 0; j < row->count; j++) {
		if (!text_is(row->fields[j], name))
			continue;
		if (m->at[i] >= 0)
			return fail(err, FAULT_INVALID,
			    "%s has the column '%s' twice", m->name, name);
		m->at[i] = j;
	}
	return m->at[i] >= 0 ||
	       fail(err, FAULT_INVALID,
		   "%s has no column '%s', which a rule asks for; did its "
		   "columns change?",
		   m->name, name);
}

/* The first row says what its columns are, or how many there are. */
static bool begin_file(struct mapped *m, const struct csv_row *row,
    struct err *err)
{
	if (row->problem != CSV_FINE)
		return fail(err, FAULT_INVALID, "the first row of %s %s",
		    m->name, problem_of(row, -1));
	m->width = row->count;
	for (int i = 0; i < m->file->column_count; i++)
		if (!find_column(m, row, i, err))
			return false;
	return m->file->header || take_row(m, row, err);
}

static bool take_rows(struct mapped *m, struct csv *csv, struct err *err)
{
	struct csv_row row;

	if (m->source->stop != NULL && atomic_load(m->source->stop))
		return fail(err, FAULT_UNAVAILABLE, "it was told to stop");
	while (csv_next(csv, &row))
		if (!(m->width == 0 ? begin_file(m, &row, err)
				    : take_row(m, &row, err)))
			return false;
	return true;
}

static bool read_rows(struct mapped *m, int fd, struct csv *csv,
    struct buf *text, struct err *err)
{
	struct decoder decoder = { .encoding = m->file->encoding };
	char *piece = arena_alloc(m->source->arena, PIECE);
	ssize_t len;

	do {
		len = read(fd, piece, PIECE);
		if (len < 0)
			return fail(err, FAULT_IO, "%s: %m", m->name);
		m->bytes += len;
		text->len = 0;
		decode(&decoder, (struct text){ piece, (size_t)len }, len == 0,
		    text);
		csv_feed(csv, buf_text(text), text->len, len == 0);
		if (!take_rows(m, csv, err))
			return false;
	} while (len > 0);
	return m->width > 0 || fail(err, FAULT_INVALID, "%s is empty", m->name);
}

static bool read_file(struct mapped *m, const struct mapping_file *file,
    const char *path, struct err *err)
{
	struct arena *arena = arena_new();
	struct csv *csv = csv_new(arena);
	struct buf text = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool done;

	m->file = file;
	m->width = 0;
	csv_delimit(csv, file->delimiter);
	done = fd >= 0 || fail(err, FAULT_IO, "%s: %m", m->name);
	done = done && feeding_from(m->feeding, file, m->name, m->at, err) &&
	       read_rows(m, fd, csv, &text, err);
	if (fd >= 0)
		close(fd);
	buf_free(&text);
	arena_free(arena);
	return done;
}

/* --- all files ------------------------------------------------------------ */

/* What the one file is called where it came from. */
static const char *name_of_one(const struct source *source)
{
	const char *path = source_says(source, "path");
	const char *url = source_says(source, "url");
	const char *where = path != NULL ? path : url;
	const char *slash = strrchr(where, '/');
	const char *name = slash != NULL ? slash + 1 : where;

	return arena_textn(source->arena, name,
	    url != NULL ? strcspn(name, "?#") : strlen(name));
}

static bool read_files(struct mapped *m, const struct mapping *mapping,
    const char *from, struct err *err)
{
	struct arena *arena = m->source->arena;
	const char *const *names;
	const char *one = name_of_one(m->source);
	struct stat status;
	int count = 1;
	bool folder = stat(from, &status) == 0 && S_ISDIR(status.st_mode);

	names = &one;
	if (folder && !folder_list(arena, from, &names, &count, err))
		return false;
	for (int i = 0; i < mapping->file_count; i++) {
		const struct mapping_file *file = &mapping->files[i];
		int taken = 0;

		for (int j = 0; j < count; j++) {
			if (fnmatch(file->pattern, names[j], 0) != 0)
				continue;
			m->name = names[j];
			taken++;
			if (!read_file(m, file,
				folder ? arena_printf(arena, "%s/%s", from,
					     names[j])
				       : from,
				err))
				return false;
		}
		if (taken == 0)
			return fail(err, FAULT_UNAVAILABLE,
			    "there is no file '%s' of '%s'", file->pattern,
			    m->source->name);
	}
	return true;
}

static bool make_bundle(struct mapped *m, const struct mapping *mapping,
    const char *from, struct err *err)
{
	int64_t began = clock_tick();

	for (int i = 0; i < mapping->file_count; i++)
		if (!feeding_prepare(m->feeding, &mapping->files[i], err))
			return false;
	feeding_begin(m->feeding);
	if (!read_files(m, mapping, from, err) || !feeding_end(m->feeding, err))
		return false;
	log_line(LOG_DEBUG, "mapped", "bytes=%" PRId64 " ms=%" PRId64, m->bytes,
	    clock_tick() - began);
	return true;
}

static bool compile(const struct source *source, const struct mapping **mapping,
    struct err *err)
{
	char *json = json_dumps(json_object_get(source->settings, "files"),
	    JSON_ENCODE_ANY);
	bool done = mapping_compile(source->arena, json != NULL ? json : "",
	    mapping, err);

	memory_free(json);
	return done;
}

bool mapped_bundle(const struct source *source, const struct mapping *mapping,
    const char *from, const char *to, struct fetched *out, struct err *err)
{
	struct mapped *m = arena_alloc(source->arena, sizeof(*m));

	m->source = source;
	m->feeding = feeding_new(source->arena, to);
	out->path = to;
	out->findings = m->feeding->findings;
	return folder_make(to, err) && make_bundle(m, mapping, from, err);
}

bool mapped_fetch(const struct source *source, const char *to,
    struct fetched *out, struct err *err)
{
	struct arena *arena = source->arena;
	const char *files = arena_printf(arena, "%s/files", to), *from;
	const struct mapping *mapping;

	return compile(source, &mapping, err) && folder_make(files, err) &&
	       pickup(source, files, &from, err) &&
	       mapped_bundle(source, mapping, from,
		   arena_printf(arena, "%s/bundle", to), out, err);
}
