/* Listings: the same rows as an aligned table, JSON, YAML or CSV. */
#include "cli.h"
#include "homeroom/model.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* A cell is a mark (is there a value?), the value, and NUL. */
#define CELL_NULL '0'
#define CELL_VALUE '1'

static int count_columns(const struct listing *listing)
{
	int count = 0;

	while (listing->columns[count].name != NULL)
		count++;
	assert(count <= LISTING_COLUMNS_MAX);
	return count;
}

void listing_row(struct listing *listing, const char *const *values)
{
	int columns = count_columns(listing);

	for (int i = 0; i < columns; i++) {
		const char *value = values[i] != NULL ? values[i] : "";

		buf_char(&listing->cells,
		    values[i] != NULL ? CELL_VALUE : CELL_NULL);
		buf_add(&listing->cells, value, strlen(value) + 1);
	}
	listing->rows++;
}

/* The value of the cell at *at, or NULL; goes on to the next one. */
static const char *next_cell(const char **at)
{
	const char *cell = *at;

	*at += strlen(cell) + 1;
	return cell[0] == CELL_VALUE ? cell + 1 : NULL;
}

/* --- table --------------------------------------------------------------- */

/* Characters of UTF-8 text; each is taken for one place wide. */
static int width(const char *text)
{
	int places = 0;

	for (; *text != '\0'; text++)
		places += ((unsigned char)*text & 0xc0) != 0x80;
	return places;
}

/* A value may come from outside: it must not steer the terminal. */
static void add_safe(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)text[0];
		bool c1 = c == 0xc2 && (unsigned char)text[1] >= 0x80 &&
			  (unsigned char)text[1] < 0xa0;

		if (c1)
			text++;
		if (c1 || c < 0x20 || c == 0x7f)
			buf_char(out, ' ');
		else
			buf_char(out, *text);
	}
}

void print_safe(const char *text)
{
	struct buf out = { 0 };

	add_safe(&out, text);
	if (out.len > 0)
		fwrite(out.data, 1, out.len, stdout);
	buf_free(&out);
}

static void add_cell(struct buf *out, const char *text, int wide,
    const struct column *column)
{
	bool right = column->kind == COLUMN_NUMBER;
	bool last = column[1].name == NULL;
	int pad = wide - width(text);

	if (!right)
		add_safe(out, text);
	if (right || !last)
		buf_printf(out, "%*s", pad, "");
	if (right)
		add_safe(out, text);
	buf_puts(out, last ? "\n" : "  ");
}

static char upper(char c)
{
	if (c < 'a' || c > 'z')
		return c;
	return (char)(c - ('a' - 'A'));
}

/* "lastVersion" → "LAST VERSION" */
static const char *heading(char out[64], const char *name)
{
	size_t at = 0;

	for (; *name != '\0' && at < 62; name++) {
		if (*name >= 'A' && *name <= 'Z')
			out[at++] = ' ';
		out[at++] = upper(*name);
	}
	out[at] = '\0';
	return out;
}

static void print_table(const struct listing *listing, struct buf *out)
{
	int columns = count_columns(listing), wide[LISTING_COLUMNS_MAX] = { 0 };
	const char *at = listing->cells.data;
	char title[64];

	for (int i = 0; i < columns; i++)
		wide[i] = width(heading(title, listing->columns[i].name));
	for (int cell = 0; cell < listing->rows * columns; cell++) {
		const char *value = next_cell(&at);
		int places = value != NULL ? width(value) : 1;

		if (places > wide[cell % columns])
			wide[cell % columns] = places;
	}
	for (int i = 0; i < columns; i++)
		add_cell(out, heading(title, listing->columns[i].name), wide[i],
		    &listing->columns[i]);
	at = listing->cells.data;
	for (int cell = 0; cell < listing->rows * columns; cell++) {
		const char *value = next_cell(&at);
		int i = cell % columns;

		add_cell(out, value != NULL ? value : "-", wide[i],
		    &listing->columns[i]);
	}
}

/* --- JSON, YAML, CSV ----------------------------------------------------- */

/* The same in JSON and YAML, whose double-quoted strings are JSON's. */
static void add_value(struct buf *out, const char *value, enum column_kind kind)
{
	if (value == NULL)
		buf_puts(out, "null");
	else if (kind == COLUMN_TEXT)
		json_quote(out, value, strlen(value));
	else
		buf_puts(out, value);
}

