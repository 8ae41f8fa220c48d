/* homeroom describe: what the tables in the program say, for `make gen`. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/base.h"
#include "homeroom/model.h"

#include <stdio.h>
#include <string.h>

static const struct flag flags_known[] = {
	{ "--sql", NULL, "The roster's tables, as SQL" },
	{ "--openapi", "NAME", "The API's document of that name" },
	{ "--apis", NULL, "The names of the API's documents" },
	{ "--settings", NULL, "The settings of the process" },
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "describe --sql|--openapi NAME|--apis|--settings",
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

static void print(struct buf *text)
{
	fwrite(text->data, 1, text->len, stdout);
	buf_free(text);
}

static int describe_document(const char *name)
{
	struct buf text = { 0 };

	for (const struct api *api = apis; api->name != NULL; api++)
		if (strcmp(api->name, name) == 0) {
			describe_openapi(&text, api);
			print(&text);
			return 0;
		}
	return usage(&command, "the API has no document '%s'", name);
}

static void describe_names(void)
{
	for (const struct api *api = apis; api->name != NULL; api++)
		puts(api->name);
}

static void describe_tables(void)
{
	struct buf text = { 0 };

	describe_sql(&text);
	print(&text);
}

int cli_describe(int argc, char **argv)
{
	struct flags flags;
	enum format format;

	if (!flags_read(&flags, &command, argc, argv) ||
	    !flags_format(&flags, &format))
		return flags.exit;
	if (flags_get(&flags, "--openapi") != NULL)
		return describe_document(flags_get(&flags, "--openapi"));
	if (flags_has(&flags, "--sql"))
		describe_tables();
	else if (flags_has(&flags, "--apis"))
		describe_names();
	else if (flags_has(&flags, "--settings"))
		describe_settings(format);
	else
		return usage(&command, "say what to describe");
	return 0;
}
