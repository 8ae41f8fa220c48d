/* The live rows of a source by their fingerprints, so that a bulk file's rows
 * which the store has already are never sent to it: the cost of an import
 * follows the change. */
#include "ingest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A place takes 12 bytes, and nine in ten are filled: 118 MiB at most, of the
 * importer's 150. More rows than that are all staged, and compared by
 * Postgres. */
#define KNOWN_MAX 9250000
#define FIRST_PLACES 1024

#define UUID_BYTES 16

enum { EMPTY = -1, UNSEEN = 0 }; /* otherwise the line that has it */

/* Open addressing. One half of a fingerprint says where to look, the other one
 * is what is there: of the few places that a search passes, a wrong one looks
 * right once in 10^17 searches. */
struct known {
	uint64_t *halves;
	int32_t *lines;
	size_t places;
	int64_t rows; /* also those without a fingerprint */
};

static void make_places(struct known *known, int64_t rows)
{
	size_t places = FIRST_PLACES + (size_t)rows * 10 / 9;

	known->rows = rows;
	known->places = places;
	known->halves = memory_new(places * sizeof(*known->halves));
	known->lines = memory_new(places * sizeof(*known->lines));
	memset(known->lines, 0xff, places * sizeof(*known->lines)); /* EMPTY */
}

void known_free(struct known *known)
{
	if (known == NULL)
		return;
	memory_free(known->halves);
	memory_free(known->lines);
	memory_free(known);
}

/* Where it is, or where it would be. */
static size_t place_of(const struct known *known, struct hash128 hash)
{
	size_t i = (size_t)((hash.high >> 32) * known->places >> 32);

	while (known->lines[i] != EMPTY && known->halves[i] != hash.low)
		i = i + 1 < known->places ? i + 1 : 0;
	return i;
}

static void put(struct known *known, struct hash128 hash)
{
	size_t i = place_of(known, hash);

	known->halves[i] = hash.low;
	known->lines[i] = UNSEEN;
}

/* --- loading ------------------------------------------------------------- */

static uint64_t read_half(const char *bytes)
{
	uint64_t half = 0;

	for (int i = 0; i < UUID_BYTES / 2; i++)
		half = half << 8 | (uint8_t)bytes[i];
	return half;
}

static struct hash128 read_uuid(const char *bytes)
{
	return (struct hash128){ .high = read_half(bytes),
		.low = read_half(bytes + UUID_BYTES / 2) };
}

/* COPY takes no values: it reads them from settings of the session. */
static bool tell_source(struct ingest *job, struct err *err)
{
	return job_ask(job, &(struct composing){ 0 },
	    "SELECT set_config('homeroom.district', {district}::text, false), "
	    "set_config('homeroom.source', {source}::text, false)",
	    NULL, err);
}

/* In COPY's binary format a row of one column ends with it. The first one has
 * the format's header before it; what ends the format is shorter. */
#define ROW_BYTES (2 + 4 + UUID_BYTES)

static bool load_rows(struct ingest *job, struct known *known, struct err *err)
{
	char *row;
	size_t len;

	for (;;) {
		if (!copy_get(job->db, &row, &len, err))
			return false;
		if (row == NULL)
			return true;
		if (len >= ROW_BYTES)
			put(known, read_uuid(row + len - UUID_BYTES));
	}
}

/* Nobody else writes the roster: they are as many when they are read. */
static bool count_rows(struct ingest *job, const struct part *part,
    int64_t *rows, struct err *err)
{
	return part_number(job, part,
	    "SELECT count(*) FROM roster.{home} l "
	    "WHERE l.district = {district} AND l.source = {source} "
	    "AND l.status = 'active'",
	    rows, err);
}

bool known_load(struct ingest *job, const struct part *part, struct known **out,
    struct err *err)
{
	struct known *known;
	char sql[320];
	int64_t rows;

	/* What is to be looked at again has no fingerprint. */
	snprintf(sql, sizeof(sql),
	    "COPY (SELECT fingerprint FROM roster.%s WHERE district = "
	    "current_setting('homeroom.district')::int AND source = "
	    "current_setting('homeroom.source')::int AND status = 'active' "
	    "AND fingerprint IS NOT NULL) TO STDOUT (FORMAT binary)",
	    part_home(part->entity));

	*out = NULL;
	if (!count_rows(job, part, &rows, err))
		return false;
	if (rows == 0 || rows >= KNOWN_MAX)
		return true;
	known = memory_new(sizeof(*known));
	make_places(known, rows);
	if (!tell_source(job, err) || !copy_out(job->db, sql, err) ||
	    !load_rows(job, known, err)) {
		known_free(known);
		return false;
	}
	*out = known;
	return true;
}

bool known_see(struct known *known, struct hash128 hash, int64_t line)
{
	size_t i = place_of(known, hash);

	if (known->lines[i] != UNSEEN || line > INT32_MAX)
		return false;
	known->lines[i] = (int32_t)line;
	return true;
}

/* --- what was not seen ---------------------------------------------------- */

