/* homeroom password: first passwords, from being made to being handed over. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/password.h"
#include "homeroom/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct flag flags_known[] = {
	{ "--school", "ID", "Only those of a school" },
	{ "--class", "ID", "Only those of a class" },
	{ "--person", "ID", "Only that of one person" },
	{ "--again", NULL, "Those too that were opened before" },
	{ "--key", "FILE", "Private key, where the district keeps it itself" },
	FLAG_DISTRICT,
	FLAG_DRY_RUN,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "password list|slips|csv|done|key DIRECTORY [FILE]",
	.meaning =
	    "First passwords of accounts that were made, until they are handed "
	    "over.\n\n"
	    "  list DIRECTORY        who has one waiting\n"
	    "  slips DIRECTORY FILE  opens them: slips to print, as HTML\n"
	    "  csv DIRECTORY FILE    opens them: CSV in a zip, AES-256; prints "
	    "its passphrase\n"
	    "  done DIRECTORY        forgets those that were opened (--school, "
	    "--class, --person)\n"
	    "  key DIRECTORY FILE    from now on they are sealed with this "
	    "public key (PEM, X25519)\n\n"
	    "Who opens any stands in the audit (homeroom audit --settings).\n",
	.flags = flags_known,
	.arguments_min = 2,
	.arguments_max = 3,
	.settings = SETTINGS_READ,
};

struct task {
	struct flags flags;
	enum format format;
	struct house house;
	struct password_wanted wanted;
	const char *file; /* or NULL */
};

/* --- list ----------------------------------------------------------------- */

static const struct column columns[] = {
	{ "school", COLUMN_TEXT },
	{ "class", COLUMN_TEXT },
	{ "name", COLUMN_TEXT },
	{ "login", COLUMN_TEXT },
	{ "person", COLUMN_TEXT },
	{ "made", COLUMN_TEXT },
	{ "opened", COLUMN_TEXT },
	{ "openedBy", COLUMN_TEXT },
	{ 0 },
};

static bool list(struct task *task, struct err *err)
{
	struct listing listing = { .columns = columns };
	const struct password_row *rows;
	int count;

	task->wanted.again = true;
	if (!password_list(task->house.db, task->house.arena, &task->wanted,
		&rows, &count, err))
		return false;
	for (int i = 0; i < count; i++) {
		char made[CLOCK_TEXT], opened[CLOCK_TEXT];

		clock_format(made, rows[i].made);
		clock_format(opened, rows[i].opened);
		listing_row(&listing,
		    (const char *[]){ rows[i].school, rows[i].class,
			rows[i].name, rows[i].login, rows[i].person, made,
			rows[i].opened != 0 ? opened : NULL,
			rows[i].opened_by });
	}
	listing_print(&listing, task->format);
	return true;
}

/* --- opened --------------------------------------------------------------- */

/* A new file that nobody else reads. */
static bool write_file(const char *file, struct buf *text, struct err *err)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t at = 0;

	if (fd < 0)
		return fail(err, FAULT_IO, "%s: %m", file);
	while (at < text->len) {
		ssize_t len = write(fd, text->data + at, text->len - at);

		if (len <= 0)
			break;
		at += (size_t)len;
	}
	if (close(fd) == 0 && at == text->len)
		return true;
	unlink(file);
	return fail(err, FAULT_IO, "%s can't be written", file);
}

/* Before anything is opened: there it would be lost. */
static bool check_file(const struct task *task, struct err *err)
{
	int fd =
	    open(task->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST)
		return fail(err, FAULT_CONFLICT, "%s is there already",
		    task->file);
	if (fd < 0)
		return fail(err, FAULT_IO, "%s: %m", task->file);
	close(fd);
	unlink(task->file);
	return true;
}

/* The file could not be written all the same. */
static bool say_opened(struct err *err)
{
	err_add(err,
	    "the passwords count as opened now, and --again opens them");
	return false;
}

static bool open_rows(struct task *task, const struct password_row **rows,
    int *count, struct err *err)
{
	if (!check_file(task, err) ||
	    !password_open(task->house.db, task->house.arena, &task->wanted,
		rows, count, err))
		return false;
	return *count > 0 ||
	       fail(err, FAULT_NOT_FOUND, "no password waits%s",
		   task->wanted.again
		       ? ""
		       : "; --again opens those that were opened before");
}

