/* homeroom person: which records are the same human, where rules can't tell. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/ingest.h"
#include "homeroom/publish.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct flag list_flags[] = {
	{ "--review", NULL, "Only those that somebody must look at" },
	{ "--limit", "N", "How many (default: 1000)" },
	FLAG_DISTRICT,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct flag change_flags[] = {
	FLAG_DISTRICT,
	FLAG_DRY_RUN,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command list_command = {
	.usage = "person list [PERSON]",
	.meaning =
	    "Lists sources' records that rules or people made part of a "
	    "person, that wait for\none, or that somebody must look at; or "
	    "all records of one person.\n",
	.flags = list_flags,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static const struct command link_command = {
	.usage = "person link SOURCE:ID PERSON",
	.meaning = "Makes a source's record part of a person, a user that is "
		   "published, for good.\n",
	.flags = change_flags,
	.arguments_min = 2,
	.arguments_max = 2,
	.settings = SETTINGS_READ,
};

static const struct command unlink_command = {
	.usage = "person unlink SOURCE:ID",
	.meaning = "Says that a source's record is none of the persons that "
		   "it is part of or may be,\nfor good.\n",
	.flags = change_flags,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static const struct command merge_command = {
	.usage = "person merge",
	.meaning = "Matches and merges all people anew, by the settings of "
		   "now. The next import would\ndo so, too.\n",
	.flags = change_flags,
	.settings = SETTINGS_READ,
};

/* --- list ----------------------------------------------------------------- */

static const struct column list_columns[] = {
	{ "source", COLUMN_TEXT },
	{ "sourcedId", COLUMN_TEXT },
	{ "person", COLUMN_TEXT },
	{ "givenName", COLUMN_TEXT },
	{ "familyName", COLUMN_TEXT },
	{ "state", COLUMN_TEXT },
	{ "why", COLUMN_TEXT },
	{ "candidates", COLUMN_TEXT },
	{ "who", COLUMN_TEXT },
	{ "at", COLUMN_TEXT },
	{ 0 },
};

enum { LIST_AT = 9, LIST_COLUMNS = 10 };

static void print_list(const struct rows *rows, enum format format)
{
	struct listing listing = { .columns = list_columns };

	for (int i = 0; i < rows_count(rows); i++) {
		const char *row[LIST_COLUMNS];
		char at[CLOCK_TEXT];

		for (int c = 0; c < LIST_COLUMNS; c++)
			row[c] = rows_get(rows, i, c);
		if (row[LIST_AT] != NULL) {
			clock_format(at, rows_integer(rows, i, LIST_AT));
			row[LIST_AT] = at;
		}
		listing_row(&listing, row);
	}
	listing_print(&listing, format);
}

static bool run_list(const struct flags *flags, int64_t limit,
    enum format format, struct err *err)
{
	const struct rows *rows;
	struct house house;
	int64_t district;
	bool done = house_enter(&house, DB_INGEST, flags, &district, err);

	if (done) {
		const struct values values = { 4,
			{ arena_number(house.arena, district),
			    flags_has(flags, "--review") ? "t" : "f",
			    flags->argument_count > 0 ? flags->arguments[0]
						      : NULL,
			    arena_number(house.arena, limit) } };

		done = db_ask(house.db, house.arena, STATEMENT_person_list,
		    &values, &rows, err);
	}
	if (done && flags->argument_count > 0 && rows_count(rows) == 0)
		done = fail(err, FAULT_NOT_FOUND,
		    "no source speaks of a person '%.80s'",
		    flags->arguments[0]);
	if (done)
		print_list(rows, format);
	house_close(&house);
	return done;
}

static int list(int argc, char **argv)
{
	struct flags flags;
	struct err err = { 0 };
	enum format format;
	int64_t limit = 1000;

	if (!flags_listing(&flags, &list_command, argc, argv, &format, &limit))
		return flags.exit;
	return run_list(&flags, limit, format, &err) ? 0 : failed(&err);
}

/* --- what changes something ----------------------------------------------- */

static const struct column change_columns[] = {
	{ "record", COLUMN_TEXT },
	{ "person", COLUMN_TEXT },
	{ "version", COLUMN_NUMBER },
	{ 0 },
};

static void print_change(const struct person_change *change, const char *record,
    enum format format)
{
	struct listing listing = { .columns = change_columns };
	char version[24];

	snprintf(version, sizeof(version), "%" PRId64, change->version);
	listing_row(&listing, (const char *[]){ record, change->now,
				  change->version > 0 ? version : NULL });
	listing_print(&listing, format);
}

static void say_change(const struct person_change *change, const char *record)
{
	if (record != NULL && !change->dry_run) {
		print_safe(record);
		fputs(change->now != NULL ? " is the person " : " waits",
		    stdout);
		if (change->now != NULL)
			print_safe(change->now);
		fputs("; ", stdout);
	}
	if (change->version == 0)
		puts("nothing of the roster differs; no version was made");
	else
		printf("version %" PRId64 "%s\n", change->version,
		    change->dry_run ? " would be made" : "");
}

static bool run_change(const struct flags *flags, struct person_change *change,
    enum format format, struct err *err)
{
	const char *record = change->id != NULL ? flags->arguments[0] : NULL;
	struct house house;
	bool done =
	    house_enter(&house, DB_INGEST, flags, &change->district, err) &&
	    config_number("HOMEROOM_RETENTION_DAYS", 0, 100000,
		&change->keep_days, err);

	if (done) {
		change->who = house_who(&house);
		if (record != NULL)
			change->source = arena_textn(house.arena, record,
			    strcspn(record, ":"));
		done = person_change(house.db, house.arena, change, err);
	}
	if (change->version > 0 && !change->dry_run)
		(void)house_settled(done);
	if (done && flags_get(flags, "-o") != NULL)
		print_change(change, record, format);
	else if (done)
		say_change(change, record);
	house_close(&house);
	return done;
}

static int change_by(const struct command *command, int argc, char **argv)
{
	struct person_change change = { 0 };
	struct flags flags;
	struct err err = { 0 };
	enum format format;

	if (!flags_read(&flags, command, argc, argv) ||
	    !flags_format(&flags, &format))
		return flags.exit;
	change.dry_run = flags_has(&flags, "--dry-run");
	if (command->arguments_min > 0) {
		change.id = strchr(flags.arguments[0], ':');
		if (change.id == NULL)
			return usage(command,
			    "a record is called SOURCE:ID, such as hr:1001");
		change.id++;
	}
	if (command->arguments_min > 1)
		change.person = flags.arguments[1];
	return run_change(&flags, &change, format, &err) ? 0 : failed(&err);
}

/* --- which ---------------------------------------------------------------- */

static const struct verb verbs[] = {
	{ "list", &list_command, NULL, "Who is who, and what waits" },
	{ "link", &link_command, NULL, "A record is that person" },
	{ "unlink", &unlink_command, NULL, "It is not" },
	{ "merge", &merge_command, NULL, "Merge anew by the settings" },
	{ 0 },
};

static int run_verb(const struct verb *verb, int argc, char **argv)
{
	return verb->command == &list_command
		   ? list(argc, argv)
		   : change_by(verb->command, argc, argv);
}

int cli_person(int argc, char **argv)
{
	return verbs_run(verbs, run_verb, argc, argv);
}
