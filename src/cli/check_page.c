/* The report on the live roster as one HTML page. */
#include "cli.h"
#include "homeroom/checks.h"

#include <inttypes.h>

/* --- one check ------------------------------------------------------------ */

static bool has_names(const struct check_result *r)
{
	for (int i = 0; i < r->example_count; i++)
		if (r->examples[i].name != NULL)
			return true;
	return false;
}

static void put_examples(struct buf *out, const struct check_result *r)
{
	bool names = has_names(r);

	buf_printf(out,
	    "<div class=\"scroll\"><table>\n<tr><th>sourcedId</th>%s"
	    "<th>School</th><th>What</th><th>Since</th></tr>\n",
	    names ? "<th>Name</th>" : "");
	for (int i = 0; i < r->example_count; i++) {
		const struct check_example *e = &r->examples[i];

		buf_puts(out, "<tr>");
		page_cell(out, e->id);
		if (names)
			page_cell(out, e->name);
		page_cell(out, e->school);
		page_cell(out, e->detail);
		buf_printf(out, "<td>%sversion %" PRId64 "</td></tr>\n",
		    e->fresh ? "<b>new</b>, " : "", e->since);
	}
	buf_puts(out, "</table></div>\n");
	if (r->count > r->example_count)
		buf_printf(out,
		    "<p>and %" PRId64 " more: <code>homeroom check --code %s"
		    "</code></p>\n",
		    r->count - r->example_count, r->check->code);
}

static void put_change(struct buf *out, const struct check_result *r)
{
	if (r->fresh < 0)
		return;
	buf_printf(out,
	    "<p class=\"change\">%" PRId64 " new, %" PRId64 " as before, "
	    "%" PRId64 " gone</p>\n",
	    r->fresh, r->count - r->fresh, r->gone);
}

static void put_result(struct buf *out, const struct check_result *r)
{
	buf_printf(out, "<section class=\"%s\" id=\"%s\">\n<h2>%" PRId64 ": ",
	    severity_names[r->severity], r->check->code, r->count);
	html_encode(out, r->check->title);
	buf_printf(out, "</h2>\n<p>%s, <code>%s</code></p>\n",
	    severity_names[r->severity], r->check->code);
	put_change(out, r);
	if (r->count > 0) {
		buf_puts(out, "<p>");
		html_encode(out, r->check->advice);
		buf_puts(out, "</p>\n");
	}
	if (r->example_count > 0)
		put_examples(out, r);
	buf_puts(out, "</section>\n");
}

/* --- the page ------------------------------------------------------------- */

static void put_title(struct buf *out, const struct checks_report *report)
{
	char at[CLOCK_TEXT];

	clock_format(at, report->at);
	buf_puts(out, "<h1>Checks of the roster of ");
	html_encode(out, report->district);
	buf_printf(out, "</h1>\n<p>Version %" PRId64 ", checked at %s",
	    report->version, at);
	if (report->before > 0)
		buf_printf(out, ", compared with version %" PRId64,
		    report->before);
	buf_puts(out, ".</p>\n");
}

void check_page(struct buf *out, struct arena *arena,
    const struct checks_report *report)
{
	bool any = false;

	page_begin(out, "Checks of the roster");
	put_title(out, report);
	buf_printf(out, "<p><b>%s</b></p>\n", checks_summary(arena, report));
	for (int i = 0; i < report->count; i++) {
		if (!check_tells(&report->results[i]))
			continue;
		put_result(out, &report->results[i]);
		any = true;
	}
	if (!any)
		buf_puts(out, "<p>Nothing was found.</p>\n");
	page_end(out);
}
