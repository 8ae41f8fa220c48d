/* homeroom describe: what the tables in the program say, for `make gen`. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/base.h"

static const struct flag flags_known[] = {
	{ "--settings", NULL, "The settings of the process" },
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "describe --settings",
	.meaning = "Prints what the program's tables say.\n",
	.flags = flags_known,
};

static const struct column setting_columns[] = {
	{ "name", COLUMN_TEXT },
	{ "default", COLUMN_TEXT },
	{ "meaning", COLUMN_TEXT },
	{ 0 },
};

static void describe_settings(enum format format)
{
	struct listing listing = { .columns = setting_columns };

	for (const struct setting *s = settings; s->name != NULL; s++) {
		const char *row[] = { s->name, s->fallback, s->meaning };

		listing_row(&listing, row);
	}
	listing_print(&listing, format);
}

int cli_describe(int argc, char **argv)
{
	struct flags flags;
	enum format format;

	if (!flags_read(&flags, &command, argc, argv) ||
	    !flags_format(&flags, &format))
		return flags.exit;
	if (!flags_has(&flags, "--settings"))
		return usage(&command, "say what to describe");
	describe_settings(format);
	return 0;
}
