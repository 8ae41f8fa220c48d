/* homeroom undo: plans the way back from what a plan has done. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/provision.h"
#include "homeroom/publish.h"

#include <inttypes.h>
#include <stdio.h>

static const struct flag flags_known[] = {
	FLAG_DISTRICT,
	{ "--limit", "N", "Actions in a table (default: 50)" },
	FLAG_DRY_RUN,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "undo PLAN [--dry-run]",
	.meaning =
	    "Plans the way back from what a plan has done: what it disabled is "
	    "enabled, what\nit moved is moved back, values and memberships are "
	    "what they were, what it deleted\nis restored where the directory "
	    "can; of what can't be taken back it says so. The new\nplan is "
	    "held for `homeroom approve`. Rules that stay as they are will "
	    "want it again.\n",
	.flags = flags_known,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static void sum_up(const struct provision_run *run, int64_t plan, bool dry)
{
	fflush(stdout);
	if (dry)
		fprintf(stderr, "nothing is planned; that would take");
	else
		fprintf(stderr, "plan %" PRId64 " takes", run->plan);
	fprintf(stderr,
	    " back plan %" PRId64 ": %" PRId64 " to be done, %" PRId64
	    " can't be",
	    plan, run->actions, run->asking);
	if (run->held && !dry)
		fprintf(stderr, "; `homeroom approve %" PRId64 "` lets it go",
		    run->plan);
	fputc('\n', stderr);
}

static bool run(const struct flags *flags, int64_t plan, enum format format,
    int64_t limit, struct err *err)
{
	struct provision_wanted wanted = {
		.rehearses = flags_has(flags, "--dry-run"),
	};
	struct provision_run run;
	struct house house;
	bool done =
	    house_enter(&house, DB_INGEST, flags, &wanted.district, err);

	wanted.url = house.url;
	wanted.who = house_who(&house);
	done =
	    done &&
	    provision_undo(house.db, house.arena, &wanted, plan, &run, err) &&
	    planned_print(&house, wanted.district, run.plan, format, limit,
		err);
	if (done)
		sum_up(&run, plan, wanted.rehearses);
	house_close(&house);
	return done;
}

int cli_undo(int argc, char **argv)
{
	struct flags flags;
	struct err err = { 0 };
	enum format format;
	int64_t plan, limit = 50;

	if (!flags_listing(&flags, &command, argc, argv, &format, &limit))
		return flags.exit;
	if (!text_integer(
		(struct text){ flags.arguments[0], strlen(flags.arguments[0]) },
		1, INT64_MAX, &plan))
		return usage(&command, "'%s' is no plan's number",
		    flags.arguments[0]);
	return run(&flags, plan, format, limit, &err) ? 0 : failed(&err);
}
