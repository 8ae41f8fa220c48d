/* A reader of CSV that takes a file in pieces and gives rows. A row that lies
 * whole in a piece is read where it lies; one that is cut is put together in
 * `carry`. */
#include "model.h"

#include <string.h>

/* Where the scan of a row stands. It can stop at any byte and go on in the next
 * piece, so every state is between two bytes. */
enum state {
	FIELD_START,
	BARE,       /* in a field without quotes */
	QUOTED,     /* inside quotes */
	CLOSING,    /* behind a quote inside quotes: the end, or half a pair */
	CLOSING_CR, /* behind that and a carriage return */
	SPOILED,    /* behind a mistake: the row ends with the line */
	ENDED,
};

struct piece {
	const char *at, *end;
};

/* A field, by its distance from the row's start: the row may move. */
struct span {
	size_t from, to;
	bool paired; /* holds doubled quotes */
};

/* The row being scanned. */
struct scan {
	const char *start;
	size_t at; /* bytes that were scanned */
	enum state state;
	int count; /* fields that have ended */
	int64_t lines;
	enum csv_problem problem;
	int problem_field;
	struct span field;    /* the one being scanned */
	size_t newline;       /* behind the first newline in its quotes, or 0 */
	int64_t lines_before; /* it */
};

struct csv {
	struct arena *arena;
	struct piece now, later; /* later: when now is a part of carry */
	bool last;               /* there is no further piece */
	int bom;      /* bytes of the mark that were seen; -1: past it */
	int64_t line; /* where the row begins */
	struct scan scan;
	bool carrying; /* the row lies in carry */
	size_t carried;
	char *carry;         /* CSV_ROW_MAX bytes; NULL until needed */
	struct buf unpaired; /* the row's fields with doubled quotes */
	struct span spans[CSV_FIELDS_MAX];
	struct text fields[CSV_FIELDS_MAX];
};

static void free_unpaired(void *csv)
{
	buf_free(&((struct csv *)csv)->unpaired);
}

struct csv *csv_new(struct arena *arena)
{
	struct csv *csv = arena_alloc(arena, sizeof(*csv));

	csv->arena = arena;
	csv->line = 1;
	arena_defer(arena, free_unpaired, csv);
	return csv;
}

static void complain(struct scan *scan, enum csv_problem problem, int field)
{
	if (scan->problem != CSV_FINE)
		return;
	scan->problem = problem;
	scan->problem_field = field;
}

/* --- scanning: each goes on from p and returns where it stopped ----------- */

static void end_field(struct csv *csv, size_t to)
{
	struct scan *scan = &csv->scan;

	scan->field.to = to;
	scan->state = FIELD_START;
	if (scan->count == CSV_FIELDS_MAX)
		complain(scan, CSV_TOO_MANY, -1);
	else
		csv->spans[scan->count++] = scan->field;
}

static void end_row(struct csv *csv, size_t to)
{
	end_field(csv, to);
	csv->scan.state = ENDED;
	csv->scan.lines++;
}

static void spoil(struct scan *scan, enum csv_problem problem)
{
	complain(scan, problem, scan->count);
	scan->state = SPOILED;
}

static size_t bare_end(const struct scan *scan, size_t to)
{
	return to - (to > scan->field.from && scan->start[to - 1] == '\r');
}

static const char *scan_start(struct scan *scan, const char *p)
{
	bool quoted = *p == '"';

	scan->state = quoted ? QUOTED : BARE;
	scan->field.from = (size_t)(p - scan->start) + quoted;
	scan->field.paired = false;
	scan->newline = 0;
	scan->lines_before = scan->lines;
	return p + quoted;
}

