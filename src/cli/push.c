/* homeroom push: brings an application its bundle, now. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/publish.h"

#include <stdio.h>

static const struct flag flags_known[] = {
	FLAG_DISTRICT,
	FLAG_DRY_RUN,
	{ 0 },
};

static const struct command command = {
	.usage = "push APPLICATION [--dry-run]",
	.meaning = "Brings an application its CSV bundle now, to the SFTP "
		   "server that `push` in its\nsettings names, as "
		   "`homeroom work` does on schedule. --dry-run asks no "
		   "server.\n",
	.flags = flags_known,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static bool run(const struct flags *flags, struct err *err)
{
	struct house house;
	struct job job = { .kind = "push", .subject = flags->arguments[0] };
	bool done = house_enter(&house, DB_SERVE, flags, &job.district, err);

	done = done &&
	       (flags_has(flags, "--dry-run") ? push_rehearse : push_run)(&job,
		   house.arena, house.url, err);

	if (done)
		printf("%s: %s\n", job.subject, job.detail);
	house_close(&house);
	return done;
}

int cli_push(int argc, char **argv)
{
	struct flags flags;
	struct err err = { 0 };

	if (!flags_read(&flags, &command, argc, argv))
		return flags.exit;
	return run(&flags, &err) ? 0 : failed(&err);
}
