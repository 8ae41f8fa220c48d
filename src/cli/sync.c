/* homeroom sync: brings a directory to what the rules say. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/provision.h"
#include "homeroom/publish.h"

#include <inttypes.h>
#include <stdio.h>

static const struct flag flags_known[] = {
	FLAG_DISTRICT,
	{ "--person", "ID", "Of one person alone, by sourcedId" },
	{ "--only", "ACTIONS", "Only those, for instance create,disable" },
	{ "--whole", NULL, "Read all of the directory, not what changed" },
	{ "--limit", "N", "Actions in a table (default: 50)" },
	FLAG_DRY_RUN,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "sync DIRECTORY [--dry-run]",
	.meaning =
	    "Brings a directory to what the rules say, as `homeroom work` does "
	    "on schedule:\nends what was begun, reads the directory, plans, "
	    "and does what was planned, unless\nthresholds hold the plan for "
	    "`homeroom approve`. Prints the plan and what came of it.\n",
	.flags = flags_known,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static void sum_up_first(const struct provision_run *run)
{
	if (run->first != 0)
		fprintf(stderr,
		    "plan %" PRId64 ", which was there before: %" PRId64
		    " done, %" PRId64 " failed: `homeroom plan %" PRId64
		    "` shows it\n",
		    run->first, run->first_done, run->first_failed, run->first);
}

/* What a person has to see to is no success. */
static int sum_up(const struct provision_run *run, bool dry)
{
	sum_up_first(run);
	if (dry || run->held)
		fprintf(stderr, "plan %" PRId64 ": %" PRId64 " to be done\n",
		    run->plan, run->actions);
	else
		fprintf(stderr,
		    "plan %" PRId64 ": %" PRId64 " done, %" PRId64
		    " failed, %" PRId64 " wait for a person's answer\n",
		    run->plan, run->done, run->failed, run->asking);
	if (!dry && run->failed > 0)
		fprintf(stderr,
		    "what failed stands first in `homeroom plan %" PRId64
		    "`, with the directory's own words\n",
		    run->plan);
	if (run->held)
		fprintf(stderr,
		    "held: %s\n`homeroom approve %" PRId64
		    "`, and this again, lets it go\n",
		    run->why, run->plan);
	return !dry && (run->held || run->failed > 0 || run->first_failed > 0);
}

static bool sync_with(struct house *house, const struct flags *flags,
    int64_t district, struct provision_run *out, struct err *err)
{
	struct provision_wanted wanted = { .directory = flags->arguments[0],
		.url = house->url,
		.who = house_who(house),
		.person = flags_get(flags, "--person"),
		.kinds = flags_get(flags, "--only"),
		.whole = flags_has(flags, "--whole"),
		.district = district };

	return flags_has(flags, "--dry-run")
		   ? provision_plan(house->db, house->arena, &wanted, out, err)
		   : provision_sync(house->db, house->arena, &wanted, out, err);
}

static bool run(const struct flags *flags, enum format format, int64_t limit,
    int *status, struct err *err)
{
	struct provision_run run = { 0 };
	struct house house;
	int64_t district;
	bool done =
	    house_enter(&house, DB_INGEST, flags, &district, err) &&
	    sync_with(&house, flags, district, &run, err) &&
	    planned_print(&house, district, run.plan, format, limit, err);

	if (done) {
		fflush(stdout);
		*status = sum_up(&run, flags_has(flags, "--dry-run"));
	}
	house_close(&house);
	return done;
}

int cli_sync(int argc, char **argv)
{
	struct flags flags;
	struct err err = { 0 };
	enum format format;
	int64_t limit = 50;
	int status = 0;

	if (!flags_listing(&flags, &command, argc, argv, &format, &limit))
		return flags.exit;
	return run(&flags, format, limit, &status, &err) ? status
							 : failed(&err);
}