static const char *scan_bare(struct csv *csv, const char *p, const char *end)
{
	struct scan *scan = &csv->scan;
	size_t to;

	while (p < end && *p != ',' && *p != '\n' && *p != '"')
		p++;
	if (p == end)
		return end;
	to = (size_t)(p - scan->start);
	if (*p == ',')
		end_field(csv, to);
	else if (*p == '\n')
		end_row(csv, bare_end(scan, to));
	else
		spoil(scan, CSV_BAD_QUOTE);
	return p + 1;
}

static const char *scan_quoted(struct scan *scan, const char *p,
    const char *end)
{
	const char *quote = memchr(p, '"', (size_t)(end - p));
	const char *stop = quote == NULL ? end : quote;

	while ((p = memchr(p, '\n', (size_t)(stop - p))) != NULL) {
		p++;
		scan->lines++;
		if (scan->newline == 0)
			scan->newline = (size_t)(p - scan->start);
	}
	if (quote == NULL)
		return end;
	scan->state = CLOSING;
	return quote + 1;
}

static const char *scan_closing(struct csv *csv, const char *p)
{
	struct scan *scan = &csv->scan;
	bool cr = scan->state == CLOSING_CR;
	size_t to = (size_t)(p - scan->start) - 1 - cr;

	if (*p == '\n') {
		end_row(csv, to);
	} else if (cr) {
		spoil(scan, CSV_BAD_QUOTE);
		return p;
	} else if (*p == ',') {
		end_field(csv, to);
	} else if (*p == '\r') {
		scan->state = CLOSING_CR;
	} else if (*p == '"') {
		scan->state = QUOTED;
		scan->field.paired = true;
	} else {
		spoil(scan, CSV_BAD_QUOTE);
	}
	return p + 1;
}

static const char *scan_spoiled(struct scan *scan, const char *p,
    const char *end)
{
	const char *newline = memchr(p, '\n', (size_t)(end - p));

	if (newline == NULL)
		return end;
	scan->state = ENDED;
	scan->lines++;
	return newline + 1;
}

/* When the quotes of the spoiled field ran over the end of a line, the mistake
 * was there and the row ends there: what follows is read again. */
static bool go_back(struct scan *scan)
{
	if (scan->state != SPOILED || scan->newline == 0)
		return false;
	scan->at = scan->newline;
	scan->lines = scan->lines_before + 1;
	scan->state = ENDED;
	return true;
}

/* Scans up to `end` at most; true: the row has ended, at scan.at. */
static bool scan_row(struct csv *csv, const char *end)
{
	struct scan *scan = &csv->scan;
	const char *p = scan->start + scan->at;

	while (p < end && scan->state != ENDED) {
		if (scan->state == FIELD_START)
			p = scan_start(scan, p);
		else if (scan->state == BARE)
			p = scan_bare(csv, p, end);
		else if (scan->state == QUOTED)
			p = scan_quoted(scan, p, end);
		else if (scan->state == SPOILED)
			p = scan_spoiled(scan, p, end);
		else
			p = scan_closing(csv, p);
		if (go_back(scan))
			return true;
	}
	scan->at = (size_t)(p - scan->start);
	return scan->state == ENDED;
}

/* The file ends without a newline. False: there is no row any more. */
static bool end_file(struct csv *csv)
{
	struct scan *scan = &csv->scan;

	if (scan->at == 0 && scan->problem == CSV_FINE)
		return false;
	if (scan->state == QUOTED) {
		spoil(scan, CSV_OPEN_QUOTE);
		if (go_back(scan))
			return true;
	}
	if (scan->state == FIELD_START)
		scan->field = (struct span){ scan->at, 0, false };
	if (scan->state == FIELD_START || scan->state == BARE)
		end_row(csv, bare_end(scan, scan->at));
	else if (scan->state != SPOILED)
		end_row(csv, scan->at - 1 - (scan->state == CLOSING_CR));
	scan->state = ENDED;
	return true;
}

/* --- pieces --------------------------------------------------------------- */

