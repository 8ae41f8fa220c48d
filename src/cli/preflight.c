/* homeroom preflight: what an application will receive, and which records its
 * importer will not like. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/publish.h"

#include <stdio.h>

static const struct flag flags_known[] = {
	{ "--profile", "NAME", "Another importer's than its own" },
	{ "--list", NULL, "List the profiles" },
	FLAG_DISTRICT,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "preflight APPLICATION [--profile NAME], or preflight --list",
	.meaning = "Says what an application will receive under its grant, "
		   "and which of these\nrecords its importer refuses or "
		   "does not like, by its profile.\n",
	.flags = flags_known,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static const struct column profile_columns[] = {
	{ "profile", COLUMN_TEXT },
	{ "importer", COLUMN_TEXT },
	{ "about", COLUMN_TEXT },
	{ 0 },
};

static bool list_profiles(enum format format, struct err *err)
{
	struct listing listing = { .columns = profile_columns };
	struct arena *arena = arena_new();
	const struct profile *list;
	int count;
	bool done = profile_list(arena, &list, &count, err);

	for (int i = 0; done && i < count; i++)
		listing_row(&listing, (const char *[]){ list[i].name,
					  list[i].title, list[i].about });
	listing_print(&listing, format);
	arena_free(arena);
	return done;
}

/* Counts and findings are rows alike. */
static const struct column columns[] = {
	{ "entity", COLUMN_TEXT },
	{ "records", COLUMN_NUMBER },
	{ "severity", COLUMN_TEXT },
	{ "code", COLUMN_TEXT },
	{ "what", COLUMN_TEXT },
	{ "examples", COLUMN_TEXT },
	{ 0 },
};

static const char *examples(struct arena *arena,
    const struct preflight_finding *f)
{
	struct buf out = { 0 };
	const char *text;

	for (int i = 0; i < f->example_count; i++)
		buf_printf(&out, "%s%s", i > 0 ? " " : "", f->examples[i]);
	if (f->count > f->example_count)
		buf_puts(&out, " …");
	text = arena_text(arena, buf_text(&out));
	buf_free(&out);
	return text;
}

static void add_finding(struct listing *listing, struct arena *arena,
    const struct preflight_finding *f)
{
	const char *what = f->message;

	if (f->withheld != NULL)
		what = arena_printf(arena,
		    "%s: the grant does not share %s.%s as it is", f->message,
		    f->entity, f->withheld);
	listing_row(listing,
	    (const char *[]){ f->entity,
		f->withheld != NULL ? NULL : arena_number(arena, f->count),
		f->severe ? "error" : "warning", f->code, what,
		examples(arena, f) });
}

/* Whether its importer takes it all. */
static bool print(struct arena *arena, const struct preflight *flight,
    enum format format)
{
	struct listing listing = { .columns = columns };
	bool fit = true;

	for (int i = 0; i < flight->count; i++)
		listing_row(&listing,
		    (const char *[]){ flight->counts[i].entity,
			arena_number(arena, flight->counts[i].records), NULL,
			NULL, "will be received", NULL });
	for (int i = 0; i < flight->finding_count; i++) {
		const struct preflight_finding *f = &flight->findings[i];

		if (f->count == 0 && f->withheld == NULL)
			continue;
		add_finding(&listing, arena, f);
		fit = fit && !f->severe;
	}
	listing_print(&listing, format);
	return fit;
}

static bool run(const struct flags *flags, enum format format, bool *fit,
    struct err *err)
{
	struct application application;
	struct preflight flight;
	struct house house;
	int64_t district;
	bool done = house_enter(&house, DB_SERVE, flags, &district, err) &&
		    application_find(house.db, house.arena, district,
			flags->arguments[0], &application, err) &&
		    preflight_run(house.db, house.arena, &application,
			flags_get(flags, "--profile"), &flight, err);

	if (done)
		*fit = print(house.arena, &flight, format);
	fflush(stdout);
	if (!*fit)
		fputs("homeroom: its importer will refuse what has an error\n",
		    stderr);
	if (done && flight.profile.name == NULL)
		fputs("Without a profile nothing is checked; `homeroom "
		      "preflight --list` lists them.\n",
		    stderr);
	house_close(&house);
	return done;
}

int cli_preflight(int argc, char **argv)
{
	struct flags flags;
	struct err err = { 0 };
	enum format format;
	bool fit = true, done;

	if (!flags_read(&flags, &command, argc, argv) ||
	    !flags_format(&flags, &format))
		return flags.exit;
	if (flags_has(&flags, "--list"))
		done = list_profiles(format, &err);
	else if (flags.argument_count == 0)
		return usage(&command, "of which application?");
	else
		done = run(&flags, format, &fit, &err);
	if (!done)
		return failed(&err);
	return fit ? 0 : 1;
}
