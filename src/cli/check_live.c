/* homeroom check without a bundle: the report on the live roster, as a table
 * and words, JSON, CSV, and a page. */
#include "cli.h"
#include "homeroom/checks.h"
#include "homeroom/publish.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define EXAMPLES 5

bool check_tells(const struct check_result *result)
{
	return result->count > 0 || result->gone > 0;
}

static const char *number(struct arena *arena, int64_t value)
{
	return value < 0 ? NULL : arena_number(arena, value);
}

/* --- what is looked for --------------------------------------------------- */

static const struct column list_columns[] = {
	{ "code", COLUMN_TEXT },
	{ "severity", COLUMN_TEXT },
	{ "entity", COLUMN_TEXT },
	{ "what", COLUMN_TEXT },
	{ "advice", COLUMN_TEXT },
	{ 0 },
};

static void list_checks(enum format format)
{
	/* A table has no place for sentences. */
	static const struct column short_columns[] = {
		{ "code", COLUMN_TEXT },
		{ "severity", COLUMN_TEXT },
		{ "entity", COLUMN_TEXT },
		{ "what", COLUMN_TEXT },
		{ 0 },
	};
	struct listing listing = {
		.columns = format == FORMAT_TABLE ? short_columns : list_columns
	};

	for (const struct check *c = checks; c->code != NULL; c++)
		listing_row(&listing,
		    (const char *[]){ c->code, severity_names[c->severity],
			c->entity, c->title, c->advice });
	listing_print(&listing, format);
}

/* --- table and CSV -------------------------------------------------------- */

static const struct column columns[] = {
	{ "severity", COLUMN_TEXT },
	{ "code", COLUMN_TEXT },
	{ "count", COLUMN_NUMBER },
	{ "new", COLUMN_NUMBER },
	{ "gone", COLUMN_NUMBER },
	{ "what", COLUMN_TEXT },
	{ 0 },
};

static const struct column all_columns[] = {
	{ "severity", COLUMN_TEXT },
	{ "code", COLUMN_TEXT },
	{ "count", COLUMN_NUMBER },
	{ "new", COLUMN_NUMBER },
	{ "gone", COLUMN_NUMBER },
	{ "what", COLUMN_TEXT },
	{ "entity", COLUMN_TEXT },
	{ "advice", COLUMN_TEXT },
	{ "examples", COLUMN_TEXT },
	{ 0 },
};

static const char *ids(struct arena *arena, const struct check_result *r)
{
	struct buf out = { 0 };
	const char *text;

	for (int i = 0; i < r->example_count; i++)
		buf_printf(&out, "%s%s", i > 0 ? " " : "", r->examples[i].id);
	text = arena_text(arena, buf_text(&out));
	buf_free(&out);
	return text;
}

static void print_results(struct arena *arena,
    const struct checks_report *report, bool all, enum format format)
{
	struct listing listing = { .columns = format == FORMAT_CSV ? all_columns
								   : columns };

	for (int i = 0; i < report->count; i++) {
		const struct check_result *r = &report->results[i];

		if (r->severity == CHECK_OFF || (!all && !check_tells(r)))
			continue;
		listing_row(&listing,
		    (const char *[]){ severity_names[r->severity],
			r->check->code, number(arena, r->count),
			number(arena, r->fresh), number(arena, r->gone),
			r->check->title, r->check->entity, r->check->advice,
			ids(arena, r) });
	}
	if (listing.rows > 0 || format == FORMAT_CSV)
		listing_print(&listing, format);
}

static void print_example(const struct check_example *e)
{
	fputs("    - ", stdout);
	print_safe(e->id);
	if (e->name != NULL) {
		fputs(", ", stdout);
		print_safe(e->name);
	}
	if (e->school != NULL && strcmp(e->school, e->id) != 0) {
		fputs(", school ", stdout);
		print_safe(e->school);
	}
	if (e->detail != NULL) {
		fputs(": ", stdout);
		print_safe(e->detail);
	}
	puts(e->fresh ? " (new)" : "");
}

