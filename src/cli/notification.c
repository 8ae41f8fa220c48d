/* homeroom notification: who was told of what, and what they would be told. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/notify.h"
#include "homeroom/publish.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- the verbs ------------------------------------------------------------ */

static const struct flag list_flags[] = {
	FLAG_DISTRICT,
	{ "--limit", "N", "How many (default: 20)" },
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command list_command = {
	.usage = "notification list [NAME]",
	.meaning = "Lists what is gathered to be told, then messages: those "
		   "that wait, were sent,\nor were given up.\n",
	.flags = list_flags,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static const struct flag retry_flags[] = {
	FLAG_DISTRICT,
	FLAG_DRY_RUN,
	{ 0 },
};

static const struct flag preview_flags[] = {
	FLAG_DISTRICT,
	{ "--person", "ID", "As if they were about this person: to whom, too" },
	{ 0 },
};

static const struct flag test_flags[] = {
	FLAG_DISTRICT,
	{ "--to", "ADDRESS", "Send it there, and to nobody else" },
	{ 0 },
};

static const struct command preview_command = {
	.usage = "notification preview NAME",
	.meaning = "Prints what it would say of an example of each of its "
		   "events.\n",
	.flags = preview_flags,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static const struct command test_command = {
	.usage = "notification test NAME",
	.meaning = "Sends that, and says whether it went out.\n",
	.flags = test_flags,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static const struct command retry_command = {
	.usage = "notification retry NAME",
	.meaning = "Tries once more what was given up.\n",
	.flags = retry_flags,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

struct task {
	struct flags flags;
	struct house house;
	int64_t district, limit;
	enum format format;
	const char *name; /* or NULL */
};

/* --- what is done --------------------------------------------------------- */

static const struct column columns[] = {
	{ "message", COLUMN_NUMBER },
	{ "notification", COLUMN_TEXT },
	{ "state", COLUMN_TEXT },
	{ "events", COLUMN_NUMBER },
	{ "attempts", COLUMN_NUMBER },
	{ "at", COLUMN_TEXT },
	{ "to", COLUMN_TEXT },
	{ "what", COLUMN_TEXT },
	{ 0 },
};

enum { AT = 5, CELLS = 8 };

static bool check_name(struct task *task, struct err *err)
{
	struct arena *arena = task->house.arena;
	const struct values values = { 2,
		{ arena_number(arena, task->district), task->name } };
	const struct rows *rows;

	if (task->name == NULL)
		return true;
	if (!db_ask(task->house.db, arena, STATEMENT_notification_find, &values,
		&rows, err))
		return false;
	return rows_count(rows) > 0 ||
	       settings_lack("notification", task->name, err);
}

static bool list(struct task *task, struct err *err)
{
	struct arena *arena = task->house.arena;
	const struct values values = { 3,
		{ arena_number(arena, task->district), task->name,
		    arena_number(arena, task->limit) } };
	struct listing listing = { .columns = columns };
	const struct rows *rows;

	if (!db_ask(task->house.db, arena, STATEMENT_notification_list, &values,
		&rows, err))
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		const char *row[CELLS];
		char at[CLOCK_TEXT];

		for (int c = 0; c < CELLS; c++)
			row[c] = rows_get(rows, i, c);
		clock_format(at, rows_integer(rows, i, AT));
		row[AT] = at;
		listing_row(&listing, row);
	}
	listing_print(&listing, task->format);
	return true;
}

static void print_lines(const char *text)
{
	struct buf line = { 0 };

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		line.len = 0;
		buf_add(&line, text, len);
		print_safe(buf_text(&line));
		putchar('\n');
		text += len + (text[len] == '\n');
	}
	buf_free(&line);
}

static bool preview(struct task *task, struct err *err)
{
	const struct notice_wanted wanted = { .district = task->district,
		.name = task->name,
		.person = flags_get(&task->flags, "--person") };
	struct notice notice;

	if (!notify_preview(task->house.db, task->house.arena, &wanted, &notice,
		err))
		return false;
	if (notice.to != NULL) {
		fputs("To: ", stdout);
		print_lines(notice.to);
	}
	fputs("Subject: ", stdout);
	print_lines(notice.subject);
	putchar('\n');
	print_lines(notice.body);
	return true;
}

static bool test(struct task *task, struct err *err)
{
	const struct notice_wanted wanted = { .district = task->district,
		.name = task->name,
		.to = flags_get(&task->flags, "--to") };

	if (!notify_test(task->house.db, task->house.arena, &wanted, err))
		return false;
	puts("sent");
	return true;
}

static bool retry(struct task *task, struct err *err)
{
	bool rehearses = flags_has(&task->flags, "--dry-run");
	struct db *db = task->house.db;
	int64_t count;
	bool done = db_begin(db, err) &&
		    notify_retry(db, task->house.arena, task->district,
			task->name, &count, err) &&
		    (rehearses || db_commit(db, err));

	if (!done || rehearses)
		db_rollback(db);
	if (done)
		printf("%" PRId64 " message%s %s be tried again\n", count,
		    count == 1 ? "" : "s", rehearses ? "would" : "will");
	return done;
}

/* clang-format off */
static const struct verb verbs[] = {
	{ "list",    &list_command,    list,    "What is to be told, and what was" },
	{ "preview", &preview_command, preview, "What it would say" },
	{ "test",    &test_command,    test,    "Send that" },
	{ "retry",   &retry_command,   retry,   "Try again what was given up" },
	{ 0 },
};
/* clang-format on */

static bool run(struct task *task, const struct verb *verb, struct err *err)
{
	return house_enter(&task->house, DB_INGEST, &task->flags,
		   &task->district, err) &&
	       check_name(task, err) && verb->run(task, err);
}

static int run_verb(const struct verb *verb, int argc, char **argv)
{
	struct task task = { .limit = 20 };
	struct err err = { 0 };
	bool done;

	if (!flags_read(&task.flags, verb->command, argc, argv))
		return task.flags.exit;
	if (verb->run == list &&
	    (!flags_number(&task.flags, "--limit", 1, 1000000, &task.limit) ||
		!flags_format(&task.flags, &task.format)))
		return task.flags.exit;
	if (task.flags.argument_count > 0)
		task.name = task.flags.arguments[0];
	done = run(&task, verb, &err);
	house_close(&task.house);
	return done ? 0 : failed(&err);
}

int cli_notification(int argc, char **argv)
{
	return verbs_run(verbs, run_verb, argc, argv);
}
