/* homeroom audit: who read what, and when; who changed which setting; and
 * whether anybody has tampered with that. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/audit.h"
#include "homeroom/publish.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

static const struct flag flags_known[] = {
	{ "--application", "NAME", "What this application did" },
	{ "--from", "TIME", "Since then: a date, or an ISO 8601 time" },
	{ "--to", "TIME", "Until then: a date with all of it, or a time" },
	{ "--endpoint", "PATH", "Endpoints that begin with this" },
	{ "--status", "STATUS", "404, or 4xx" },
	{ "--limit", "N", "How many, the newest first (default: 100)" },
	{ "--by", "WHAT", "Sums by application, day or endpoint" },
	{ "--settings", NULL,
	    "Changes of settings instead; a table has what differs" },
	{ "--head", NULL, "Where the chain ends, to be written down" },
	{ "--verify", NULL,
	    "Does the chain hold, and is HEAD, written down before, on it?" },
	{ "--record", "ID", "Not kept: says so" },
	FLAG_DISTRICT,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "audit [--application NAME] [--from TIME] [--to TIME] … | "
		 "--verify [HEAD] | --head",
	.meaning =
	    "Lists who read what and when: requests with their endpoint and "
	    "the fields they\nfiltered by, never values or records' ids. "
	    "-o csv exports it, with all columns.\n",
	.flags = flags_known,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

struct task {
	struct flags flags;
	struct house house;
	enum format format;
	struct audit_wanted wanted;
	const char *by;
};

/* --- listings ------------------------------------------------------------- */

/* clang-format off */
/* As queries/audit_list.sql has them; a table on a terminal ends sooner. */
#define NARROW                         \
	{ "at",          COLUMN_TEXT },   \
	{ "application", COLUMN_TEXT },   \
	{ "address",     COLUMN_TEXT },   \
	{ "method",      COLUMN_TEXT },   \
	{ "endpoint",    COLUMN_TEXT },   \
	{ "filter",      COLUMN_TEXT },   \
	{ "since",       COLUMN_TEXT },   \
	{ "status",      COLUMN_NUMBER }, \
	{ "requests",    COLUMN_NUMBER }, \
	{ "rows",        COLUMN_NUMBER }, \
	{ "bytes",       COLUMN_NUMBER }, \
	{ "version",     COLUMN_NUMBER }

static const struct column narrow[] = { NARROW, { 0 } };
static const struct column wide[] = { NARROW,
	{ "grant",       COLUMN_NUMBER },
	{ "who",         COLUMN_TEXT },
	{ "request",     COLUMN_TEXT },
	{ "number",      COLUMN_NUMBER },
	{ 0 },
};
static const struct column sums[] = {
	{ "what",        COLUMN_TEXT },
	{ "requests",    COLUMN_NUMBER },
	{ "refused",     COLUMN_NUMBER },
	{ "rows",        COLUMN_NUMBER },
	{ "bytes",       COLUMN_NUMBER },
	{ "first",       COLUMN_TEXT },
	{ "last",        COLUMN_TEXT },
	{ 0 },
};
static const struct column changes[] = {
	{ "at",          COLUMN_TEXT },
	{ "who",         COLUMN_TEXT },
	{ "kind",        COLUMN_TEXT },
	{ "name",        COLUMN_TEXT },
	{ "before",      COLUMN_JSON },
	{ "after",       COLUMN_JSON },
	{ 0 },
};
static const struct column ends[] = {
	{ "head",        COLUMN_TEXT },
	{ "rows",        COLUMN_NUMBER },
	{ "purged",      COLUMN_NUMBER },
	{ 0 },
};
/* clang-format on */

static void print(const struct task *task, const struct column *columns,
    const struct rows *rows)
{
	struct listing listing = { .columns = columns };
	const char *values[LISTING_COLUMNS_MAX];

	for (int i = 0; i < rows_count(rows); i++) {
		for (int c = 0; c < rows_columns(rows); c++)
			values[c] = rows_get(rows, i, c);
		listing_row(&listing, values);
	}
	listing_print(&listing, task->format);
}

static bool list(struct task *task, struct err *err)
{
	struct db *db = task->house.db;
	struct arena *arena = task->house.arena;
	const struct rows *rows;

	if (flags_has(&task->flags, "--settings")) {
		task->wanted.briefly = task->format == FORMAT_TABLE;
		if (!audit_changes(db, arena, &task->wanted, &rows, err))
			return false;
		print(task, changes, rows);
	} else if (task->by != NULL) {
		if (!audit_sums(db, arena, &task->wanted, task->by, &rows, err))
			return false;
		print(task, sums, rows);
	} else {
		if (!audit_list(db, arena, &task->wanted, &rows, err))
			return false;
		print(task, task->format == FORMAT_TABLE ? narrow : wide, rows);
	}
	return true;
}

/* --- the chain ------------------------------------------------------------ */

static void print_ends(const struct task *task, const struct audit_chain *chain)
{
	struct listing listing = { .columns = ends };
	struct arena *arena = task->house.arena;
	const char *row[] = {
		arena_printf(arena, "%lld:%s", (long long)chain->head.number,
		    chain->head.hash),
		arena_number(arena, chain->head.number - chain->purged.number),
		arena_number(arena, chain->purged.number),
	};

	listing_row(&listing, row);
	listing_print(&listing, task->format);
}

