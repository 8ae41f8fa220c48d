/* The report of an import or a check: for people as a table and a list of
 * what was found, for programs as JSON. */
#include "cli.h"
#include "homeroom/base.h"
#include "homeroom/ingest.h"

#include <inttypes.h>
#include <stdio.h>

static const struct column columns[] = {
	{ "file", COLUMN_TEXT },
	{ "mode", COLUMN_TEXT },
	{ "read", COLUMN_NUMBER },
	{ "added", COLUMN_NUMBER },
	{ "changed", COLUMN_NUMBER },
	{ "unchanged", COLUMN_NUMBER },
	{ "removed", COLUMN_NUMBER },
	{ "setAside", COLUMN_NUMBER },
	{ 0 },
};

static void print_files(const struct ingest_report *report, enum format format)
{
	struct listing listing = { .columns = columns };

	for (int i = 0; i < report->file_count; i++) {
		const struct ingest_file *f = &report->files[i];
		const int64_t numbers[] = { f->read, f->added, f->changed,
			f->unchanged, f->removed, f->aside };
		char digits[array_length(numbers)][24];
		const char *row[array_length(numbers) + 2] = { f->name,
			f->mode };

		for (size_t n = 0; n < array_length(numbers); n++) {
			snprintf(digits[n], sizeof(digits[n]), "%" PRId64,
			    numbers[n]);
			row[n + 2] = digits[n];
		}
		listing_row(&listing, row);
	}
	listing_print(&listing, format);
}

static void print_example(const struct ingest_finding *f, int i)
{
	fputs("    ", stdout);
	if (f->examples[i].line > 0)
		printf("line %" PRId64, f->examples[i].line);
	if (f->examples[i].line > 0 && f->examples[i].column != NULL)
		fputs(", ", stdout);
	if (f->examples[i].column != NULL)
		fputs(f->examples[i].column, stdout);
	if (f->examples[i].value != NULL) {
		if (f->examples[i].line > 0 || f->examples[i].column != NULL)
			fputs(": ", stdout);
		print_safe(f->examples[i].value);
	}
	putchar('\n');
}

/* What the message speaks of. */
static const char *subject(const struct ingest_finding *f)
{
	if (f->example_count > 0 && f->examples[0].column != NULL)
		return ": a value";
	if (f->example_count > 0 && f->examples[0].line > 0)
		return ": a row";
	return "";
}

static void print_finding(const struct ingest_finding *f)
{
	printf("%s ", f->severe ? "error:  " : "warning:");
	print_safe(f->file != NULL ? f->file : "the bundle");
	printf("%s %s", subject(f), f->message);
	if (f->count > 1)
		printf(" (%" PRId64 " times)", f->count);
	printf(" [%s]\n", f->code);
	for (int i = 0; i < f->example_count; i++)
		print_example(f, i);
	if (f->example_count > 0 && f->count > f->example_count)
		printf("    and %" PRId64 " more\n",
		    f->count - f->example_count);
}

static void print_outcome(const struct ingest_report *report, const char *name)
{
	print_safe(name);
	switch (report->outcome) {
	case INGEST_COMMITTED:
		printf(": taken in, version %" PRId64 "\n", report->version);
		return;
	case INGEST_UNCHANGED:
		printf(": nothing changed, version %" PRId64 " stays\n",
		    report->version);
		return;
	case INGEST_CHECKED:
		puts(": can be taken in; nothing was changed");
		return;
	case INGEST_WAITING:
		printf(": waits for a person as import-%" PRId64
		       "; nothing was changed\n",
		    report->import);
		return;
	case INGEST_FROZEN:
		puts(": not taken in; nothing was changed");
		return;
	case INGEST_REFUSED:
		break;
	}
	puts(": refused; nothing was changed");
}

static void print_page(const struct ingest_report *report, const char *name)
{
	struct buf page = { 0 };

	import_page(&page, report, name);
	fwrite(page.data, 1, page.len, stdout);
	buf_free(&page);
}

static void print(const struct ingest *ingest, const char *name,
    enum format format)
{
	const struct ingest_report *report = ingest_report(ingest);

	switch (format) {
	case FORMAT_CSV:
		print_files(report, format);
		return;
	case FORMAT_HTML:
		print_page(report, name);
		return;
	case FORMAT_JSON:
	case FORMAT_YAML: /* of which JSON is a part */
		puts(ingest_report_json(ingest));
		return;
	case FORMAT_TABLE:
		break;
	}
	if (report->file_count > 0)
		print_files(report, format);
	for (int i = 0; i < report->finding_count; i++)
		print_finding(&report->findings[i]);
	print_outcome(report, name);
}

static bool go_through(struct ingest *ingest, struct err *err)
{
	struct progress progress;
	bool more = true, done = true;

	progress_begin(&progress, "importing");
	while (done && more) {
		struct ingest_progress now = ingest_progress(ingest);

		/* Only reading knows how much there is. */
		if (now.total > 0)
			progress_step(&progress, now.done, now.total);
		done = ingest_step(ingest, &more, err);
	}
	progress_end(&progress);
	return done;
}

/* The changes, and the report beside them. */
static bool print_changes(struct ingest *ingest, const char *name,
    enum format format, struct err *err)
{
	if (format != FORMAT_JSON && format != FORMAT_YAML) {
		if (!changes_print(ingest, format, err))
			return false;
		if (format == FORMAT_TABLE)
			print(ingest, name, format);
		return true;
	}
	printf("{\"report\": %s, \"changes\": ", ingest_report_json(ingest));
	if (!changes_print(ingest, format, err))
		return false;
	puts("}");
	return true;
}

bool report_run(struct db *db, const struct ingest_request *request,
    enum format format, int *status, struct err *err)
{
	struct ingest *ingest = ingest_open(db, request);
	/* Where a source's bundle is fetched to nobody needs to know. */
	const char *name =
	    request->fetched != NULL ? request->source : request->path;
	const struct ingest_report *report = ingest_report(ingest);
	bool done = go_through(ingest, err);

	if (done && request->changes)
		done = print_changes(ingest, name, format, err);
	else if (done)
		print(ingest, name, format);
	if (done && report->reason != NULL) {
		fflush(stdout);
		fprintf(stderr, "homeroom: %s\n", report->reason);
		*status = report->outcome != INGEST_FROZEN;
	}
	ingest_close(ingest);
	return done;
}
