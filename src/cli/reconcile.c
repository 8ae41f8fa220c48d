/* homeroom reconcile: what is not as it should be in a directory. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/provision.h"
#include "homeroom/publish.h"

#include <inttypes.h>
#include <stdio.h>

static const struct flag flags_known[] = {
	FLAG_DISTRICT,
	{ "--plan", "FINDINGS",
	    "Plan what is proposed, for instance orphan,disabled-in-group" },
	{ "--trend", NULL, "How much was found, over time; reads nothing" },
	{ "--whole", NULL, "Read all of the directory, not what changed" },
	{ "--limit", "N", "Actions in a table (default: 50)" },
	{ "--dry-run", NULL, "With --plan: show it, and keep no plan" },
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "reconcile DIRECTORY [--plan FINDINGS [--dry-run]]",
	.meaning =
	    "Reads a directory and reports accounts that belong to nobody, "
	    "whose person has\nleft, persons with none, duplicates, values "
	    "that differ and who wrote them last, what\nis disabled but still "
	    "in groups, names that break the rules, what was never used. Each\n"
	    "with what could be done; --plan makes a plan of that, which is "
	    "held for approval.\n",
	.flags = flags_known,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static const struct column columns[] = {
	{ "finding", COLUMN_TEXT },
	{ "person", COLUMN_TEXT },
	{ "anchor", COLUMN_TEXT },
	{ "account", COLUMN_TEXT },
	{ "place", COLUMN_TEXT },
	{ "detail", COLUMN_TEXT },
	{ "proposed", COLUMN_TEXT },
	{ 0 },
};

enum { CELLS = 7 };

static void print(const struct rows *rows, enum format format,
    const char *title)
{
	struct listing listing = { .columns = columns, .title = title };

	for (int i = 0; i < rows_count(rows); i++) {
		const char *row[CELLS];

		for (int c = 0; c < CELLS; c++)
			row[c] = rows_get(rows, i, c);
		listing_row(&listing, row);
	}
	listing_print(&listing, format);
}

/* --- over time ------------------------------------------------------------ */

static const struct column trend_columns[] = {
	{ "at", COLUMN_TEXT },
	{ "version", COLUMN_NUMBER },
	{ "reading", COLUMN_NUMBER },
	{ "counts", COLUMN_JSON },
	{ 0 },
};

static bool trend(struct house *house, const struct provision_wanted *wanted,
    enum format format, int64_t limit, struct err *err)
{
	struct listing listing = { .columns = trend_columns,
		.title = "Reconciliations" };
	const struct rows *rows;

	if (!provision_trend(house->db, house->arena, wanted, (int)limit, &rows,
		err))
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		const int counts =
		    format == FORMAT_TABLE || format == FORMAT_HTML ? 4 : 3;
		char at[CLOCK_TEXT];
		const char *row[] = { at, rows_get(rows, i, 1),
			rows_get(rows, i, 2), rows_get(rows, i, counts) };

		clock_format(at, rows_integer(rows, i, 0));
		listing_row(&listing, row);
	}
	listing_print(&listing, format);
	return true;
}

/* --- now ------------------------------------------------------------------ */

static void sum_up(int count)
{
	fprintf(stderr, "%d finding%s%s\n", count, count == 1 ? "" : "s",
	    count > 0 ? "; --plan FINDINGS plans what is proposed"
		      : ": all is as it should be");
}

static bool report(struct house *house, const struct flags *flags,
    const struct provision_wanted *wanted, enum format format, int64_t limit,
    struct err *err)
{
	const char *propose = flags_get(flags, "--plan");
	struct provision_findings found;

	if (!provision_reconcile(house->db, house->arena, wanted, propose,
		&found, err))
		return false;
	if (propose == NULL) {
		print(found.rows, format,
		    arena_printf(house->arena, "Directory %s",
			wanted->directory));
		fflush(stdout);
		sum_up(rows_count(found.rows));
		return true;
	}
	if (!planned_print(house, wanted->district, found.run.plan, format,
		limit, err))
		return false;
	fflush(stdout);
	if (wanted->rehearses)
		fprintf(stderr, "nothing is planned; %" PRId64 " would be\n",
		    found.run.actions);
	else if (found.run.held)
		fprintf(stderr, "`homeroom approve %" PRId64 "` lets it go\n",
		    found.run.plan);
	else if (found.run.actions == 0)
		fputs("nothing is proposed now\n", stderr);
	return true;
}

static bool run(const struct flags *flags, enum format format, int64_t limit,
    struct err *err)
{
	struct provision_wanted wanted = { .directory = flags->arguments[0],
		.whole = flags_has(flags, "--whole"),
		.rehearses = flags_has(flags, "--dry-run") };
	struct house house;
	bool done =
	    house_enter(&house, DB_INGEST, flags, &wanted.district, err);

	wanted.url = house.url;
	wanted.who = house_who(&house);
	done = done &&
	       (flags_has(flags, "--trend")
		       ? trend(&house, &wanted, format, limit, err)
		       : report(&house, flags, &wanted, format, limit, err));
	house_close(&house);
	return done;
}

int cli_reconcile(int argc, char **argv)
{
	struct flags flags;
	struct err err = { 0 };
	enum format format;
	int64_t limit = 50;

	if (!flags_listing(&flags, &command, argc, argv, &format, &limit))
		return flags.exit;
	if (flags_has(&flags, "--dry-run") && !flags_has(&flags, "--plan"))
		return usage(&command, "--dry-run is of --plan");
	return run(&flags, format, limit, &err) ? 0 : failed(&err);
}
