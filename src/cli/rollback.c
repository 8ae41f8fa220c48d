/* homeroom rollback: makes the roster what it was. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/base.h"
#include "homeroom/publish.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct flag flags_known[] = {
	FLAG_DISTRICT,
	FLAG_DRY_RUN,
	{ 0 },
};

static const struct command command = {
	.usage = "rollback VERSION [--dry-run]",
	.meaning =
	    "Makes a new version that is what VERSION was. Records that came "
	    "after it are\nmarked to be deleted, so that publishers hear of "
	    "it.\n",
	.flags = flags_known,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static bool run(const struct flags *flags, struct rollback *rollback,
    struct err *err)
{
	struct house house;
	bool done =
	    house_enter(&house, DB_INGEST, flags, &rollback->district, err) &&
	    version_rollback(house.db, rollback, err);

	if (rollback->made > 0 && !rollback->dry_run)
		(void)house_settled(done);
	house_close(&house);
	return done;
}

static void print(const struct rollback *r)
{
	if (r->rows == 0)
		puts("nothing differs; no version was made");
	else if (r->dry_run)
		printf("%" PRId64 " records would change\n", r->rows);
	else
		printf("version %" PRId64 " is what version %" PRId64
		       " was; %" PRId64 " records changed\n",
		    r->made, r->to, r->rows);
}

int cli_rollback(int argc, char **argv)
{
	struct rollback rollback = { 0 };
	struct flags flags;
	struct err err = { 0 };

	if (!flags_read(&flags, &command, argc, argv))
		return flags.exit;
	if (!text_integer(
		(struct text){ flags.arguments[0], strlen(flags.arguments[0]) },
		1, INT64_MAX, &rollback.to))
		return usage(&command, "'%s' is no version's number",
		    flags.arguments[0]);
	rollback.dry_run = flags_has(&flags, "--dry-run");
	if (!run(&flags, &rollback, &err))
		return failed(&err);
	print(&rollback);
	return 0;
}
