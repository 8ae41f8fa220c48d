/* homeroom application: publishers' applications and their credentials. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/model.h"
#include "homeroom/publish.h"
#include "homeroom/serve.h"

#include <stdio.h>
#include <string.h>

/* --- the verbs ------------------------------------------------------------ */

static const struct flag create_flags[] = {
	{ "--full", NULL, "May see everything that its scopes name" },
	{ "--scope", "SCOPE",
	    "A scope's URI, or its last part for both "
	    "versions; may come often; all without it" },
	FLAG_DISTRICT,
	FLAG_DRY_RUN,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command create_command = {
	.usage = "application create NAME [--full] [--scope SCOPE]…",
	.meaning = "Makes an application and prints its credentials, this "
		   "once.\nWithout --full it sees nothing until it is given "
		   "a finer grant.\n",
	.flags = create_flags,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static const struct flag change_flags[] = {
	FLAG_DISTRICT,
	FLAG_DRY_RUN,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct flag rotate_flags[] = {
	{ "--keep", "TIME",
	    "The present secret works for so long beside the new "
	    "one: 12h, 7d; 90d at most" },
	FLAG_DISTRICT,
	FLAG_DRY_RUN,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command rotate_command = {
	.usage = "application rotate NAME [--keep TIME]",
	.meaning = "Gives an application a new secret and prints it, this "
		   "once.\nWithout --keep the old secret and all tokens stop "
		   "working at once.\n",
	.flags = rotate_flags,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static const struct command end_secret_command = {
	.usage = "application end-secret NAME",
	.meaning = "Ends the secret that `rotate --keep` has kept, and all "
		   "tokens: the publisher\nfetches new ones by the new "
		   "secret.\n",
	.flags = change_flags,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static const struct flag oauth1_flags[] = {
	{ "--enable", NULL, "Give it a secret for that; an earlier one ends" },
	{ "--disable", NULL, "End its secret" },
	FLAG_DISTRICT,
	FLAG_DRY_RUN,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command oauth1_command = {
	.usage = "application oauth1 NAME --enable|--disable",
	.meaning = "Lets an application sign its requests by OAuth 1.0a, where "
		   "it reads OneRoster 1.1,\nby a secret of its own that is "
		   "printed this once; or ends that.\n",
	.flags = oauth1_flags,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static const struct command enable_command = {
	.usage = "application enable NAME",
	.meaning = "Lets a disabled application in again, with the secret "
		   "that it has.\n",
	.flags = change_flags,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static const struct command disable_command = {
	.usage = "application disable NAME",
	.meaning = "Keeps an application out: its secret and its tokens stop "
		   "working at once.\n",
	.flags = change_flags,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static const struct flag token_flags[] = {
	{ "--minutes", "N", "For how long, 60 at most (default: 10)" },
	FLAG_DISTRICT,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command token_command = {
	.usage = "application token NAME",
	.meaning = "Prints a token of an application's, to look at the API "
		   "as it sees it.\nWho printed one is in the audit.\n",
	.flags = token_flags,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static const struct flag list_flags[] = {
	FLAG_DISTRICT,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command list_command = {
	.usage = "application list",
	.meaning = "Lists the applications. Nobody can list their secrets.\n",
	.flags = list_flags,
	.settings = SETTINGS_READ,
};

/* What every verb has at hand. */
struct task {
	struct flags flags;
	enum format format;
	struct house house;
	struct change change;
	bool dry;
	int64_t minutes; /* of a token's life */
};

/* --- what is printed ------------------------------------------------------ */

static const struct column credential_columns[] = {
	{ "name", COLUMN_TEXT },
	{ "clientId", COLUMN_TEXT },
	{ "clientSecret", COLUMN_TEXT },
	{ 0 },
};

static void print_credentials(const struct task *task,
    const struct credentials *credentials)
{
	struct listing listing = { .columns = credential_columns };
	const char *row[] = { task->change.name, credentials->client_id,
		credentials->client_secret };

	listing_row(&listing, row);
	listing_print(&listing, task->format);
	if (task->format == FORMAT_TABLE)
		fputs("The secret can't be shown again.\n", stderr);
}

static const struct column list_columns[] = {
	{ "name", COLUMN_TEXT },
	{ "clientId", COLUMN_TEXT },
	{ "enabled", COLUMN_BOOL },
	{ "full", COLUMN_BOOL },
	{ "secretSince", COLUMN_TEXT },
	{ "oldSecretUntil", COLUMN_TEXT },
	{ "keys", COLUMN_TEXT },
	{ "oauth1", COLUMN_BOOL },
	{ "scopes", COLUMN_TEXT },
	{ 0 },
};

/* For a table: the last parts of the URIs, which both versions share. */
static void put_short(struct buf *out, unsigned scopes)
{
	unsigned told = 0;

	for (const struct scope_name *s = scope_names; s->uri != NULL; s++) {
		const char *name = strrchr(s->uri, '/') + 1;

		if ((scopes & s->bit) == 0 || (told & s->bit) != 0)
			continue;
		buf_printf(out, "%s%s", out->len == 0 ? "" : " ", name);
		told |= scopes_named(name);
	}
}

static void print_application(struct listing *listing,
    const struct application *a, enum format format)
{
	char since[CLOCK_TEXT], until[CLOCK_TEXT];
	struct buf scopes = { 0 };

	clock_format(since, a->secret_made);
	clock_format(until, a->secret_until);
	if (format == FORMAT_TABLE)
		put_short(&scopes, a->scopes);
	else
		scopes_write(&scopes, a->scopes);
	listing_row(listing,
	    (const char *[]){ a->name, a->client_id,
		a->enabled ? "true" : "false", a->full ? "true" : "false",
		since, a->secret_until != 0 ? until : NULL,
		a->keys[0] != '\0' ? a->keys : NULL,
		a->oauth1 ? "true" : "false", buf_text(&scopes) });
	buf_free(&scopes);
}

/* --- what is done --------------------------------------------------------- */

static bool find(const struct task *task, const struct application **found,
    struct err *err)
{
	const struct application *list;
	int count;

	*found = NULL;
	if (!application_list(task->house.db, task->house.arena,
		task->change.district, &list, &count, err))
		return false;
	for (int i = 0; i < count; i++)
		if (strcmp(list[i].name, task->change.name) == 0)
			*found = &list[i];
	return true;
}

/* For --dry-run: whether the real thing would find what it needs. */
static bool rehearse(const struct task *task, bool exists, const char *what,
    struct err *err)
{
	const struct application *found;

	if (!find(task, &found, err))
		return false;
	if (exists && found == NULL)
		return settings_lack("application", task->change.name, err);
	if (!exists && found != NULL)
		return fail(err, FAULT_CONFLICT,
		    "there is an application '%s' already", task->change.name);
	printf("would %s %s\n", what, task->change.name);
	return true;
}

static bool read_scopes(const struct flags *flags, unsigned *scopes,
    struct err *err)
{
	const char *name;

	*scopes = 0;
	for (int i = 0; (name = flags_nth(flags, "--scope", i)) != NULL; i++) {
		unsigned named = scopes_named(name);

		if (named == 0)
			return fail(err, FAULT_INVALID,
			    "there is no scope '%s'", name);
		*scopes |= named;
	}
	if (*scopes == 0)
		for (const struct scope_name *s = scope_names; s->uri != NULL;
		     s++)
			*scopes |= s->bit;
	return true;
}

static bool create(struct task *task, struct err *err)
{
	struct application wanted = {
		.full = flags_has(&task->flags, "--full"),
	};
	struct credentials made;

	if (!read_scopes(&task->flags, &wanted.scopes, err))
		return false;
	if (task->dry)
		return rehearse(task, false, "create", err);
	if (!application_create(task->house.db, task->house.arena,
		&task->change, &wanted, &made, err))
		return false;
	print_credentials(task, &made);
	return true;
}

/* "12h" and "7d". */
static bool read_keep(const struct flags *flags, int64_t *keep, struct err *err)
{
	static const struct {
		char letter;
		int hours, max;
	} units[] = { { 'h', 1, 90 * 24 }, { 'd', 24, 90 } };
	const char *text = flags_get(flags, "--keep");
	size_t len = text == NULL ? 0 : strlen(text);
	int64_t number;

	*keep = 0;
	if (text == NULL)
		return true;
	for (size_t i = 0; len > 0 && i < array_length(units); i++)
		if (text[len - 1] == units[i].letter &&
		    text_integer((struct text){ text, len - 1 }, 1,
			units[i].max, &number))
			*keep = number * units[i].hours * 3600 * 1000;
	return *keep > 0 ||
	       fail(err, FAULT_INVALID,
		   "--keep takes hours or days, such as 12h or 7d; 90d at "
		   "most");
}

static bool rotate(struct task *task, struct err *err)
{
	struct credentials made;
	int64_t keep;

	if (!read_keep(&task->flags, &keep, err))
		return false;
	if (task->dry)
		return rehearse(task, true, "rotate the secret of", err);
	if (!house_settled(application_rotate(task->house.db, task->house.arena,
		&task->change, keep, &made, err)))
		return false;
	print_credentials(task, &made);
	return true;
}

/* As it is now. */
static bool show(struct task *task, struct err *err)
{
	struct listing listing = { .columns = list_columns };
	const struct application *found;

	if (!find(task, &found, err))
		return false;
	if (found != NULL)
		print_application(&listing, found, task->format);
	listing_print(&listing, task->format);
	return true;
}

static bool end_secret(struct task *task, struct err *err)
{
	if (task->dry)
		return rehearse(task, true, "end the old secret of", err);
	return house_settled(application_end_secret(task->house.db,
		   task->house.arena, &task->change, err)) &&
	       show(task, err);
}

static bool oauth1(struct task *task, struct err *err)
{
	bool on = flags_has(&task->flags, "--enable");
	struct credentials made;

	if (task->dry)
		return rehearse(task, true,
		    on ? "let OAuth 1.0a sign for" : "end OAuth 1.0a of", err);
	if (!application_oauth1(task->house.db, task->house.arena,
		&task->change, config_get("HOMEROOM_KEY_FILE"),
		on ? &made : NULL, err))
		return false;
	if (!on)
		return show(task, err);
	print_credentials(task, &made);
	return true;
}

static bool enable(struct task *task, struct err *err)
{
	if (task->dry)
		return rehearse(task, true, "enable", err);
	return application_enable(task->house.db, task->house.arena,
		   &task->change, true, err) &&
	       show(task, err);
}

static bool disable(struct task *task, struct err *err)
{
	if (task->dry)
		return rehearse(task, true, "disable", err);
	return house_settled(application_enable(task->house.db,
		   task->house.arena, &task->change, false, err)) &&
	       show(task, err);
}

static bool list(struct task *task, struct err *err)
{
	struct listing listing = { .columns = list_columns };
	const struct application *applications;
	int count;

	if (!application_list(task->house.db, task->house.arena,
		task->change.district, &applications, &count, err))
		return false;
	for (int i = 0; i < count; i++)
		print_application(&listing, &applications[i], task->format);
	listing_print(&listing, task->format);
	return true;
}

static const struct column token_columns[] = {
	{ "token", COLUMN_TEXT },
	{ 0 },
};

/* As a table it is the bare token: that is what a shell wants. */
static bool token(struct task *task, struct err *err)
{
	struct listing listing = { .columns = token_columns };
	struct application application;
	const struct lending lending = { &application, task->change.who,
		task->minutes };
	const char *text;

	if (!application_find(task->house.db, task->house.arena,
		task->change.district, task->change.name, &application, err) ||
	    !serve_lend(task->house.db, task->house.arena, &lending, &text,
		err))
		return false;
	if (task->format == FORMAT_TABLE) {
		puts(text);
		return true;
	}
	listing_row(&listing, &text);
	listing_print(&listing, task->format);
	return true;
}

/* --- the subcommand ------------------------------------------------------- */

/* clang-format off */
static const struct verb verbs[] = {
	{ "create",     &create_command,     create,     "Make one, and print its credentials" },
	{ "rotate",     &rotate_command,     rotate,     "Give it a new secret" },
	{ "end-secret", &end_secret_command, end_secret, "End the old secret that was kept" },
	{ "oauth1",     &oauth1_command,     oauth1,     "Let it sign requests by OAuth 1.0a, or not" },
	{ "token",      &token_command,      token,      "A token of it, to look at what it sees" },
	{ "list",       &list_command,       list,       "List them" },
	{ "enable",     &enable_command,     enable,     "Let it in again" },
	{ "disable",    &disable_command,    disable,    "Keep it out" },
	{ 0 },
};
/* clang-format on */

static bool run(struct task *task, const struct verb *verb, struct err *err)
{
	if (!house_enter(&task->house, DB_OWNER, &task->flags,
		&task->change.district, err))
		return false;
	task->change.who = house_who(&task->house);
	return verb->run(task, err);
}

static int run_verb(const struct verb *verb, int argc, char **argv)
{
	struct task task = { .minutes = 10 };
	struct err err = { 0 };
	bool done;

	if (!flags_read(&task.flags, verb->command, argc, argv) ||
	    !flags_format(&task.flags, &task.format))
		return task.flags.exit;
	if (verb->command == &token_command &&
	    !flags_number(&task.flags, "--minutes", 1, 60, &task.minutes))
		return task.flags.exit;
	if (task.flags.argument_count > 0)
		task.change.name = task.flags.arguments[0];
	if (verb->command == &oauth1_command &&
	    flags_has(&task.flags, "--enable") ==
		flags_has(&task.flags, "--disable"))
		return usage(verb->command,
		    "either --enable or --disable is needed");
	if (verb->command != &list_command)
		task.dry = flags_has(&task.flags, "--dry-run");
	done = run(&task, verb, &err);
	house_close(&task.house);
	return done ? 0 : failed(&err);
}

int cli_application(int argc, char **argv)
{
	return verbs_run(verbs, run_verb, argc, argv);
}
