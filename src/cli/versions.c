/* homeroom versions: lists the roster's versions. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/base.h"
#include "homeroom/publish.h"

#include <inttypes.h>
#include <stdio.h>

static const struct flag flags_known[] = {
	FLAG_DISTRICT,
	{ "--limit", "N", "How many, the newest first (default: 20)" },
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "versions",
	.meaning = "Lists the roster's versions, the newest first. One that "
		   "is kept can be read and\ngone back to.\n",
	.flags = flags_known,
	.settings = SETTINGS_READ,
};

static const struct column columns[] = {
	{ "version", COLUMN_NUMBER },
	{ "published", COLUMN_TEXT },
	{ "import", COLUMN_NUMBER },
	{ "kept", COLUMN_BOOL },
	{ "note", COLUMN_TEXT },
	{ 0 },
};

static void print(const struct versions *versions, enum format format)
{
	struct listing listing = { .columns = columns };

	for (int i = 0; i < versions->count; i++) {
		const struct version *v = &versions->at[i];
		char version[24], published[CLOCK_TEXT], import[24];
		const char *row[] = { version, published,
			v->import != 0 ? import : NULL,
			v->kept ? "true" : "false", v->note };

		snprintf(version, sizeof(version), "%" PRId64, v->version);
		snprintf(import, sizeof(import), "%" PRId64, v->import);
		clock_format(published, v->published);
		listing_row(&listing, row);
	}
	listing_print(&listing, format);
}

static bool run(const struct flags *flags, int limit, enum format format,
    struct err *err)
{
	struct versions versions;
	struct house house;
	int64_t district;
	bool done = house_enter(&house, DB_INGEST, flags, &district, err) &&
		    version_list(house.db, house.arena, district, limit,
			&versions, err);

	if (done)
		print(&versions, format);
	house_close(&house);
	return done;
}

int cli_versions(int argc, char **argv)
{
	struct flags flags;
	struct err err = { 0 };
	enum format format;
	int64_t limit = 20;

	if (!flags_listing(&flags, &command, argc, argv, &format, &limit))
		return flags.exit;
	return run(&flags, (int)limit, format, &err) ? 0 : failed(&err);
}
