/* Scans one row of CSV: where its fields begin and end, and what is wrong with
 * its quotes. */
#include "model.h"

#include <string.h>

void scan_begin(struct scan *scan, const char *start)
{
	scan->start = start;
	scan->at = 0;
	scan->state = FIELD_START;
	scan->count = 0;
	scan->lines = 0;
	scan->problem = CSV_FINE;
	scan->problem_field = -1;
}

void scan_complain(struct scan *scan, enum csv_problem problem, int field)
{
	if (scan->problem != CSV_FINE)
		return;
	scan->problem = problem;
	scan->problem_field = field;
}

/* --- the states: each goes on from p and returns where it stopped -------- */

static void end_field(struct scan *scan, size_t to)
{
	scan->field.to = to;
	scan->state = FIELD_START;
	if (scan->count == CSV_FIELDS_MAX)
		scan_complain(scan, CSV_TOO_MANY, -1);
	else
		scan->spans[scan->count++] = scan->field;
}

static void end_row(struct scan *scan, size_t to)
{
	end_field(scan, to);
	scan->state = ENDED;
	scan->lines++;
}

static void spoil(struct scan *scan, enum csv_problem problem)
{
	scan_complain(scan, problem, scan->count);
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

static const char *scan_bare(struct scan *scan, const char *p, const char *end)
{
	size_t to;

	while (p < end && *p != scan->delimiter && *p != '\n' && *p != '"')
		p++;
	if (p == end)
		return end;
	to = (size_t)(p - scan->start);
	if (*p == scan->delimiter)
		end_field(scan, to);
	else if (*p == '\n')
		end_row(scan, bare_end(scan, to));
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

static const char *scan_closing(struct scan *scan, const char *p)
{
	bool cr = scan->state == CLOSING_CR;
	size_t to = (size_t)(p - scan->start) - 1 - cr;

	if (*p == '\n') {
		end_row(scan, to);
	} else if (cr) {
		spoil(scan, CSV_BAD_QUOTE);
		return p;
	} else if (*p == scan->delimiter) {
		end_field(scan, to);
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

/* --- whole rows ---------------------------------------------------------- */

bool scan_line(struct scan *scan, const char *end)
{
	size_t left = (size_t)(end - scan->start), len;
	const char *newline = memchr(scan->start, '\n', left);
	const char *comma;

	if (newline == NULL)
		return false;
	len = (size_t)(newline - scan->start);
	if (memchr(scan->start, '"', len) != NULL)
		return false;
	scan->field = (struct span){ 0 };
	while ((comma = memchr(scan->start + scan->field.from, scan->delimiter,
		    len - scan->field.from)) != NULL) {
		end_field(scan, (size_t)(comma - scan->start));
		scan->field.from = scan->field.to + 1;
	}
	end_row(scan, bare_end(scan, len));
	scan->at = len + 1;
	return true;
}

bool scan_row(struct scan *scan, const char *end)
{
	const char *p = scan->start + scan->at;

	while (p < end && scan->state != ENDED) {
		if (scan->state == FIELD_START)
			p = scan_start(scan, p);
		else if (scan->state == BARE)
			p = scan_bare(scan, p, end);
		else if (scan->state == QUOTED)
			p = scan_quoted(scan, p, end);
		else if (scan->state == SPOILED)
			p = scan_spoiled(scan, p, end);
		else
			p = scan_closing(scan, p);
		if (go_back(scan))
			return true;
	}
	scan->at = (size_t)(p - scan->start);
	return scan->state == ENDED;
}

bool scan_end(struct scan *scan)
{
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
		end_row(scan, bare_end(scan, scan->at));
	else if (scan->state != SPOILED)
		end_row(scan, scan->at - 1 - (scan->state == CLOSING_CR));
	scan->state = ENDED;
	return true;
}

void scan_forget(struct scan *scan)
{
	scan_complain(scan, CSV_TOO_LONG, -1);
	scan->at = scan->newline = 0;
	scan->field = (struct span){ 0 };
}