static bool put_unseen(struct ingest *job, const struct part *part,
    const struct known *known, struct err *err)
{
	bool put = copy_in(job->db,
	    arena_printf(job->brief, "COPY unseen_%s FROM STDIN",
		part->entity->table),
	    err);

	for (size_t i = 0; put && i < known->places; i++) {
		if (known->lines[i] == UNSEEN)
			buf_printf(&job->copy, "\\\\x%016" PRIx64 "\n",
			    known->halves[i]);
		if (job->copy.len >= COPY_PIECE) {
			put = copy_put(job->db, job->copy.data, job->copy.len,
			    err);
			job->copy.len = 0;
		}
	}
	put = put && copy_put(job->db, job->copy.data, job->copy.len, err);
	job->copy.len = 0;
	return put && copy_in_end(job->db, NULL, err);
}

/* --- the same id twice ---------------------------------------------------- */

/* Lines of which one id stands twice: a staged one, the first staged one, and
 * the one that was not staged, since the store has its row already. */
struct copy {
	int64_t staged, first, known;
	const char *id, *fingerprint;
};

struct copies {
	struct buf lines;        /* an array: leave staging */
	struct buf fingerprints; /* an array: their rows are not taken */
};

static void add_item(struct buf *array, const char *item)
{
	buf_char(array, array->len > 0 ? ',' : '{');
	buf_puts(array, item);
}

static void set_aside(struct ingest *job, struct part *part,
    const struct copy *copy, int64_t line, int64_t taken)
{
	const char *value =
	    arena_printf(job->brief, "%s (line %" PRId64 ")", copy->id, taken);
	const struct finding twice = {
		.file = part->file,
		.code = "duplicate_id",
		.message = "is the sourcedId of an earlier line too; that one "
			   "is taken",
		.severe = true,
		.line = line,
		.column = "sourcedId",
		.value = { value, strlen(value) },
	};

	findings_add(job->findings, &twice);
	part->aside++;
}

/* The first line stays. When it is staged, its own copies are found later. */
static void judge_copy(struct ingest *job, struct part *part,
    const struct copy *copy, struct copies *copies)
{
	if (copy->known < copy->first) {
		set_aside(job, part, copy, copy->staged, copy->known);
		add_item(&copies->lines,
		    arena_number(job->brief, copy->staged));
		part->staged--;
	} else if (copy->staged == copy->first) {
		set_aside(job, part, copy, copy->known, copy->staged);
		add_item(&copies->fingerprints, copy->fingerprint);
	}
}

/* `sql` has the array for its $1. */
static bool ask_with(struct ingest *job, const char *sql, struct buf *array,
    struct err *err)
{
	struct values values = { 0 };

	if (array->len == 0)
		return true;
	buf_char(array, '}');
	values_add(&values, buf_text(array));
	return db_ask_text(job->db, job->brief, sql, &values, NULL, err);
}

static int64_t line_of(const struct known *known, const char *fingerprint)
{
	struct buf bytes = { 0 };
	int64_t line = UNSEEN;

	if (hex_decode(&bytes, fingerprint, strlen(fingerprint)) &&
	    bytes.len == UUID_BYTES)
		line = known->lines[place_of(known, read_uuid(bytes.data))];
	buf_free(&bytes);
	return line;
}

static bool find_copies(struct ingest *job, struct part *part,
    const struct known *known, struct err *err)
{
	const struct rows *rows;
	struct copies copies = { 0 };
	bool done;

	if (!part_rows(job, part,
		"SELECT s.line, min(s.line) OVER (PARTITION BY s.sourced_id), "
		"s.sourced_id, encode(uuid_send(l.fingerprint), 'hex') "
		"FROM stage_{t} s "
		"JOIN roster.{home} l ON l.sourced_id = s.sourced_id "
		"WHERE l.district = {district} AND l.source = {source} "
		"AND l.status = 'active' AND l.fingerprint IS NOT NULL "
		"AND NOT EXISTS (SELECT FROM gone_{t} g "
		"WHERE g.sourced_id = l.sourced_id) ORDER BY s.line",
		&rows, err))
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		struct copy copy = { rows_integer(rows, i, 0),
			rows_integer(rows, i, 1), 0, rows_get(rows, i, 2),
			rows_get(rows, i, 3) };

		copy.known = line_of(known, copy.fingerprint);
		judge_copy(job, part, &copy, &copies);
	}
	done = ask_with(job,
		   arena_printf(job->brief,
		       "DELETE FROM stage_%s WHERE line = ANY ($1::int[])",
		       part->entity->table),
		   &copies.lines, err) &&
	       ask_with(job,
		   arena_printf(job->brief,
		       "INSERT INTO unseen_%s SELECT " HALF_OF(
			   "f") " FROM "
				"unnest($1::uuid[]) AS f",
		       part->entity->table),
		   &copies.fingerprints, err);
	buf_free(&copies.lines);
	buf_free(&copies.fingerprints);
	return done;
}

bool known_end(struct ingest *job, struct part *part, const struct known *known,
    struct err *err)
{
	part->matched = true;
	part->live = known->rows;
	return put_unseen(job, part, known, err) &&
	       part_ask(job, part,
		   "INSERT INTO gone_{t} SELECT l.sourced_id "
		   "FROM roster.{home} l WHERE l.district = {district} AND "
		   "l.source = {source} "
		   "AND l.status = 'active' AND (l.fingerprint IS NULL "
		   "OR " HALF_OF(
		       "l.fingerprint") " IN (SELECT half FROM unseen_{t}))",
		   &part->gone, err) &&
	       find_copies(job, part, known, err);
}
