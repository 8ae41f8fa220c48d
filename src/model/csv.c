/* A reader of CSV that takes a file in pieces and gives rows. A row that lies
 * whole in a piece is read where it lies; one that is cut is put together in
 * `carry`. */
#include "model.h"

#include <string.h>

struct piece {
	const char *at, *end;
};

struct csv {
	struct piece now, later; /* later: when now is a part of carry */
	bool last;               /* there is no further piece */
	int bom;      /* bytes of the mark that were seen; -1: past it */
	int64_t line; /* where the row begins */
	struct scan scan;
	bool carrying;       /* the row lies in carry */
	struct buf carry;    /* up to CSV_ROW_MAX bytes */
	struct buf unpaired; /* the row's fields with doubled quotes */
	struct text fields[CSV_FIELDS_MAX];
};

static void free_bufs(void *object)
{
	struct csv *csv = object;

	buf_free(&csv->carry);
	buf_free(&csv->unpaired);
}

struct csv *csv_new(struct arena *arena)
{
	struct csv *csv = arena_alloc(arena, sizeof(*csv));

	csv->line = 1;
	csv->scan.delimiter = ',';
	arena_defer(arena, free_bufs, csv);
	return csv;
}

void csv_delimit(struct csv *csv, char delimiter)
{
	csv->scan.delimiter = delimiter;
}

/* --- pieces -------------------------------------------------------------- */

/* The row may lie in carry already, behind a row that ended before it. */
static void carry_row(struct csv *csv, size_t len)
{
	struct buf *carry = &csv->carry;

	carry->len = 0;
	if (len <= CSV_ROW_MAX) {
		buf_reserve(carry, len);
		memmove(carry->data, csv->scan.start, len);
		carry->len = len;
	} else {
		scan_forget(&csv->scan);
	}
	csv->scan.start = carry->data;
	csv->carrying = true;
}

/* Adds lines of the piece to the carried row until it ends. */
static bool go_on_carrying(struct csv *csv)
{
	struct piece *now = &csv->now;
	struct buf *carry = &csv->carry;

	while (now->at < now->end) {
		size_t left = (size_t)(now->end - now->at);
		const char *newline = memchr(now->at, '\n', left);
		size_t len =
		    newline == NULL ? left : (size_t)(newline + 1 - now->at);

		if (carry->len == CSV_ROW_MAX) {
			scan_forget(&csv->scan);
			carry->len = 0;
		}
		if (len > CSV_ROW_MAX - carry->len)
			len = CSV_ROW_MAX - carry->len;
		buf_add(carry, now->at, len);
		now->at += len;
		csv->scan.start = carry->data;
		if (scan_row(&csv->scan, carry->data + carry->len))
			return true;
	}
	return false;
}

/* A carried row has ended. After a mistake it may end before what was carried
 * does: the rest is read next, and the piece after it. */
static void stop_carrying(struct csv *csv)
{
	csv->carrying = false;
	if (csv->scan.at == csv->carry.len)
		return;
	csv->later = csv->now;
	csv->now = (struct piece){ csv->carry.data + csv->scan.at,
		csv->carry.data + csv->carry.len };
}

static bool find_row_in_piece(struct csv *csv)
{
	scan_begin(&csv->scan, csv->now.at);
	if (!scan_line(&csv->scan, csv->now.end) &&
	    !scan_row(&csv->scan, csv->now.end))
		return false;
	csv->now.at = csv->scan.start + csv->scan.at;
	if (csv->scan.at > CSV_ROW_MAX)
		scan_complain(&csv->scan, CSV_TOO_LONG, -1);
	return true;
}

/* The rest of the piece begins a row that the next piece goes on with. */
static void carry_rest(struct csv *csv)
{
	if (csv->carrying || csv->now.at == csv->now.end)
		return;
	carry_row(csv, (size_t)(csv->now.end - csv->now.at));
	csv->now.at = csv->now.end;
}

static bool find_row(struct csv *csv)
{
	bool found =
	    csv->carrying ? go_on_carrying(csv) : find_row_in_piece(csv);

	while (!found) {
		carry_rest(csv);
		if (csv->later.at == csv->later.end)
			break;
		csv->now = csv->later;
		csv->later = (struct piece){ 0 };
		found = csv->carrying ? go_on_carrying(csv)
				      : find_row_in_piece(csv);
	}
	if (!found && csv->last && csv->carrying)
		found = scan_end(&csv->scan);
	if (found && csv->carrying)
		stop_carrying(csv);
	return found;
}

