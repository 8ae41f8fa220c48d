/* Passwords on paper: slips to be cut apart, a class after the other; and as
 * CSV. */
#include "password.h"
#include "homeroom/model.h"

#include <string.h>

/* --- HTML ----------------------------------------------------------------- */

static const char head[] =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
    "'none'; style-src 'unsafe-inline'\">\n<title>";

/* A class begins a page of its own; no slip is cut by the end of one. */
static const char style[] =
    "</title>\n<style>\n"
    "@page { margin: 12mm; }\n"
    "body { font: 11pt/1.35 sans-serif; margin: 0; color: #000; }\n"
    "h2 { font-size: 12pt; margin: 0 0 3mm; break-after: avoid; }\n"
    "section { break-before: page; display: block; }\n"
    "section:first-of-type { break-before: auto; }\n"
    ".slips { display: grid; grid-template-columns: 1fr 1fr; }\n"
    ".slip { border: 1px dashed #888; padding: 4mm; margin: -1px 0 0 -1px;\n"
    "  break-inside: avoid; min-height: 30mm; box-sizing: border-box; }\n"
    ".name { font-weight: bold; }\n"
    "dl { margin: 2mm 0 0; display: grid; grid-template-columns: 24mm 1fr; }\n"
    "dt { color: #444; }\n"
    "dd { margin: 0; font: 12pt/1.4 monospace; overflow-wrap: anywhere; }\n"
    "@media screen { body { margin: 8mm; } }\n"
    "</style>\n</head>\n<body>\n";

static bool same_class(const struct password_row *a,
    const struct password_row *b)
{
	return strcmp(a->school, b->school) == 0 &&
	       strcmp(a->class, b->class) == 0;
}

static void begin_class(struct buf *out, const struct password_row *row,
    const char *title)
{
	buf_puts(out, "<section>\n<h2>");
	html_encode(out, *row->school != '\0' ? row->school : title);
	if (*row->class != '\0') {
		buf_puts(out, " · ");
		html_encode(out, row->class);
	}
	buf_puts(out, "</h2>\n<div class=\"slips\">\n");
}

static void put_slip(struct buf *out, const struct password_row *row)
{
	buf_puts(out, "<div class=\"slip\"><div class=\"name\">");
	html_encode(out, row->name);
	buf_puts(out, "</div><dl><dt>Login</dt><dd>");
	html_encode(out, row->login);
	buf_puts(out, "</dd><dt>Password</dt><dd>");
	html_encode(out, row->password);
	buf_puts(out, "</dd></dl></div>\n");
}

void password_slips(struct buf *out, const struct password_row *rows, int count,
    const char *title)
{
	buf_puts(out, head);
	html_encode(out, title);
	buf_puts(out, style);
	for (int i = 0; i < count; i++) {
		if (i == 0 || !same_class(&rows[i - 1], &rows[i]))
			begin_class(out, &rows[i], title);
		put_slip(out, &rows[i]);
		if (i + 1 == count || !same_class(&rows[i], &rows[i + 1]))
			buf_puts(out, "</div>\n</section>\n");
	}
	buf_puts(out, "</body>\n</html>\n");
}
