/* homeroom apply, get, delete: settings as YAML. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/publish.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FILE_MAX (16 << 20)
#define KINDS                                                                  \
	"Kinds are district, source, application, grant, directory, rule and " \
	"notification.\n"

static const struct flag apply_flags[] = {
	FLAG_DRY_RUN,
	{ 0 },
};

static const struct command apply_command = {
	.usage = "apply FILE…",
	.meaning = "Makes the settings of YAML files so, all of them or "
		   "nothing.\n" KINDS
		   "`homeroom describe --schema KIND` says what each takes.\n",
	.flags = apply_flags,
	.arguments_min = 1,
	.arguments_max = 1000,
	.settings = SETTINGS_READ,
};

static const struct flag delete_flags[] = {
	FLAG_DISTRICT,
	FLAG_DRY_RUN,
	{ 0 },
};

static const struct flag get_flags[] = {
	{ "--as", "NAME", "Print it under another name, to apply a copy" },
	FLAG_DISTRICT,
	{ "-o", "FORMAT", "A list: table, json, yaml, csv or html" },
	{ 0 },
};

static const struct command get_command = {
	.usage = "get KIND [NAME [--as NAME]] [-o FORMAT]",
	.meaning = "Prints settings, as `homeroom apply` takes them; with -o, "
		   "a list of them.\n" KINDS,
	.flags = get_flags,
	.arguments_min = 1,
	.arguments_max = 2,
	.settings = SETTINGS_READ,
};

static const struct command delete_command = {
	.usage = "delete KIND NAME [--dry-run]",
	.meaning = "Deletes a setting. A grant that is deleted shares nothing "
		   "any more.\n" KINDS,
	.flags = delete_flags,
	.arguments_min = 2,
	.arguments_max = 2,
	.settings = SETTINGS_READ,
};

/* --- apply ---------------------------------------------------------------- */

static bool read_file(struct arena *arena, const char *name, struct text *out,
    struct err *err)
{
	FILE *file = fopen(name, "rb");
	struct buf text = { 0 };
	char piece[65536];
	size_t len;

	if (file == NULL)
		return fail(err, FAULT_INVALID, "%s: %s", name,
		    strerrordesc_np(errno));
	while (text.len <= FILE_MAX &&
	       (len = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_add(&text, piece, len);
	if (ferror(file) != 0)
		(void)fail(err, FAULT_IO, "%s: can't be read", name);
	else if (text.len > FILE_MAX)
		(void)fail(err, FAULT_INVALID, "%s: is larger than %d MB", name,
		    FILE_MAX >> 20);
	fclose(file);
	*out =
	    (struct text){ arena_textn(arena, text.data, text.len), text.len };
	buf_free(&text);
	return err->fault == FAULT_NONE;
}

static bool read_all(const struct flags *flags, struct arena *arena,
    struct settings *wanted, struct err *err)
{
	for (int i = 0; i < flags->argument_count; i++) {
		struct text yaml;

		if (!read_file(arena, flags->arguments[i], &yaml, err) ||
		    !settings_read(wanted, flags->arguments[i], yaml, err))
			return false;
	}
	return true;
}

static bool apply(const struct flags *flags, struct arena *arena,
    struct buf *report, struct err *err)
{
	struct settings *wanted = settings_new(arena);
	struct house house = { 0 };
	bool done;

	if (!read_all(flags, arena, wanted, err))
		return false;
	done = house_open(&house, DB_OWNER, err) &&
	       settings_apply(wanted, house.db, house_who(&house),
		   flags_has(flags, "--dry-run"), report, err);
	if (!flags_has(flags, "--dry-run"))
		(void)house_settled(done);
	house_close(&house);
	return done;
}

static void print_lines(const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		struct buf line = { 0 };

		buf_add(&line, text, len);
		print_safe(buf_text(&line));
		putchar('\n');
		buf_free(&line);
		text += len + (text[len] == '\n');
	}
}

int cli_apply(int argc, char **argv)
{
	struct flags flags;
	struct err err = { 0 };
	struct buf report = { 0 };
	struct arena *arena;
	bool done;

	if (!flags_read(&flags, &apply_command, argc, argv))
		return flags.exit;
	arena = arena_new();
	done = apply(&flags, arena, &report, &err);
	if (done && flags_has(&flags, "--dry-run"))
		puts("nothing is changed; this would be:");
	if (done)
		print_lines(buf_text(&report));
	buf_free(&report);
	arena_free(arena);
	return done ? 0 : failed(&err);
}

/* --- get and delete ------------------------------------------------------- */

static const struct column columns[] = {
	{ "name", COLUMN_TEXT },
	{ "settings", COLUMN_JSON },
	{ 0 },
};

static void print_list(const struct setting_text *list, int count,
    enum format format)
{
	bool names = format == FORMAT_TABLE || format == FORMAT_HTML;
	const struct column shown[] = { columns[0],
		names ? (struct column){ 0 } : columns[1], { 0 } };
	struct listing listing = { .columns = shown };

	for (int i = 0; i < count; i++)
		listing_row(&listing,
		    (const char *[]){ list[i].name, list[i].json });
	listing_print(&listing, format);
}

static void print_settings(const struct setting_text *list, int count)
{
	for (int i = 0; i < count; i++) {
		puts("---");
		print_safe(list[i].json);
		putchar('\n');
	}
}

static bool get(const struct flags *flags, struct house *house,
    enum format format, struct err *err)
{
	const struct setting_text *list;
	struct setting_which which = { .kind = flags->arguments[0] };
	int count;

	if (flags->argument_count > 1)
		which.name = flags->arguments[1];
	which.as = which.name != NULL ? flags_get(flags, "--as") : NULL;
	if (!house_enter(house, DB_OWNER, flags, &which.district, err) ||
	    !settings_list(house->db, house->arena, &which, &list, &count, err))
		return false;
	if (count == 0 && which.name != NULL)
		return settings_lack(which.kind, which.name, err);
	if (flags_has(flags, "-o"))
		print_list(list, count, format);
	else
		print_settings(list, count);
	return true;
}

static bool drop(const struct flags *flags, struct house *house,
    enum format format, struct err *err)
{
	const char *kind = flags->arguments[0];
	struct change change = { .name = flags->arguments[1] };
	bool dry = flags_has(flags, "--dry-run");

	(void)format;
	if (!house_enter(house, DB_OWNER, flags, &change.district, err))
		return false;
	change.who = house_who(house);
	if (!settings_delete(house->db, &change, kind, dry, err))
		return false;
	if (dry) {
		printf("would delete the %s ", kind);
		print_safe(change.name);
		putchar('\n');
	}
	return dry || house_settled(true);
}

static int run(const struct command *command, int argc, char **argv,
    bool (
	*what)(const struct flags *, struct house *, enum format, struct err *))
{
	enum format format = FORMAT_TABLE;
	struct house house = { 0 };
	struct flags flags;
	struct err err = { 0 };
	bool done;

	if (!flags_read(&flags, command, argc, argv) ||
	    (flags_has(&flags, "-o") && !flags_format(&flags, &format)))
		return flags.exit;
	if (!settings_known(flags.arguments[0]))
		return usage(command, "there is no kind '%s' of settings",
		    flags.arguments[0]);
	done = what(&flags, &house, format, &err);
	house_close(&house);
	return done ? 0 : failed(&err);
}

int cli_get(int argc, char **argv)
{
	return run(&get_command, argc, argv, get);
}

int cli_delete(int argc, char **argv)
{
	return run(&delete_command, argc, argv, drop);
}
