/* Pages for people: no script, nothing from elsewhere, for a telephone and for
 * paper. */
#include "cli.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, "
    "initial-scale=1\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\""
    "default-src 'none'; style-src 'unsafe-inline'\">\n"
    "<meta name=\"robots\" content=\"noindex\">\n<title>";

static const char style[] =
    "</title>\n<style>\n"
    ":root{color-scheme:light dark}\n"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;"
    "padding:1rem}\n"
    "h1{font-size:1.4rem;margin:.5rem 0}\n"
    "h2{font-size:1.05rem;margin:0}\n"
    "p{margin:.3rem 0}\n"
    "section{border:1px solid #8888;border-left:.4rem solid #888;"
    "border-radius:.4rem;padding:.7rem 1rem;margin:1rem 0;"
    "break-inside:avoid-page}\n"
    ".error{border-left-color:#c0392b}\n"
    ".warning{border-left-color:#d68910}\n"
    ".info{border-left-color:#2874a6}\n"
    ".change{opacity:.8}\n"
    ".scroll{overflow-x:auto}\n"
    "table{border-collapse:collapse;margin-top:.5rem;font-size:.9rem}\n"
    "th,td{text-align:left;vertical-align:top;padding:.15rem .8rem .15rem 0;"
    "border-top:1px solid #8884;overflow-wrap:anywhere}\n"
    "th{white-space:nowrap}\n"
    "code{font-size:.9em}\n"
    "@media print{body{max-width:none;font-size:10pt}"
    "section{border-color:#000}}\n"
    "</style>\n</head>\n<body>\n";

void page_begin(struct buf *out, const char *title)
{
	buf_puts(out, head);
	html_encode(out, title);
	buf_puts(out, style);
}

void page_cell(struct buf *out, const char *text)
{
	buf_puts(out, "<td>");
	html_encode(out, text != NULL ? text : "");
	buf_puts(out, "</td>");
}

void page_end(struct buf *out)
{
	buf_puts(out, "</body>\n</html>\n");
}
