/* homeroom account: the accounts of a directory, and whose they are. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/provision.h"
#include "homeroom/publish.h"

#include <stdio.h>

static const struct flag flags_known[] = {
	FLAG_DISTRICT,
	{ "--person", "ID", "Whose the account is from now on, by sourcedId" },
	{ "--unlink", NULL, "It is nobody's any more" },
	{ "--protect", NULL, "Nothing touches it from now on" },
	{ "--unprotect", NULL, "It is as others are again" },
	FLAG_DRY_RUN,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "account DIRECTORY [ACCOUNT [--dry-run]]",
	.meaning =
	    "Lists the accounts of a directory as it was last read: whose they "
	    "are and since\nwhen, by which address and number, whether "
	    "Homeroom made them, since when they are\ndisabled, or no rule "
	    "wants them, when they will be deleted. Of one, by login,\nanchor "
	    "or person; by login or anchor, it is also said whose it is, or "
	    "protected.\n",
	.flags = flags_known,
	.arguments_min = 1,
	.arguments_max = 2,
	.settings = SETTINGS_READ,
};

static const struct column columns[] = {
	{ "account", COLUMN_TEXT },
	{ "person", COLUMN_TEXT },
	{ "identifier", COLUMN_TEXT },
	{ "mail", COLUMN_TEXT },
	{ "place", COLUMN_TEXT },
	{ "enabled", COLUMN_BOOL },
	{ "rule", COLUMN_TEXT },
	{ "linkedBy", COLUMN_TEXT },
	{ "ours", COLUMN_BOOL },
	{ "linked", COLUMN_TEXT },
	{ "disabled", COLUMN_TEXT },
	{ "unwanted", COLUMN_TEXT },
	{ "due", COLUMN_TEXT },
	{ "protected", COLUMN_BOOL },
	{ "anchor", COLUMN_TEXT },
	{ 0 },
};

enum { TIMES_BEGIN = 9, TIMES_END = 13, CELLS = 15 };

static const char *truth_of(const char *value)
{
	return value[0] == 't' ? "true" : "false";
}

static void print(const struct rows *rows, enum format format)
{
	struct listing listing = { .columns = columns, .title = "Accounts" };

	for (int i = 0; i < rows_count(rows); i++) {
		char times[CELLS][CLOCK_TEXT];
		const char *row[CELLS];

		for (int c = 0; c < CELLS; c++) {
			row[c] = rows_get(rows, i, c);
			if (columns[c].kind == COLUMN_BOOL)
				row[c] = truth_of(row[c]);
			if (c < TIMES_BEGIN || c >= TIMES_END || row[c] == NULL)
				continue;
			clock_format(times[c], rows_integer(rows, i, c));
			row[c] = times[c];
		}
		listing_row(&listing, row);
	}
	listing_print(&listing, format);
}

static bool change(struct house *house, const struct flags *flags,
    const struct provision_wanted *wanted, const char *account, struct err *err)
{
	if ((wanted->person != NULL || flags_has(flags, "--unlink")) &&
	    !provision_link(house->db, house->arena, wanted, account, err))
		return false;
	if (!flags_has(flags, "--protect") && !flags_has(flags, "--unprotect"))
		return true;
	return provision_protect(house->db, house->arena, wanted, account,
	    flags_has(flags, "--protect"), err);
}

static bool list(struct house *house, const struct provision_wanted *wanted,
    const char *account, enum format format, struct err *err)
{
	const struct rows *rows;

	if (!provision_accounts(house->db, house->arena, wanted, account, &rows,
		err))
		return false;
	if (account != NULL && rows_count(rows) == 0)
		return fail(err, FAULT_NOT_FOUND,
		    "the directory '%s' has no account '%.80s', by login, "
		    "anchor or person",
		    wanted->directory, account);
	print(rows, format);
	return true;
}

/* Changed, looked at, and forgotten. */
static bool rehearse(struct house *house, const struct flags *flags,
    const struct provision_wanted *wanted, const char *account,
    enum format format, struct err *err)
{
	bool done = db_begin(house->db, err) &&
		    change(house, flags, wanted, account, err);

	if (done)
		fputs("nothing is changed; this would be:\n", stderr);
	done = done && list(house, wanted, account, format, err);
	db_rollback(house->db);
	return done;
}

static bool run(const struct flags *flags, enum format format, struct err *err)
{
	const char *account =
	    flags->argument_count > 1 ? flags->arguments[1] : NULL;
	struct provision_wanted wanted = { .directory = flags->arguments[0],
		.person = flags_get(flags, "--person") };
	struct house house;
	bool done =
	    house_enter(&house, DB_INGEST, flags, &wanted.district, err);

	wanted.url = house.url;
	wanted.who = house_who(&house);
	if (flags_has(flags, "--dry-run"))
		done = done &&
		       rehearse(&house, flags, &wanted, account, format, err);
	else
		done = done &&
		       (account == NULL ||
			   change(&house, flags, &wanted, account, err)) &&
		       list(&house, &wanted, account, format, err);
	house_close(&house);
	return done;
}

int cli_account(int argc, char **argv)
{
	static const char *const changes[] = { "--person", "--unlink",
		"--protect", "--unprotect", "--dry-run" };
	struct flags flags;
	struct err err = { 0 };
	enum format format;

	if (!flags_read(&flags, &command, argc, argv) ||
	    !flags_format(&flags, &format))
		return flags.exit;
	for (size_t i = 0; i < array_length(changes); i++)
		if (flags.argument_count < 2 && flags_has(&flags, changes[i]))
			return usage(&command, "%s of which account?",
			    changes[i]);
	return run(&flags, format, &err) ? 0 : failed(&err);
}
