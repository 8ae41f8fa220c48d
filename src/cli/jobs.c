/* homeroom jobs: what waits to be done, what is being done, what was. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/publish.h"

#include <inttypes.h>
#include <stdio.h>

static const struct flag flags_known[] = {
	{ "--district", "NAME", "Whose (default: default)" },
	{ "--kind", "KIND", "Only those, for instance push" },
	{ "--limit", "N", "How many (default: 20)" },
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "jobs",
	.meaning = "Lists what `homeroom work` does besides housekeeping: "
		   "what waits or runs, then\nwhat ended last.\n",
	.flags = flags_known,
	.settings = SETTINGS_READ,
};

static const struct column columns[] = {
	{ "job", COLUMN_NUMBER },
	{ "kind", COLUMN_TEXT },
	{ "subject", COLUMN_TEXT },
	{ "state", COLUMN_TEXT },
	{ "attempts", COLUMN_NUMBER },
	{ "wanted", COLUMN_TEXT },
	{ "started", COLUMN_TEXT },
	{ "finished", COLUMN_TEXT },
	{ "what", COLUMN_TEXT },
	{ 0 },
};

/* Where the columns of times stand. */
enum { TIMES_BEGIN = 5, TIMES_END = 8, CELLS = 9 };

static void print(const struct rows *rows, enum format format)
{
	struct listing listing = { .columns = columns };

	for (int i = 0; i < rows_count(rows); i++) {
		char times[CELLS][CLOCK_TEXT];
		const char *row[CELLS];

		for (int c = 0; c < CELLS; c++) {
			row[c] = rows_get(rows, i, c);
			if (c < TIMES_BEGIN || c >= TIMES_END || row[c] == NULL)
				continue;
			clock_format(times[c], rows_integer(rows, i, c));
			row[c] = times[c];
		}
		listing_row(&listing, row);
	}
	listing_print(&listing, format);
}

static bool run(const struct flags *flags, int64_t limit, enum format format,
    struct err *err)
{
	const struct rows *rows;
	struct house house;
	int64_t district;
	bool done = house_open(&house, DB_INGEST, err) &&
		    district_find(house.db, house.arena,
			flags_get(flags, "--district"), &district, err);

	if (done) {
		const struct values values = { 3,
			{ arena_printf(house.arena, "%" PRId64, district),
			    flags_get(flags, "--kind"),
			    arena_printf(house.arena, "%" PRId64, limit) } };

		done = db_ask(house.db, house.arena, STATEMENT_job_list,
		    &values, &rows, err);
	}
	if (done)
		print(rows, format);
	house_close(&house);
	return done;
}

int cli_jobs(int argc, char **argv)
{
	struct flags flags;
	struct err err = { 0 };
	enum format format;
	int64_t limit = 20;

	if (!flags_read(&flags, &command, argc, argv) ||
	    !flags_number(&flags, "--limit", 1, 1000000, &limit) ||
	    !flags_format(&flags, &format))
		return flags.exit;
	return run(&flags, limit, format, &err) ? 0 : failed(&err);
}
