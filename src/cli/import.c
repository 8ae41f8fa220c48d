/* homeroom import: takes in bundles, and says what became of each. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/base.h"
#include "homeroom/ingest.h"
#include "homeroom/publish.h"
#include "homeroom/store.h"

#include <stdio.h>

static const struct flag flags_known[] = {
	{ "--source", "NAME", "Where the data come from (default: csv)" },
	FLAG_DISTRICT,
	{ "--accept", NULL, "Go on though many records are removed" },
	FLAG_DRY_RUN,
	{ "--changes", NULL, "With --dry-run: list what would change" },
	{ "--entity", "NAME", "With --changes: only that, such as users" },
	{ "--school", "ID", "With --changes: only what is of that school" },
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "import PATH… [--source NAME], or import --source NAME",
	.meaning =
	    "Takes in OneRoster CSV bundles, 1.1 or 1.2, bulk or delta: each "
	    "a zip file or\na folder. Without PATH it fetches what the "
	    "source's settings describe. What can't\nbe taken is set aside "
	    "and reported, with file and line.\n",
	.flags = flags_known,
	.arguments_max = 1000,
	.settings = SETTINGS_READ,
};

/* What the flags ask for; false: flags->exit says how it ended. */
static bool read_request(struct flags *flags, struct ingest_request *request,
    enum format *format)
{
	const char *source = flags_get(flags, "--source");
	struct err err = { 0 };

	request->source = source != NULL ? source : "csv";
	request->accept = flags_has(flags, "--accept");
	request->dry_run = flags_has(flags, "--dry-run");
	request->changes = flags_has(flags, "--changes");
	request->entity = flags_get(flags, "--entity");
	request->school = flags_get(flags, "--school");
	if (!flags_format(flags, format))
		return false;
	if (config_number("HOMEROOM_RETENTION_DAYS", 0, 100000,
		&request->keep_days, &err))
		return true;
	flags->exit = failed(&err);
	return false;
}

/* One after the other; those behind a refused one wait for it to be mended. */
static bool import(struct db *db, const struct flags *flags,
    struct ingest_request *request, enum format format, int *status,
    struct err *err)
{
	for (int i = 0; i < flags->argument_count && *status == 0; i++) {
		request->path = flags->arguments[i];
		if (!report_run(db, request, format, status, err))
			return false;
	}
	return true;
}

/* What settings describe. */
static bool fetch(struct house *house, const struct ingest_request *request,
    enum format format, int *status, struct err *err)
{
	const struct source_wanted wanted = { .district = request->district,
		.name = request->source };
	struct ingest_request of_it = *request;
	struct fetched fetched;
	bool done;

	if (!source_fetch(house->db, house->arena, &wanted, &fetched, err))
		return false;
	of_it.path = fetched.path;
	of_it.findings = fetched.findings;
	of_it.fetched = &fetched;
	done = report_run(house->db, &of_it, format, status, err);
	source_keep(&fetched);
	return done;
}

static bool run(const struct flags *flags, struct ingest_request *request,
    enum format format, int *status, struct err *err)
{
	struct house house;
	bool done =
	    house_enter(&house, DB_INGEST, flags, &request->district, err) &&
	    (flags->argument_count > 0
		    ? import(house.db, flags, request, format, status, err)
		    : fetch(&house, request, format, status, err));

	house_close(&house);
	return done;
}

int cli_import(int argc, char **argv)
{
	struct ingest_request request = { 0 };
	struct flags flags;
	struct err err = { 0 };
	enum format format;
	int status = 0;

	if (!flags_read(&flags, &command, argc, argv) ||
	    !read_request(&flags, &request, &format))
		return flags.exit;
	if (flags.argument_count == 0 && !flags_has(&flags, "--source"))
		return usage(&command,
		    "what is to be imported? PATH, or --source NAME");
	if (request.changes && !request.dry_run)
		return usage(&command, "--changes goes with --dry-run");
	if (!run(&flags, &request, format, &status, &err))
		return failed(&err);
	return status;
}
