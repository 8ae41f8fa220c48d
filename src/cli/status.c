/* homeroom status: what is live, what ran last, and what waits. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/base.h"
#include "homeroom/publish.h"
#include "homeroom/store.h"

static const struct flag flags_known[] = {
	{ "--district", "NAME", "Whose (default: default)" },
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

static bool find_status(struct house *house, const char *name,
    const struct rows **rows, struct err *err)
{
	struct values values = { 0 };
	int64_t district;

	if (!district_find(house->db, house->arena, name, &district, err))
		return false;
	values_add(&values, arena_number(house->arena, district));
	values_add(&values, arena_number(house->arena, clock_now()));
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
	bool done;

	if (!flags_read(&flags, &command, argc, argv) ||
	    !flags_format(&flags, &format))
		return flags.exit;
	done =
	    house_open(&house, DB_INGEST, &err) &&
	    find_status(&house, flags_get(&flags, "--district"), &rows, &err);
	if (done)
		print(rows, format);
	house_close(&house);
	return done ? 0 : failed(&err);
}