static bool tell_head(struct task *task, struct err *err)
{
	struct audit_chain chain;

	if (!audit_chain(task->house.db, task->house.arena, &chain, err))
		return false;
	print_ends(task, &chain);
	return true;
}

static bool verify(struct task *task, struct err *err)
{
	const struct flags *flags = &task->flags;
	struct audit_link witness;
	struct audit_proof proof;
	bool compared = flags->argument_count > 0;

	if (compared && !audit_link_read(&witness, flags->arguments[0]))
		return fail(err, FAULT_INVALID,
		    "'%s' is no head: --head prints NUMBER:HASH",
		    flags->arguments[0]);
	if (!audit_verify(task->house.db, task->house.arena,
		compared ? &witness : NULL, &proof, err))
		return false;
	if (proof.broken != NULL)
		return fail(err, FAULT_CONFLICT, "%s", proof.broken);
	fprintf(stderr, "The chain holds: %lld rows%s.\n",
	    (long long)proof.checked,
	    compared ? ", and the head that was written down is on it" : "");
	print_ends(task, &proof.chain);
	return true;
}

/* --- what is wanted ------------------------------------------------------- */

static bool read_time(struct flags *flags, const char *name, bool whole,
    int64_t *out)
{
	const char *value = flags_get(flags, name);
	struct text text = { value, value == NULL ? 0 : strlen(value) };

	if (value == NULL)
		return true;
	if (!clock_parse(text, out)) {
		flags->exit = usage(&command,
		    "%s is a date (2026-11-22) or a time "
		    "(2026-11-22T08:00:00Z)",
		    name);
		return false;
	}
	if (whole && date_valid(text))
		*out += DAY_MS;
	return true;
}

/* "404" or "4xx" */
static bool read_status(struct task *task)
{
	const char *value = flags_get(&task->flags, "--status");
	struct text text = { value, value == NULL ? 0 : strlen(value) };
	int64_t status;

	task->wanted.status_low = 0;
	task->wanted.status_high = 999;
	if (value == NULL)
		return true;
	if (text.len == 3 && strcmp(value + 1, "xx") == 0 && value[0] >= '1' &&
	    value[0] <= '5') {
		task->wanted.status_low = (value[0] - '0') * 100;
		task->wanted.status_high = task->wanted.status_low + 99;
		return true;
	}
	if (text_integer(text, 100, 599, &status)) {
		task->wanted.status_low = task->wanted.status_high =
		    (int)status;
		return true;
	}
	task->flags.exit = usage(&command, "--status is 404, or 4xx");
	return false;
}

static bool read_by(struct task *task)
{
	static const char *const known[] = { "application", "day", "endpoint" };
	const char *by = flags_get(&task->flags, "--by");

	for (size_t i = 0; by != NULL && i < array_length(known); i++)
		if (strcmp(by, known[i]) == 0)
			task->by = known[i];
	if (by == NULL || task->by != NULL)
		return true;
	task->flags.exit =
	    usage(&command, "--by is application, day or endpoint");
	return false;
}

static bool read_flags(struct task *task, int argc, char **argv)
{
	struct flags *flags = &task->flags;
	int64_t limit = 100;

	if (!flags_listing(flags, &command, argc, argv, &task->format,
		&limit) ||
	    !read_time(flags, "--from", false, &task->wanted.from) ||
	    !read_time(flags, "--to", true, &task->wanted.until) ||
	    !read_status(task) || !read_by(task))
		return false;
	task->wanted.limit = (int)limit;
	task->wanted.endpoint = flags_get(flags, "--endpoint");
	flags->exit = 2;
	if (flags_has(flags, "--record"))
		usage(&command,
		    "the audit keeps no records' ids: it says who asked which "
		    "endpoint, and which fields they filtered by");
	else if (flags->argument_count > 0 && !flags_has(flags, "--verify"))
		usage(&command, "a head goes with --verify");
	else
		return true;
	return false;
}

/* --- the command ---------------------------------------------------------- */

static bool find_application(struct task *task, struct err *err)
{
	const char *name = flags_get(&task->flags, "--application");
	struct application found;

	if (name == NULL)
		return true;
	if (!application_find(task->house.db, task->house.arena,
		task->wanted.district, name, &found, err))
		return false;
	task->wanted.application = found.id;
	return true;
}

static bool run(struct task *task, struct err *err)
{
	if (!house_enter(&task->house, DB_OWNER, &task->flags,
		&task->wanted.district, err) ||
	    !find_application(task, err))
		return false;
	if (flags_has(&task->flags, "--verify"))
		return verify(task, err);
	if (flags_has(&task->flags, "--head"))
		return tell_head(task, err);
	return list(task, err);
}

int cli_audit(int argc, char **argv)
{
	struct task task = { 0 };
	struct err err = { 0 };
	bool done;

	if (!read_flags(&task, argc, argv))
		return task.flags.exit;
	done = run(&task, &err);
	house_close(&task.house);
	return done ? 0 : failed(&err);
}
