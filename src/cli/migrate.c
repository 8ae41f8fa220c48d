/* homeroom migrate: creates or upgrades the database. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/base.h"
#include "homeroom/store.h"

#include <stdio.h>

static const struct flag flags_known[] = {
	{ "--roles", NULL,
	    "Print the part that needs a superuser, as a script for psql" },
	{ 0 },
};

static const struct command command = {
	.usage = "migrate [--roles]",
	.meaning = "Creates the database, or brings it to what this program "
		   "needs.\nSafe to run at any time, and by many at once.\n",
	.flags = flags_known,
	.settings = SETTINGS_READ,
};

static bool run(struct arena *arena, int *applied, struct err *err)
{
	const char *url = config_get("HOMEROOM_DATABASE_URL");
	struct cluster *cluster = NULL;
	bool done;

	if (url == NULL && !cluster_start(&cluster, config_get("HOMEROOM_HOME"),
			       arena, &url, err))
		return false;
	done = migrate(url, applied, err);
	cluster_stop(cluster);
	return done;
}

int cli_migrate(int argc, char **argv)
{
	struct arena *arena;
	struct flags flags;
	struct err err = { 0 };
	int applied = 0;
	bool done;

	if (!flags_read(&flags, &command, argc, argv))
		return flags.exit;
	if (flags_has(&flags, "--roles")) {
		fputs(migrate_roles(), stdout);
		return 0;
	}
	arena = arena_new();
	done = run(arena, &applied, &err);
	arena_free(arena);
	if (!done)
		return failed(&err);
	printf("%d migrations applied\n", applied);
	return 0;
}