/* A UTF-8 byte order mark is no part of the file. It may be cut anywhere, and
 * its first bytes may turn out to be something else. */
static void skip_bom(struct csv *csv)
{
	static const char bom[] = { '\xef', '\xbb', '\xbf' };
	struct piece *now = &csv->now;

	while (
	    csv->bom < 3 && now->at < now->end && *now->at == bom[csv->bom]) {
		csv->bom++;
		now->at++;
	}
	if (csv->bom < 3 && now->at == now->end && !csv->last)
		return;
	if (csv->bom < 3) {
		csv->later = *now;
		*now = (struct piece){ bom, bom + csv->bom };
	}
	csv->bom = -1;
}

void csv_feed(struct csv *csv, const char *data, size_t len, bool last)
{
	csv->now = (struct piece){ data, data + len };
	csv->last = last;
	if (csv->bom >= 0)
		skip_bom(csv);
}

/* --- rows ---------------------------------------------------------------- */

static bool is_blank(const struct csv *csv)
{
	return csv->scan.problem == CSV_FINE && csv->scan.count == 1 &&
	       csv->scan.spans[0].from == 0 && csv->scan.spans[0].to == 0;
}

/* Doubled quotes made one. There is room for the whole row, so that no field
 * moves when the next one comes. */
static struct text unpair(struct csv *csv, struct text field)
{
	struct buf *out = &csv->unpaired;
	size_t before = out->len;

	if (before == 0)
		buf_reserve(out, csv->scan.at);
	for (size_t i = 0; i < field.len; i++) {
		buf_char(out, field.at[i]);
		i += field.at[i] == '"';
	}
	return (struct text){ out->data + before, out->len - before };
}

static void make_fields(struct csv *csv)
{
	const struct scan *scan = &csv->scan;

	csv->unpaired.len = 0;
	for (int i = 0; i < scan->count; i++) {
		const struct span *s = &csv->scan.spans[i];

		csv->fields[i] =
		    (struct text){ scan->start + s->from, s->to - s->from };
		if (s->paired)
			csv->fields[i] = unpair(csv, csv->fields[i]);
	}
}

static void check_bytes(struct csv *csv)
{
	struct scan *scan = &csv->scan;

	if (memchr(scan->start, '\0', scan->at) == NULL &&
	    utf8_valid(scan->start, scan->at))
		return;
	for (int i = 0; i < scan->count; i++) {
		struct text f = csv->fields[i];

		if (memchr(f.at, '\0', f.len) != NULL)
			scan_complain(scan, CSV_NUL, i);
		else if (!utf8_valid(f.at, f.len))
			scan_complain(scan, CSV_BAD_UTF8, i);
	}
}

bool csv_next(struct csv *csv, struct csv_row *row)
{
	while (find_row(csv)) {
		row->line = csv->line;
		csv->line += csv->scan.lines;
		if (is_blank(csv))
			continue;
		if (csv->scan.problem == CSV_FINE) {
			make_fields(csv);
			check_bytes(csv);
		}
		row->fields = csv->fields;
		row->count = csv->scan.count;
		row->problem = csv->scan.problem;
		row->problem_field = csv->scan.problem_field;
		return true;
	}
	return false;
}

/* --- writing ------------------------------------------------------------- */

static bool needs_quotes(const char *text, size_t len)
{
	if (len > 0 && (text[0] == ' ' || text[len - 1] == ' '))
		return true;
	for (size_t i = 0; i < len; i++)
		if (text[i] == ',' || text[i] == '"' || text[i] == '\n' ||
		    text[i] == '\r')
			return true;
	return false;
}

void csv_put(struct buf *out, const char *text, size_t len, bool quote_all)
{
	const char *quote;

	if (!quote_all && !needs_quotes(text, len)) {
		buf_add(out, text, len);
		return;
	}
	buf_char(out, '"');
	while (len > 0 && (quote = memchr(text, '"', len)) != NULL) {
		size_t upto = (size_t)(quote + 1 - text);

		buf_add(out, text, upto);
		buf_char(out, '"');
		text += upto;
		len -= upto;
	}
	buf_add(out, text, len);
	buf_char(out, '"');
}
