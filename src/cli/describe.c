/* homeroom describe: what the tables in the program say, for `make gen`. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/embedded.h"
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
	{ "--profiles", NULL,   "What known importers expect, as Markdown" },
	{ "--rules",    "NAME", "Ready rules for a directory, to be changed and applied: k12-ad" },
	{ "--schema",   "KIND", "JSON Schema of a kind of settings: source, grant …" },
	{ "--settings", NULL,   "The settings of the process, as Markdown" },
	{ 0 },
};
/* clang-format on */

static const struct command command = {
	.usage = "describe --sql|--openapi "
		 "NAME|--apis|--markdown|--settings|--profiles|--rules "
		 "NAME|--schema KIND",
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

static void describe_bundle(struct buf *out, const struct profile *p)
{
	if (p->file != NULL)
		buf_printf(out, "called `%s`; ", p->file);
	if (p->files != UINT64_MAX)
		buf_puts(out, "only some files; ");
	if (!p->deltas)
		buf_puts(out, "always bulk; ");
	if (!p->metadata)
		buf_puts(out, "no `metadata.*`; ");
	if (p->empty_files)
		buf_puts(out, "a file also without rows; ");
	if (p->quote_all)
		buf_puts(out, "everything in quotes; ");
	if (p->word_booleans)
		buf_puts(out, "REST 1.1: booleans as words; ");
	if (p->empty_for_unknown)
		buf_puts(out, "REST: nothing, not 404, below an unknown "
			      "parent; ");
}

static bool describe_profiles(struct buf *out, struct err *err)
{
	struct arena *arena = arena_new();
	const struct profile *list;
	int count;
	bool done = profile_list(arena, &list, &count, err);

	buf_puts(out,
	    "# Profiles\n\n"
	    "What known importers expect beyond the standard, or against it. "
	    "An\napplication's settings name one (`profile: canvas`), and "
	    "`homeroom preflight`\nsays which records it would not like. "
	    "Each is a file of `src/publish/profiles/`.\n\n"
	    "| profile | importer | which | differs in |\n"
	    "|---|---|---|---|\n");
	for (int i = 0; done && i < count; i++) {
		buf_printf(out, "| `%s` | %s | %s | ", list[i].name,
		    list[i].title, list[i].about);
		describe_bundle(out, &list[i]);
		buf_puts(out, "|\n");
	}
	arena_free(arena);
	return done;
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

/* Ready rules, to be changed and applied. */
static bool describe_rules(struct buf *out, const char *name)
{
	for (const struct embedded *e = embedded_rules; e->name != NULL; e++)
		if (strcmp(e->name, name) == 0) {
			buf_puts(out, e->text);
			return true;
		}
	return false;
}

int cli_describe(int argc, char **argv)
{
	struct buf out = { 0 };
	struct flags flags;
	struct err err = { 0 };
	const char *name;

	if (!flags_read(&flags, &command, argc, argv))
		return flags.exit;
	name = flags_get(&flags, "--openapi");
	if (name != NULL && !describe_document(&out, name))
		return usage(&command,
		    "there is no document '%s': --apis lists those that there "
		    "are",
		    name);
	name = flags_get(&flags, "--rules");
	if (name != NULL && !describe_rules(&out, name))
		return usage(&command, "there are no ready rules '%s'", name);
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
	if (flags_has(&flags, "--profiles") && !describe_profiles(&out, &err))
		return failed(&err);
	if (out.len == 0)
		return usage(&command, "say what to describe");
	fwrite(out.data, 1, out.len, stdout);
	buf_free(&out);
	return 0;
}
