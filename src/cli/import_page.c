/* The report of an import as one HTML page: what each file had, and what was
 * found in it. */
#include "cli.h"
#include "homeroom/ingest.h"

#include <inttypes.h>

static const char *const outcomes[] = {
	[INGEST_COMMITTED] = "Taken in",
	[INGEST_UNCHANGED] = "Nothing changed",
	[INGEST_CHECKED] = "Can be taken in; nothing was changed",
	[INGEST_REFUSED] = "Refused; nothing was changed",
	[INGEST_WAITING] = "Waits for a person; nothing was changed",
	[INGEST_FROZEN] = "Not taken in; nothing was changed",
};

static void put_outcome(struct buf *out, const struct ingest_report *report)
{
	buf_printf(out, "<p><b>%s.</b>", outcomes[report->outcome]);
	if (report->import > 0)
		buf_printf(out, " Import %" PRId64 ".", report->import);
	buf_printf(out, " Version %" PRId64 ".</p>\n", report->version);
	if (report->reason != NULL) {
		buf_puts(out, "<p>");
		html_encode(out, report->reason);
		buf_puts(out, "</p>\n");
	}
}

/* --- files ---------------------------------------------------------------- */

static void put_files(struct buf *out, const struct ingest_report *report)
{
	buf_puts(out, "<div class=\"scroll\"><table>\n<tr><th>File</th>"
		      "<th>Mode</th><th>Read</th><th>Added</th>"
		      "<th>Changed</th><th>Unchanged</th><th>Removed</th>"
		      "<th>Set aside</th></tr>\n");
	for (int i = 0; i < report->file_count; i++) {
		const struct ingest_file *f = &report->files[i];
		const int64_t numbers[] = { f->read, f->added, f->changed,
			f->unchanged, f->removed, f->aside };

		buf_puts(out, "<tr>");
		page_cell(out, f->name);
		page_cell(out, f->mode);
		for (size_t n = 0; n < array_length(numbers); n++)
			buf_printf(out, "<td>%" PRId64 "</td>", numbers[n]);
		buf_puts(out, "</tr>\n");
	}
	buf_puts(out, "</table></div>\n");
}

/* --- findings ------------------------------------------------------------- */

static void put_examples(struct buf *out, const struct ingest_finding *f)
{
	buf_puts(out, "<div class=\"scroll\"><table>\n<tr><th>Line</th>"
		      "<th>Column</th><th>Value</th></tr>\n");
	for (int i = 0; i < f->example_count; i++) {
		buf_puts(out, "<tr><td>");
		if (f->examples[i].line > 0)
			buf_printf(out, "%" PRId64, f->examples[i].line);
		buf_puts(out, "</td>");
		page_cell(out, f->examples[i].column);
		page_cell(out, f->examples[i].value);
		buf_puts(out, "</tr>\n");
	}
	buf_puts(out, "</table></div>\n");
	if (f->count > f->example_count)
		buf_printf(out, "<p>and %" PRId64 " more</p>\n",
		    f->count - f->example_count);
}

static void put_finding(struct buf *out, const struct ingest_finding *f)
{
	const char *severity = f->severe ? "error" : "warning";

	buf_printf(out, "<section class=\"%s\">\n<h2>%" PRId64 ": ", severity,
	    f->count);
	html_encode(out, f->file != NULL ? f->file : "the bundle");
	buf_char(out, ' ');
	html_encode(out, f->message);
	buf_printf(out, "</h2>\n<p>%s, <code>%s</code></p>\n", severity,
	    f->code);
	if (f->example_count > 0)
		put_examples(out, f);
	buf_puts(out, "</section>\n");
}

/* --- the page ------------------------------------------------------------- */

void import_page(struct buf *out, const struct ingest_report *report,
    const char *name)
{
	page_begin(out, "Import");
	buf_puts(out, "<h1>Import of ");
	html_encode(out, name);
	buf_puts(out, "</h1>\n");
	put_outcome(out, report);
	if (report->file_count > 0)
		put_files(out, report);
	for (int i = 0; i < report->finding_count; i++)
		put_finding(out, &report->findings[i]);
	page_end(out);
}