static void print_json(const struct listing *listing, struct buf *out)
{
	int columns = count_columns(listing);
	const char *at = listing->cells.data;

	buf_char(out, '[');
	for (int row = 0; row < listing->rows; row++) {
		buf_puts(out, row == 0 ? "\n  {" : ",\n  {");
		for (int i = 0; i < columns; i++) {
			const struct column *c = &listing->columns[i];

			buf_printf(out, "%s\"%s\": ", i == 0 ? "" : ", ",
			    c->name);
			add_value(out, next_cell(&at), c->kind);
		}
		buf_char(out, '}');
	}
	buf_puts(out, listing->rows == 0 ? "]\n" : "\n]\n");
}

static void print_yaml(const struct listing *listing, struct buf *out)
{
	int columns = count_columns(listing);
	const char *at = listing->cells.data;

	if (listing->rows == 0)
		buf_puts(out, "[]\n");
	for (int cell = 0; cell < listing->rows * columns; cell++) {
		const struct column *c = &listing->columns[cell % columns];

		buf_printf(out, "%s%s: ", cell % columns == 0 ? "- " : "  ",
		    c->name);
		add_value(out, next_cell(&at), c->kind);
		buf_char(out, '\n');
	}
}

/* RFC 4180. */
static void add_csv(struct buf *out, const char *value, bool last)
{
	csv_put(out, value, strlen(value), false);
	buf_puts(out, last ? "\r\n" : ",");
}

static void print_csv(const struct listing *listing, struct buf *out)
{
	int columns = count_columns(listing);
	const char *at = listing->cells.data;

	for (int i = 0; i < columns; i++)
		add_csv(out, listing->columns[i].name, i + 1 == columns);
	for (int cell = 0; cell < listing->rows * columns; cell++) {
		const char *value = next_cell(&at);

		add_csv(out, value != NULL ? value : "",
		    (cell + 1) % columns == 0);
	}
}

/* --- HTML ----------------------------------------------------------------- */

static const char style[] =
    "body{font:14px/1.4 system-ui,sans-serif;margin:2em}"
    "table{border-collapse:collapse}"
    "td,th{border-bottom:1px solid #ccc;padding:.25em .8em .25em 0;"
    "text-align:left;vertical-align:top}"
    ".n{text-align:right}thead{position:sticky;top:0;background:#fff}";

static void print_html(const struct listing *listing, struct buf *out)
{
	const char *title =
	    listing->title != NULL ? listing->title : "Homeroom";
	const char *at = listing->cells.data;
	int columns = count_columns(listing);
	char head[64];

	buf_puts(out, "<!doctype html>\n<html lang=\"en\"><head>"
		      "<meta charset=\"utf-8\"><title>");
	html_encode(out, title);
	buf_printf(out, "</title><style>%s</style></head>\n<body><h1>", style);
	html_encode(out, title);
	buf_puts(out, "</h1>\n<table><thead><tr>");
	for (int i = 0; i < columns; i++)
		buf_printf(out, "<th>%s</th>",
		    heading(head, listing->columns[i].name));
	buf_puts(out, "</tr></thead><tbody>\n");
	for (int cell = 0; cell < listing->rows * columns; cell++) {
		const char *value = next_cell(&at);
		int i = cell % columns;

		buf_puts(out, i == 0 ? "<tr>" : "");
		buf_puts(out, listing->columns[i].kind == COLUMN_NUMBER
				  ? "<td class=n>"
				  : "<td>");
		html_encode(out, value != NULL ? value : "");
		buf_puts(out, i + 1 == columns ? "</td></tr>\n" : "</td>");
	}
	buf_puts(out, "</tbody></table></body></html>\n");
}

void listing_print(struct listing *listing, enum format format)
{
	static void (*const printers[])(const struct listing *,
	    struct buf *) = {
		[FORMAT_TABLE] = print_table,
		[FORMAT_JSON] = print_json,
		[FORMAT_YAML] = print_yaml,
		[FORMAT_CSV] = print_csv,
		[FORMAT_HTML] = print_html,
	};
	struct buf out = { 0 };

	printers[format](listing, &out);
	fwrite(out.data, 1, out.len, stdout);
	buf_free(&out);
	buf_free(&listing->cells);
	listing->rows = 0;
}
