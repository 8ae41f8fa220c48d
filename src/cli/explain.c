/* homeroom explain: why a publisher sees a record, or does not; or, of a
 * person, whose word each field is. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/publish.h"

#include <stdio.h>
#include <string.h>

static const struct flag flags_known[] = {
	{ "--grant", "APPLICATION", "Whose grant is asked about" },
	FLAG_DISTRICT,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "explain RECORD --grant APPLICATION, or explain PERSON",
	.meaning =
	    "Says why an application sees a record, such as users/u1, "
	    "or does not: what its\ngrant restricts, and which records "
	    "lead to this one.\nOf a person, by the sourcedId of its user, it "
	    "says who gave which value, and which\none counts.\n",
	.flags = flags_known,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static const struct column columns[] = {
	{ "record", COLUMN_TEXT },
	{ "seen", COLUMN_BOOL },
	{ "depth", COLUMN_NUMBER },
	{ "reason", COLUMN_TEXT },
	{ 0 },
};

static void list(const struct explanation *e, enum format format)
{
	struct listing listing = { .columns = columns };

	for (int i = 0; i < e->count; i++) {
		const struct ground *r = &e->grounds[i];
		char depth[12];

		snprintf(depth, sizeof(depth), "%d", r->depth);
		listing_row(&listing,
		    (const char *[]){ r->record, r->good ? "true" : "false",
			depth, r->text });
	}
	listing_print(&listing, format);
}

/* A record stands in a line of its own, and what is said of it below. */
static void print(const struct explanation *e, const char *application)
{
	print_safe(e->grounds[0].record);
	printf(" is %s to ", e->seen ? "visible" : "not visible");
	print_safe(application);
	putchar('\n');
	for (int i = 1; i < e->count; i++) {
		const struct ground *r = &e->grounds[i];

		printf("%*s%c ", 2 * r->depth, "", r->good ? '+' : '-');
		if (strcmp(r->record, r[-1].record) != 0) {
			print_safe(r->record);
			fputs(": ", stdout);
		}
		print_safe(r->text);
		putchar('\n');
	}
}

static bool run(const struct flags *flags, enum format format, struct err *err)
{
	const char *record = flags->arguments[0];
	size_t len = strcspn(record, "/");
	struct explain_wanted wanted = { .application =
					     flags_get(flags, "--grant") };
	struct explanation explanation;
	struct house house;
	bool done;

	done = house_enter(&house, DB_OWNER, flags, &wanted.district, err);
	wanted.entity = arena_textn(house.arena, record, len);
	wanted.id = record + len + 1;
	done = done &&
	       grant_explain(house.db, house.arena, &wanted, &explanation, err);
	if (done && flags_get(flags, "-o") != NULL)
		list(&explanation, format);
	else if (done)
		print(&explanation, wanted.application);
	house_close(&house);
	return done;
}

int cli_explain(int argc, char **argv)
{
	struct flags flags;
	struct err err = { 0 };
	enum format format;

	if (!flags_read(&flags, &command, argc, argv) ||
	    !flags_format(&flags, &format))
		return flags.exit;
	if (flags_get(&flags, "--grant") == NULL &&
	    (strchr(flags.arguments[0], '/') == NULL ||
		strncmp(flags.arguments[0], "users/", 6) == 0))
		return explain_person(&flags, format, &err) ? 0 : failed(&err);
	if (flags_get(&flags, "--grant") == NULL)
		return usage(&command, "to whom? --grant APPLICATION");
	if (strchr(flags.arguments[0], '/') == NULL)
		return usage(&command, "a record is called users/u1");
	return run(&flags, format, &err) ? 0 : failed(&err);
}
