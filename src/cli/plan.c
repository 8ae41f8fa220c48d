/* homeroom plan: what would be done to a directory, and plans made before. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/provision.h"
#include "homeroom/publish.h"

#include <inttypes.h>
#include <stdio.h>

static const struct flag flags_known[] = {
	FLAG_DISTRICT,
	{ "--person", "ID", "Of one person alone, by sourcedId" },
	{ "--only", "ACTIONS", "Only those, for instance create,disable" },
	{ "--whole", NULL, "Read all of the directory, not what changed" },
	{ "--known", NULL, "Plan of what was read last; ask nobody" },
	{ "--limit", "N", "Actions in a table (default: 50)" },
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "plan [DIRECTORY|PLAN]",
	.meaning = "Reads a directory and plans what is to be done there, so "
		   "that it is as the rules\nsay; does nothing. With a plan's "
		   "number: shows that one. With nothing: lists the plans.\n",
	.flags = flags_known,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

/* --- those there are ------------------------------------------------------ */

static const struct column columns[] = {
	{ "plan", COLUMN_NUMBER },
	{ "directory", COLUMN_TEXT },
	{ "purpose", COLUMN_TEXT },
	{ "state", COLUMN_TEXT },
	{ "made", COLUMN_TEXT },
	{ "by", COLUMN_TEXT },
	{ "version", COLUMN_NUMBER },
	{ "counts", COLUMN_JSON },
	{ "held", COLUMN_TEXT },
	{ "approvedBy", COLUMN_TEXT },
	{ "done", COLUMN_NUMBER },
	{ "failed", COLUMN_NUMBER },
	{ 0 },
};

enum { CELLS = 12 };

static bool list(struct house *house, int64_t district, enum format format,
    int64_t limit, struct err *err)
{
	const struct values values = { 4,
		{ arena_number(house->arena, district), NULL, NULL,
		    arena_number(house->arena, limit) } };
	struct listing listing = { .columns = columns, .title = "Plans" };
	const struct rows *rows;

	if (!db_ask(house->db, house->arena, STATEMENT_plan_list, &values,
		&rows, err))
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		const char *row[CELLS];
		char made[CLOCK_TEXT];

		for (int c = 0; c < CELLS; c++)
			row[c] = rows_get(rows, i, c);
		clock_format(made, rows_integer(rows, i, PLAN_MADE));
		row[PLAN_MADE] = made;
		if (format == FORMAT_TABLE || format == FORMAT_HTML)
			row[PLAN_COUNTS] = rows_get(rows, i, PLAN_WORDS);
		listing_row(&listing, row);
	}
	listing_print(&listing, format);
	return true;
}

/* --- a new one ------------------------------------------------------------ */

static void sum_up(const struct provision_run *run)
{
	fprintf(stderr,
	    "plan %" PRId64 ": %" PRId64 " to be done, %" PRId64
	    " wait for a person's answer (%" PRId64 " entries read)\n",
	    run->plan, run->actions, run->asking, run->read);
	if (run->held)
		fprintf(stderr,
		    "held: %s\n`homeroom approve %" PRId64 "` lets it go\n",
		    run->why, run->plan);
}

static bool plan(struct house *house, const struct flags *flags,
    int64_t district, enum format format, int64_t limit, struct err *err)
{
	const struct provision_wanted wanted = { .district = district,
		.directory = flags->arguments[0],
		.url = house->url,
		.who = house_who(house),
		.person = flags_get(flags, "--person"),
		.kinds = flags_get(flags, "--only"),
		.whole = flags_has(flags, "--whole"),
		.known = flags_has(flags, "--known") };
	struct provision_run run;

	if (!provision_plan(house->db, house->arena, &wanted, &run, err) ||
	    !planned_print(house, district, run.plan, format, limit, err))
		return false;
	fflush(stdout);
	sum_up(&run);
	return true;
}

static bool run(const struct flags *flags, enum format format, int64_t limit,
    struct err *err)
{
	const char *what =
	    flags->argument_count > 0 ? flags->arguments[0] : NULL;
	struct house house;
	int64_t district, number;
	bool done = house_enter(&house, DB_INGEST, flags, &district, err);

	if (done && what == NULL)
		done = list(&house, district, format, limit, err);
	else if (done && text_integer((struct text){ what, strlen(what) }, 1,
			     INT64_MAX, &number))
		done =
		    planned_print(&house, district, number, format, limit, err);
	else if (done)
		done = plan(&house, flags, district, format, limit, err);
	house_close(&house);
	return done;
}

int cli_plan(int argc, char **argv)
{
	struct flags flags;
	struct err err = { 0 };
	enum format format;
	int64_t limit = 50;

	if (!flags_listing(&flags, &command, argc, argv, &format, &limit))
		return flags.exit;
	return run(&flags, format, limit, &err) ? 0 : failed(&err);
}
