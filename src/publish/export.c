/* Bundles: which one an application gets, and how it is made. */
#include "publish.h"
#include "shelf/shelf.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* So much goes to the zip at once. */
#define PIECE ((size_t)256 * 1024)
/* How long one statement of a making may take (ms). */
#define STATEMENT_MS "3600000"

struct making {
	struct db *db;
	struct arena *arena;
	const struct export_wanted *wanted;
	struct export *out;
	int64_t district, published;
	const char *client;
	const char *grant; /* and which of its forms */
	const char *name;  /* on the shelf */
	struct withheld withheld;
	struct profile profile;
	bool full;
	struct zip *zip;
	struct buf piece;
	uint64_t filled; /* bit i: entities[i] has a file in it */
};

/* --- which bundle --------------------------------------------------------- */

static bool has_file(const struct making *m, int i)
{
	enum oneroster format = m->wanted->format;

	return csv_header(entities[i], format) != NULL &&
	       (m->profile.files >> i & 1) != 0 &&
	       (scopes_of_read(entities[i], format, false) &
		   m->wanted->scopes) != 0;
}

/* All that makes it differ from other bundles. */
static void name_it(struct making *m)
{
	const struct export *out = m->out;
	uint64_t files = 0;

	for (int i = 0; entities[i] != NULL; i++)
		if (has_file(m, i))
			files |= UINT64_C(1) << i;
	m->name = arena_printf(m->arena,
	    "d%lld-%.100s-v%lld-%lld-%s-s%lld-%s-%llx%s%s",
	    (long long)m->district, m->client, (long long)out->version,
	    (long long)m->published,
	    m->wanted->format == V11 ? "csv11" : "csv12", (long long)out->since,
	    m->grant, (unsigned long long)files,
	    m->profile.name != NULL ? "-" : "",
	    m->profile.name != NULL ? m->profile.name : "");
}

static bool settle_since(struct making *m, const char *state, struct err *err)
{
	if (strcmp(state, "ahead") == 0)
		return fail(err, FAULT_BAD_REQUEST,
		    "There is no version %lld yet; the newest is %lld.",
		    (long long)m->wanted->since, (long long)m->out->version);
	if (strcmp(state, "kept") == 0 && m->profile.deltas)
		m->out->since = m->wanted->since;
	return true;
}

