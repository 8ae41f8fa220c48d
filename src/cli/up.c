/* homeroom up: server and worker in one process. */
#include "homeroom/cli.h"
#include "cli.h"

static const struct flag flags_known[] = { { 0 } };

static const struct command command = {
	.usage = "up",
	.meaning = "Serves and works in one process, until SIGTERM or SIGINT, "
		   "over a private\nPostgres unless a database is named.\n",
	.flags = flags_known,
	.settings = SETTINGS_LISTED,
};

int cli_up(int argc, char **argv)
{
	struct daemon daemon = { .serves = true, .works = true };

	return daemon_run(&daemon, DB_SERVE, &command, argc, argv);
}
