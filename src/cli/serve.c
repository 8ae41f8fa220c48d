/* homeroom serve: the server, until it is told to stop. */
#include "homeroom/cli.h"
#include "cli.h"

static const struct flag flags_known[] = {
	{ 0 },
};

static const struct command command = {
	.usage = "serve",
	.meaning =
	    "Serves OneRoster to publishers, until SIGTERM or SIGINT; SIGHUP "
	    "reads the\ncertificate again. The database is the one that is "
	    "named, or a private one.\n",
	.flags = flags_known,
	.settings = SETTINGS_LISTED,
};

int cli_serve(int argc, char **argv)
{
	struct daemon daemon = { .serves = true };

	return daemon_run(&daemon, DB_SERVE, &command, argc, argv);
}