static bool find(struct making *m, struct err *err)
{
	const struct values values = { 3,
		{ arena_number(m->arena, m->wanted->application),
		    arena_number(m->arena, m->wanted->epoch),
		    arena_number(m->arena, m->wanted->since) } };
	const struct rows *rows;

	if (!db_ask(m->db, m->arena, STATEMENT_export_find, &values, &rows,
		err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_UNAUTHORISED,
		    "The token is not valid any more.");
	m->district = rows_integer(rows, 0, 0);
	m->client = rows_get(rows, 0, 1);
	m->out->version = rows_integer(rows, 0, 2);
	m->published = rows_integer(rows, 0, 3);
	if (!profile_read(m->arena, rows_get(rows, 0, 6), &m->profile, err) ||
	    !settle_since(m, rows_get(rows, 0, 4), err))
		return false;
	m->out->file = m->profile.file;
	m->grant = rows_get(rows, 0, 5);
	name_it(m);
	return true;
}

/* A file is never written again once it has its name, so where it lies and
 * when it was written tell it from all others. */
static void describe(struct making *m)
{
	static const uint8_t key[16] = "homeroom bundle";
	struct export *out = m->out;
	struct hash128 hash;
	struct stat st;
	struct {
		uint64_t inode, seconds, nanoseconds, size;
	} file;

	if (fstat(out->fd, &st) != 0) {
		close(out->fd);
		out->fd = -1;
		return;
	}
	file.inode = st.st_ino;
	file.seconds = (uint64_t)st.st_mtim.tv_sec;
	file.nanoseconds = (uint64_t)st.st_mtim.tv_nsec;
	file.size = (uint64_t)st.st_size;
	hash = siphash128(key, &file, sizeof(file));
	out->size = st.st_size;
	out->tag = arena_printf(m->arena, "\"%lld-%016llx%016llx\"",
	    (long long)out->version, (unsigned long long)hash.low,
	    (unsigned long long)hash.high);
}

/* --- its files ------------------------------------------------------------ */

static bool flush(struct making *m, struct err *err)
{
	bool written = m->piece.len == 0 ||
		       zip_write(m->zip, m->piece.data, m->piece.len, err);

	m->piece.len = 0;
	return written;
}

/* The binding has no line breaks within a field; COPY would quote them. */
static void join_lines(char *row, size_t len)
{
	char *end = row + len - 1;

	for (char *at = row; (at = memchr(at, '\n', (size_t)(end - at)));)
		*at++ = ' ';
	for (char *at = row; (at = memchr(at, '\r', (size_t)(end - at)));)
		*at++ = ' ';
}

static void put_header(struct making *m, const struct sheet *sheet,
    const struct rows *keys)
{
	buf_puts(&m->piece, csv_header(sheet->entity, sheet->format));
	for (int i = 0; i < sheet->keys; i++) {
		const char *name =
		    arena_printf(m->arena, "metadata.%s", rows_get(keys, i, 0));

		buf_char(&m->piece, ',');
		csv_put(&m->piece, name, strlen(name), false);
	}
	buf_char(&m->piece, '\n');
}

static bool is_stopped(const struct export_wanted *wanted)
{
	return wanted->stop != NULL && atomic_load(wanted->stop);
}

static bool put_row(struct making *m, char *row, size_t len, struct err *err)
{
	join_lines(row, len);
	buf_add(&m->piece, row, len);
	if (m->piece.len < PIECE)
		return true;
	if (is_stopped(m->wanted))
		return fail(err, FAULT_UNAVAILABLE, "the server stops");
	return flush(m, err);
}

static bool begin_file(struct making *m, const struct sheet *sheet,
    const struct rows *keys, struct err *err)
{
	if (!zip_begin(m->zip,
		arena_printf(m->arena, "%s.csv", sheet->entity->name), err))
		return false;
	put_header(m, sheet, keys);
	return true;
}

/* What has no rows has no file, unless its reader wants one. */
static bool put_rows(struct making *m, const struct sheet *sheet,
    const struct rows *keys, bool *any, struct err *err)
{
	size_t len;
	char *row;

	if (!copy_get(m->db, &row, &len, err))
		return false;
	*any = row != NULL || m->profile.empty_files;
	if (!*any)
		return true;
	if (!begin_file(m, sheet, keys, err))
		return false;
	while (row != NULL)
		if (!put_row(m, row, len, err) ||
		    !copy_get(m->db, &row, &len, err))
			return false;
	return flush(m, err);
}

static bool put_file(struct making *m, int i, struct err *err)
{
	struct sheet sheet = { .entity = entities[i],
		.format = m->wanted->format,
		.delta = m->out->since > 0,
		.withheld = &m->withheld,
		.quote_all = m->profile.quote_all,
		.full = m->full };
	struct sql *ask = sql_new(m->arena), *copy = sql_new(m->arena);
	const struct rows *keys;
	bool any;

	sheet_keys(ask, &sheet);
	if (!db_ask_text(m->db, m->arena, buf_text(&ask->text), NULL, &keys,
		err))
		return false;
	sheet.keys = m->profile.metadata ? rows_count(keys) : 0;
	sheet_copy(copy, &sheet);
	if (!copy_out(m->db, buf_text(&copy->text), err) ||
	    !put_rows(m, &sheet, keys, &any, err)) {
		err_add(err, "%s", sheet.entity->name);
		return false;
	}
	if (any)
		m->filled |= UINT64_C(1) << i;
	return true;
}

static bool put_manifest(struct making *m, struct err *err)
{
	const char *mode = m->out->since > 0 ? "delta" : "bulk";
	enum oneroster format = m->wanted->format;

	if (!zip_begin(m->zip, "manifest.csv", err))
		return false;
	buf_printf(&m->piece,
	    "propertyName,value\nmanifest.version,1.0\n"
	    "oneroster.version,%s\n",
	    format == V11 ? "1.1" : "1.2");
	for (int i = 0; entities[i] != NULL; i++)
		if (csv_header(entities[i], format) != NULL)
			buf_printf(&m->piece, "file.%s,%s\n", entities[i]->name,
			    (m->filled >> i & 1) != 0 ? mode : "absent");
	buf_puts(&m->piece, "source.systemName,Homeroom\n");
	return flush(m, err);
}

static bool write_zip(struct making *m, int fd, bool large, struct err *err)
{
	m->filled = 0;
	m->piece.len = 0;
	if (!zip_open(&m->zip, fd, m->published, large, err))
		return false;
	for (int i = 0; entities[i] != NULL; i++)
		if (has_file(m, i) && !put_file(m, i, err))
			return false;
	return put_manifest(m, err) && zip_close(m->zip, err);
}

/* --- in a session --------------------------------------------------------- */

/* Takes the publishing role, for the rest of the transaction. */
static bool take_role(struct making *m, struct err *err)
{
	const struct values values = { 6,
		{ arena_number(m->arena, m->wanted->application),
		    arena_number(m->arena, m->wanted->epoch), STATEMENT_MS,
		    "auto", "", "" } };
	const struct rows *rows;

	if (!db_ask(m->db, m->arena, STATEMENT_session_open, &values, &rows,
		err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_UNAUTHORISED,
		    "The token is not valid any more.");
	m->full = rows_integer(rows, 0, 1) == 0;
	withheld_read(&m->withheld, rows_get(rows, 0, 4));
	return true;
}

/* One view of the roster for all files, and which bundle that makes. */
static bool begin(struct making *m, struct err *err)
{
	return db_ask(m->db, m->arena, STATEMENT_session_begin, NULL, NULL,
		   err) &&
	       find(m, err);
}

static void end(struct making *m)
{
	zip_free(m->zip);
	m->zip = NULL;
	db_rollback(m->db);
}

/* *outgrown: it does not go without Zip64. */
static bool write_once(struct making *m, int fd, bool large, bool *outgrown,
    struct err *err)
{
	bool written = take_role(m, err) && write_zip(m, fd, large, err);

	*outgrown = !written && m->zip != NULL && zip_outgrown(m->zip);
	end(m);
	return written;
}

static bool restart(int fd, struct err *err)
{
	return (lseek(fd, 0, SEEK_SET) == 0 && ftruncate(fd, 0) == 0) ||
	       fail(err, FAULT_IO, "a bundle can't be begun again");
}

/* Within the transaction that `begin` began; it ends it. Nearly always a plain
 * zip holds it; if not, it is made again, of the version live then, which has
 * the same name or is refused. */
static bool write_file(struct making *m, int fd, struct err *err)
{
	const char *name = m->name;
	bool outgrown;

	if (write_once(m, fd, false, &outgrown, err))
		return true;
	if (!outgrown)
		return false;
	*err = (struct err){ 0 };
	if (!restart(fd, err) || !begin(m, err))
		return false;
	if (strcmp(name, m->name) != 0)
		return fail(err, FAULT_BUSY, "a new version came meanwhile");
	return write_once(m, fd, true, &outgrown, err);
}

static bool place(struct making *m, const struct shelf *shelf, struct err *err)
{
	struct placing placing;
	bool placed = false;

	if (shelf_begin(shelf, m->name, m->wanted->patient, &placing, err) &&
	    shelf_find(shelf, m->name, &m->out->fd, err))
		placed = m->out->fd >= 0 ||
			 (write_file(m, placing.fd, err) &&
			     shelf_place(shelf, &placing, err) &&
			     shelf_find(shelf, m->name, &m->out->fd, err));
	shelf_end(shelf, &placing);
	if (placed)
		shelf_sweep(shelf, m->district, m->client, m->out->version);
	return placed;
}

/* --- the door ------------------------------------------------------------- */

static bool look(struct making *m, const char *home, bool make, struct err *err)
{
	struct shelf shelf;
	bool looked = shelf_open(&shelf, home, err) && begin(m, err) &&
		      shelf_find(&shelf, m->name, &m->out->fd, err) &&
		      (m->out->fd >= 0 || !make || place(m, &shelf, err));

	end(m);
	shelf_close(&shelf);
	buf_free(&m->piece);
	if (looked && m->out->fd >= 0)
		describe(m);
	return looked;
}

bool export_find(struct db *db, struct arena *arena, const char *home,
    const struct export_wanted *wanted, struct export *out, struct err *err)
{
	struct making making = { .db = db,
		.arena = arena,
		.wanted = wanted,
		.out = out };

	*out = (struct export){ .fd = -1 };
	return look(&making, home, false, err);
}

bool export_make(struct db *db, struct arena *arena, const char *home,
    const struct export_wanted *wanted, struct export *out, struct err *err)
{
	struct making making = { .db = db,
		.arena = arena,
		.wanted = wanted,
		.out = out };

	*out = (struct export){ .fd = -1 };
	return look(&making, home, true, err);
}

void export_sweep(const char *home, int64_t district, int64_t live)
{
	struct shelf shelf;
	struct err ignored = { 0 };

	if (shelf_open(&shelf, home, &ignored))
		shelf_sweep(&shelf, district, NULL, live);
	shelf_close(&shelf);
}