static void print_words(const struct check_result *r)
{
	printf("\n%s: %s\n    %s\n", r->check->code, r->check->title,
	    r->check->advice);
	for (int i = 0; i < r->example_count; i++)
		print_example(&r->examples[i]);
	if (r->count > r->example_count)
		printf("    - and %" PRId64 " more: homeroom check --code %s\n",
		    r->count - r->example_count, r->check->code);
}

static void print_table(struct arena *arena, const struct checks_report *report,
    bool all)
{
	print_results(arena, report, all, FORMAT_TABLE);
	for (int i = 0; i < report->count; i++)
		if (report->results[i].count > 0)
			print_words(&report->results[i]);
	if (report->version == 0) {
		puts("There is no version yet: nothing was imported.");
		return;
	}
	printf("\nVersion %" PRId64 ": %s", report->version,
	    checks_summary(arena, report));
	if (report->before > 0)
		printf("; new and gone since version %" PRId64, report->before);
	puts(".");
}

/* --- JSON ----------------------------------------------------------------- */

static void put_text(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, ", \"%s\": ", name);
	if (text == NULL)
		buf_puts(out, "null");
	else
		json_quote(out, text, strlen(text));
}

static void put_number(struct buf *out, const char *name, int64_t value)
{
	if (value < 0)
		buf_printf(out, ", \"%s\": null", name);
	else
		buf_printf(out, ", \"%s\": %" PRId64, name, value);
}

static void put_example(struct buf *out, const struct check_example *e,
    bool names)
{
	buf_puts(out, "\n      {\"sourcedId\": ");
	json_quote(out, e->id, strlen(e->id));
	put_text(out, "school", e->school);
	put_text(out, "detail", e->detail);
	if (names)
		put_text(out, "name", e->name);
	buf_printf(out, ", \"new\": %s", e->fresh ? "true" : "false");
	put_number(out, "since", e->since);
	buf_char(out, '}');
}

static void put_result(struct buf *out, const struct check_result *r,
    bool names)
{
	buf_puts(out, "\n    {\"code\": ");
	json_quote(out, r->check->code, strlen(r->check->code));
	put_text(out, "severity", severity_names[r->severity]);
	put_text(out, "entity", r->check->entity);
	put_number(out, "count", r->count);
	put_number(out, "new", r->fresh);
	put_number(out, "gone", r->gone);
	put_text(out, "what", r->check->title);
	put_text(out, "advice", r->check->advice);
	buf_puts(out, ", \"examples\": [");
	for (int i = 0; i < r->example_count; i++) {
		if (i > 0)
			buf_char(out, ',');
		put_example(out, &r->examples[i], names);
	}
	buf_puts(out, "]}");
}

static void print_json(const struct checks_report *report, bool all, bool names)
{
	char at[CLOCK_TEXT];
	struct buf out = { 0 };
	const char *comma = "";

	clock_format(at, report->at);
	buf_puts(&out, "{\"district\": ");
	json_quote(&out, report->district, strlen(report->district));
	put_number(&out, "version", report->version);
	put_number(&out, "before", report->before > 0 ? report->before : -1);
	put_text(&out, "at", at);
	put_number(&out, "ms", report->ms);
	buf_puts(&out, ", \"checks\": [");
	for (int i = 0; i < report->count; i++) {
		const struct check_result *r = &report->results[i];

		if (r->severity == CHECK_OFF || (!all && !check_tells(r)))
			continue;
		buf_puts(&out, comma);
		comma = ",";
		put_result(&out, r, names);
	}
	buf_puts(&out, "]}\n");
	fwrite(out.data, 1, out.len, stdout);
	buf_free(&out);
}

/* --- all records of one check --------------------------------------------- */

