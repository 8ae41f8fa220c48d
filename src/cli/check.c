/* homeroom check: of a bundle, an import into a database that is made for it
 * and thrown away, so that the rules and the report are the same; else of the
 * live roster. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/base.h"
#include "homeroom/ingest.h"
#include "homeroom/publish.h"
#include "homeroom/store.h"

#include <string.h>

static const struct flag flags_known[] = {
	FLAG_DISTRICT,
	{ "--code", "CODE", "All records that this check found" },
	{ "--examples", "N", "Records that are shown of each (default: 5)" },
	{ "--names", NULL, "With names of people, classes and orgs" },
	{ "--all", NULL, "Checks that found nothing, too" },
	{ "--html", "FILE", "The report as a page, besides" },
	{ "--list", NULL, "Say what is looked for" },
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "check [--code CODE], check --list, or check PATH",
	.meaning =
	    "Says what is wrong with the live roster: what was found, what "
	    "is new, what is gone\nsince the version that was checked before, "
	    "and what to do. It ends with 1 when there\nare errors.\n\n"
	    "With a PATH it says what an import would make of that bundle: "
	    "the same rules and\nreport, and no database needed. The bundle "
	    "is taken to be all there is.\n",
	.flags = flags_known,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

/* --- checking ------------------------------------------------------------ */

static bool check_in(const char *home, struct ingest_request *request,
    enum format format, int *status, struct err *err)
{
	struct arena *arena = arena_new();
	struct cluster *cluster = NULL;
	struct db *db = NULL;
	const char *url;
	int applied;
	bool done = cluster_start(&cluster, home, arena, &url, err) &&
		    migrate(url, &applied, err) &&
		    db_open(&db, url, DB_INGEST, err) &&
		    district_find(db, arena, NULL, &request->district, err) &&
		    report_run(db, request, format, status, err);

	db_close(db);
	cluster_stop(cluster);
	arena_free(arena);
	return done;
}

static bool run(struct ingest_request *request, enum format format, int *status,
    struct err *err)
{
	struct arena *arena = arena_new();
	struct scratch scratch;
	bool done = scratch_open(&scratch, arena, err);

	if (done) {
		done = check_in(scratch.home, request, format, status, err);
		scratch_close(&scratch);
	}
	arena_free(arena);
	return done;
}

int cli_check(int argc, char **argv)
{
	struct ingest_request request = { .source = "check", .dry_run = true };
	struct flags flags;
	struct err err = { 0 };
	enum format format;
	int status = 0;

	if (!flags_read(&flags, &command, argc, argv) ||
	    !flags_format(&flags, &format))
		return flags.exit;
	if (flags.argument_count == 0)
		return check_live(&flags);
	for (int i = 0; i < flags.given_count; i++)
		if (flags.given[i].name[1] == '-' &&
		    strcmp(flags.given[i].name, "--config") != 0)
			return usage(&command, "%s is of the live roster",
			    flags.given[i].name);
	request.path = flags.arguments[0];
	/* Of a database that is thrown away nobody wants to hear. */
	if (strcmp(config_get("HOMEROOM_LOG"), "info") == 0)
		log_level_set(LOG_WARN);
	if (!run(&request, format, &status, &err))
		return failed(&err);
	return status;
}
