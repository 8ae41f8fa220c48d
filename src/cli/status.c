/* homeroom status: what is live, what ran last, and what waits. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/base.h"
#include "homeroom/store.h"

static const struct flag flags_known[] = {
	FLAG_DISTRICT,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "status",
	.meaning = "Says what is live, what ran last, and what waits for a "
		   "person.\n",
	.flags = flags_known,
	.settings = SETTINGS_READ,
};

static const struct column columns[] = {
	{ "what", COLUMN_TEXT },
	{ "state", COLUMN_TEXT },
	{ 0 },
};

static void print(const struct rows *rows, enum format format)
{
	struct listing listing = { .columns = columns };

	for (int i = 0; i < rows_count(rows); i++) {
		const char *row[] = { rows_get(rows, i, 0),
			rows_get(rows, i, 1) };

		listing_row(&listing, row);
	}
	listing_print(&listing, format);
}

static bool find_status(struct house *house, int64_t district,
    const struct rows **rows, struct err *err)
{
	const struct values values = { 2,
		{ arena_number(house->arena, district),
		    arena_number(house->arena, clock_now()) } };

	return db_ask(house->db, house->arena, STATEMENT_status, &values, rows,
	    err);
}

int cli_status(int argc, char **argv)
{
	struct house house;
	struct flags flags;
	struct err err = { 0 };
	const struct rows *rows;
	enum format format;
	int64_t district;
	bool done;

	if (!flags_read(&flags, &command, argc, argv) ||
	    !flags_format(&flags, &format))
		return flags.exit;
	done = house_enter(&house, DB_INGEST, &flags, &district, &err) &&
	       find_status(&house, district, &rows, &err);
	if (done)
		print(rows, format);
	house_close(&house);
	return done ? 0 : failed(&err);
}