static const struct column record_columns[] = {
	{ "sourcedId", COLUMN_TEXT },
	{ "school", COLUMN_TEXT },
	{ "new", COLUMN_BOOL },
	{ "since", COLUMN_NUMBER },
	{ "detail", COLUMN_TEXT },
	{ "name", COLUMN_TEXT },
	{ 0 },
};

static void print_records(struct arena *arena, const struct check_result *r,
    enum format format)
{
	struct listing listing = { .columns = record_columns };

	for (int i = 0; i < r->example_count; i++) {
		const struct check_example *e = &r->examples[i];

		listing_row(&listing,
		    (const char *[]){ e->id, e->school,
			e->fresh ? "true" : "false", number(arena, e->since),
			e->detail, e->name });
	}
	listing_print(&listing, format);
}

static const struct check_result *find_result(
    const struct checks_report *report, const char *code)
{
	const struct check_result *r = report->results;

	while (strcmp(r->check->code, code) != 0)
		r++;
	return r;
}

/* --- the command ---------------------------------------------------------- */

static void print_page(struct arena *arena, const struct checks_report *report)
{
	struct buf page = { 0 };

	check_page(&page, arena, report);
	fwrite(page.data, 1, page.len, stdout);
	buf_free(&page);
}

static void print(struct arena *arena, const struct flags *flags,
    const struct checks_report *report, enum format format)
{
	const char *code = flags_get(flags, "--code");
	bool all = flags_has(flags, "--all");

	if (code != NULL)
		print_records(arena, find_result(report, code), format);
	else if (format == FORMAT_TABLE)
		print_table(arena, report, all);
	else if (format == FORMAT_CSV)
		print_results(arena, report, all, format);
	else if (format == FORMAT_HTML)
		print_page(arena, report);
	else
		print_json(report, all, flags_has(flags, "--names"));
}

/* It may have names in it: for nobody else to read. */
static bool write_page(const char *path, struct arena *arena,
    const struct checks_report *report, struct err *err)
{
	struct buf page = { 0 };
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t at = 0;
	bool done = fd >= 0;

	check_page(&page, arena, report);
	while (done && at < page.len) {
		ssize_t put = write(fd, page.data + at, page.len - at);

		done = put > 0;
		at += done ? (size_t)put : 0;
	}
	if (fd >= 0)
		done = close(fd) == 0 && done;
	buf_free(&page);
	return done || fail(err, FAULT_IO, "%s can't be written", path);
}

static bool run(const struct flags *flags, struct checks_wanted *wanted,
    enum format format, int *status, struct err *err)
{
	const char *page = flags_get(flags, "--html");
	struct checks_report report;
	struct house house;
	bool done =
	    house_enter(&house, DB_INGEST, flags, &wanted->district, err) &&
	    checks_run(house.db, house.arena, wanted, &report, err) &&
	    (page == NULL || write_page(page, house.arena, &report, err));

	if (done)
		print(house.arena, flags, &report, format);
	if (done && report.found[CHECK_ERROR] > 0) {
		fflush(stdout);
		fputs("homeroom: there are errors in the roster\n", stderr);
		*status = 1;
	}
	house_close(&house);
	return done;
}

int check_live(struct flags *flags)
{
	struct checks_wanted wanted = { .code = flags_get(flags, "--code"),
		.names = flags_has(flags, "--names") };
	int64_t examples = wanted.code != NULL ? CHECK_KEPT : EXAMPLES;
	struct err err = { 0 };
	enum format format;
	int status = 0;

	if (!flags_format(flags, &format) ||
	    !flags_number(flags, "--examples", 0, CHECK_KEPT, &examples))
		return flags->exit;
	wanted.examples = (int)examples;
	if (flags_has(flags, "--list")) {
		list_checks(format);
		return 0;
	}
	if (wanted.code != NULL && !check_is_known(wanted.code))
		return usage(flags->command,
		    "there is no check '%s': `homeroom check --list` says "
		    "which there are",
		    wanted.code);
	if (!run(flags, &wanted, format, &status, &err))
		return failed(&err);
	return status;
}