/* Of the same as were asked for here. */
static const char *done_words(const struct task *task)
{
	static const char *const which[] = { "--school", "--class",
		"--person" };
	const char *words = arena_printf(task->house.arena,
	    "homeroom password done %s", task->wanted.directory);

	for (size_t i = 0; i < array_length(which); i++)
		if (flags_has(&task->flags, which[i]))
			words = arena_printf(task->house.arena, "%s %s %s",
			    words, which[i], flags_get(&task->flags, which[i]));
	return words;
}

static bool slips(struct task *task, struct err *err)
{
	const struct password_row *rows;
	struct buf html = { 0 };
	bool done;
	int count;

	if (!open_rows(task, &rows, &count, err))
		return false;
	password_slips(&html, rows, count, task->wanted.directory);
	done = write_file(task->file, &html, err);
	explicit_bzero(html.data, html.len);
	buf_free(&html);
	if (!done)
		return say_opened(err);
	printf("%d passwords are in %s. Print it, remove it, and say `%s`.\n",
	    count, task->file, done_words(task));
	return true;
}

static bool csv(struct task *task, struct err *err)
{
	const struct password_row *rows;
	const char *passphrase;
	int count;

	if (!open_rows(task, &rows, &count, err))
		return false;
	if (!password_zip(task->file, rows, count, task->house.arena,
		&passphrase, err))
		return say_opened(err);
	printf("%d passwords are in %s. Its passphrase, shown this once:\n%s\n",
	    count, task->file, passphrase);
	password_wipe(passphrase);
	return true;
}

static bool done_with(struct task *task, struct err *err)
{
	int64_t count;

	if (!password_forget(task->house.db, task->house.arena, &task->wanted,
		&count, err))
		return false;
	printf("%" PRId64 " passwords %s forgotten.\n", count,
	    task->wanted.rehearses ? "would be" : "are");
	return true;
}

static bool set_key(struct task *task, struct err *err)
{
	bool rehearses = task->wanted.rehearses;
	struct db *db = task->house.db;
	bool done = db_begin(db, err) &&
		    password_set_key(db, task->house.arena,
			task->wanted.district, task->file, err) &&
		    (rehearses || db_commit(db, err));

	if (!done || rehearses)
		db_rollback(db);
	if (done)
		printf("New passwords %s sealed with this key. To open them, "
		       "name its private half with --key.\n",
		    rehearses ? "would be" : "are");
	return done;
}

/* --- which ---------------------------------------------------------------- */

static const struct {
	const char *verb;
	bool file, rehearses; /* it wants one; it takes --dry-run */
	bool (*run)(struct task *task, struct err *err);
} verbs[] = {
	{ "list", false, false, list },
	{ "slips", true, false, slips },
	{ "csv", true, false, csv },
	{ "done", false, true, done_with },
	{ "key", true, true, set_key },
};

static bool run(struct task *task, size_t verb, struct err *err)
{
	struct house *house = &task->house;
	const struct flags *flags = &task->flags;

	task->wanted = (struct password_wanted){
		.directory = flags->arguments[1],
		.school = flags_get(flags, "--school"),
		.class = flags_get(flags, "--class"),
		.person = flags_get(flags, "--person"),
		.again = flags_has(flags, "--again"),
		.key = flags_get(flags, "--key"),
		.rehearses = flags_has(flags, "--dry-run"),
	};
	if (!house_enter(house, DB_OWNER, flags, &task->wanted.district, err) ||
	    !house_has(house, task->wanted.district, "directory",
		flags->arguments[1], err))
		return false;
	task->wanted.who = house_who(house);
	return verbs[verb].run(task, err);
}

int cli_password(int argc, char **argv)
{
	struct task task = { 0 };
	struct err err = { 0 };
	size_t verb = 0;
	bool done;

	if (!flags_read(&task.flags, &command, argc, argv) ||
	    !flags_format(&task.flags, &task.format))
		return task.flags.exit;
	while (verb < array_length(verbs) &&
	       strcmp(verbs[verb].verb, task.flags.arguments[0]) != 0)
		verb++;
	if (verb == array_length(verbs))
		return usage(&command,
		    "'%s' is no verb: list, slips, csv, done or key",
		    task.flags.arguments[0]);
	if (verbs[verb].file != (task.flags.argument_count == 3))
		return usage(&command,
		    verbs[verb].file ? "%s needs a file" : "%s takes no file",
		    verbs[verb].verb);
	if (!verbs[verb].rehearses && flags_has(&task.flags, "--dry-run"))
		return usage(&command, "--dry-run is of done and key");
	task.file = task.flags.arguments[2];
	done = run(&task, verb, &err);
	house_close(&task.house);
	return done ? 0 : failed(&err);
}