static void begin_row(struct csv *csv)
{
	csv->scan.start = csv->now.at;
	csv->scan.at = 0;
	csv->scan.state = FIELD_START;
	csv->scan.count = 0;
	csv->scan.lines = 0;
	csv->scan.problem = CSV_FINE;
	csv->scan.problem_field = -1;
}

/* Most rows have no quotes: then commas are all there is to find. */
static bool scan_plain_row(struct csv *csv)
{
	struct scan *scan = &csv->scan;
	size_t left = (size_t)(csv->now.end - scan->start), len;
	const char *newline = memchr(scan->start, '\n', left);
	const char *comma;

	if (newline == NULL)
		return false;
	len = (size_t)(newline - scan->start);
	if (memchr(scan->start, '"', len) != NULL)
		return false;
	scan->field = (struct span){ 0 };
	while ((comma = memchr(scan->start + scan->field.from, ',',
		    len - scan->field.from)) != NULL) {
		end_field(csv, (size_t)(comma - scan->start));
		scan->field.from = scan->field.to + 1;
	}
	end_row(csv, bare_end(scan, len));
	scan->at = len + 1;
	return true;
}

/* Too long a row is forgotten as it is scanned. */
static void forget_row(struct scan *scan)
{
	complain(scan, CSV_TOO_LONG, -1);
	scan->at = scan->newline = 0;
	scan->field = (struct span){ 0 };
}

static void carry_row(struct csv *csv, size_t len)
{
	if (csv->carry == NULL)
		csv->carry = arena_alloc(csv->arena, CSV_ROW_MAX);
	csv->carried = 0;
	if (len <= CSV_ROW_MAX) {
		memmove(csv->carry, csv->scan.start, len);
		csv->carried = len;
	} else {
		forget_row(&csv->scan);
	}
	csv->scan.start = csv->carry;
	csv->carrying = true;
}

/* Adds lines of the piece to the carried row until it ends. */
static bool go_on_carrying(struct csv *csv)
{
	struct piece *now = &csv->now;

	while (now->at < now->end) {
		size_t left = (size_t)(now->end - now->at);
		const char *newline = memchr(now->at, '\n', left);
		size_t len =
		    newline == NULL ? left : (size_t)(newline + 1 - now->at);

		if (csv->carried == CSV_ROW_MAX) {
			forget_row(&csv->scan);
			csv->carried = 0;
		}
		if (len > CSV_ROW_MAX - csv->carried)
			len = CSV_ROW_MAX - csv->carried;
		memcpy(csv->carry + csv->carried, now->at, len);
		csv->carried += len;
		now->at += len;
		if (scan_row(csv, csv->carry + csv->carried))
			return true;
	}
	return false;
}

/* A carried row has ended. After a mistake it may end before what was carried
 * does: the rest is read next, and the piece after it. */
static void stop_carrying(struct csv *csv)
{
	csv->carrying = false;
	if (csv->scan.at == csv->carried)
		return;
	csv->later = csv->now;
	csv->now = (struct piece){ csv->carry + csv->scan.at,
		csv->carry + csv->carried };
}

static bool find_row_in_piece(struct csv *csv)
{
	begin_row(csv);
	if (!scan_plain_row(csv) && !scan_row(csv, csv->now.end))
		return false;
	csv->now.at = csv->scan.start + csv->scan.at;
	if (csv->scan.at > CSV_ROW_MAX)
		complain(&csv->scan, CSV_TOO_LONG, -1);
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
		found = end_file(csv);
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

/* --- rows ----------------------------------------------------------------- */

static bool is_blank(const struct csv *csv)
{
	return csv->scan.problem == CSV_FINE && csv->scan.count == 1 &&
	       csv->spans[0].from == 0 && csv->spans[0].to == 0;
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
		const struct span *s = &csv->spans[i];

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
			complain(scan, CSV_NUL, i);
		else if (!utf8_valid(f.at, f.len))
			complain(scan, CSV_BAD_UTF8, i);
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

/* --- writing -------------------------------------------------------------- */

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
