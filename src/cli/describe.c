/* homeroom describe: what the tables in the program say, for `make gen`. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/base.h"
#include "homeroom/model.h"
#include "homeroom/publish.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct flag flags_known[] = {
	{ "--sql",      NULL,   "The roster's tables, as SQL" },
	{ "--openapi",  "NAME", "The API's document of that name" },
	{ "--apis",     NULL,   "The names of the API's documents" },
	{ "--markdown", NULL,   "The roster's data, as Markdown" },
	{ "--schema",   "KIND", "JSON Schema of a kind of settings files" },
	{ "--settings", NULL,   "The settings of the process, as Markdown" },
	{ 0 },
};
/* clang-format on */

static const struct command command = {
	.usage = "describe --sql|--openapi "
		 "NAME|--apis|--markdown|--settings|--schema KIND",
	.meaning = "Prints what the program's tables say.\n",
	.flags = flags_known,
};

static void describe_settings(struct buf *out)
{
	buf_puts(out,
	    "# Settings of the process\n\n"
	    "Environment variables, or `NAME=VALUE` lines in the file of\n"
	    "`--config`; the environment wins. An unknown name stops the\n"
	    "start.\n\n"
	    "| name | default | meaning |\n|---|---|---|\n");
	for (const struct setting *s = settings; s->name != NULL; s++)
		buf_printf(out, "| `%s` | %s | %s |\n", s->name,
		    s->fallback != NULL ? s->fallback : "", s->meaning);
}

static void describe_names(struct buf *out)
{
	for (const struct api *api = apis; api->name != NULL; api++)
		buf_printf(out, "%s\n", api->name);
}

static bool describe_document(struct buf *out, const char *name)
{
	for (const struct api *api = apis; api->name != NULL; api++)
		if (strcmp(api->name, name) == 0) {
			describe_openapi(out, api);
			return true;
		}
	return false;
}

int cli_describe(int argc, char **argv)
{
	struct buf out = { 0 };
	struct flags flags;
	const char *name;

	if (!flags_read(&flags, &command, argc, argv))
		return flags.exit;
	name = flags_get(&flags, "--openapi");
	if (name != NULL && !describe_document(&out, name))
		return usage(&command, "the API has no document '%s'", name);
	name = flags_get(&flags, "--schema");
	if (name != NULL && !settings_schema(&out, name))
		return usage(&command, "there is no kind '%s' of settings",
		    name);
	if (flags_has(&flags, "--sql"))
		describe_sql(&out);
	if (flags_has(&flags, "--apis"))
		describe_names(&out);
	if (flags_has(&flags, "--markdown"))
		describe_markdown(&out);
	if (flags_has(&flags, "--settings"))
		describe_settings(&out);
	if (out.len == 0)
		return usage(&command, "say what to describe");
	fwrite(out.data, 1, out.len, stdout);
	buf_free(&out);
	return 0;
}
