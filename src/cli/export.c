/* homeroom export: the bundle that an application would download. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/audit.h"
#include "homeroom/publish.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

static const struct flag flags_known[] = {
	{ "--application", "NAME", "Whose bundle" },
	{ "--format", "VERSION", "OneRoster 1.1 or 1.2 (default: 1.2)" },
	{ "--since", "VERSION",
	    "A delta since this version of the roster; all without it" },
	FLAG_DISTRICT,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage =
	    "export --application NAME [--format 1.1|1.2] [--since VERSION] "
	    "FILE",
	.meaning = "Writes the CSV bundle that an application would "
		   "download, a zip, to a file.\n",
	.flags = flags_known,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

struct task {
	struct flags flags;
	enum format format;
	struct house house;
	struct export_wanted wanted;
	struct export made;
};

static bool find_application(struct task *task, int64_t district,
    struct err *err)
{
	const char *name = flags_get(&task->flags, "--application");
	struct application application;

	if (!application_find(task->house.db, task->house.arena, district, name,
		&application, err))
		return false;
	if (!application.enabled)
		return fail(err, FAULT_FORBIDDEN,
		    "the application '%s' is disabled", name);
	task->wanted.application = application.id;
	task->wanted.epoch = application.epoch;
	task->wanted.scopes = application.scopes;
	return true;
}

/* --- the file ------------------------------------------------------------- */

static bool copy(int to, const struct export *made, struct err *err)
{
	off_t at = 0;

	while (at < made->size)
		if (sendfile(to, made->fd, &at, (size_t)(made->size - at)) <= 0)
			return fail(err, FAULT_IO, "the file can't be written");
	return true;
}

/* Under another name until it is whole. */
static bool write_file(struct task *task, const char *path, struct err *err)
{
	const char *part = arena_printf(task->house.arena, "%s.part", path);
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool written;

	if (fd < 0)
		return fail(err, FAULT_IO, "%s: %m", part);
	written = copy(fd, &task->made, err);
	if (close(fd) != 0 && written)
		written = fail(err, FAULT_IO, "the file can't be written");
	if (written && rename(part, path) != 0)
		written = fail(err, FAULT_IO, "%s: %m", path);
	if (!written)
		unlink(part);
	return written;
}

/* --- what is printed ------------------------------------------------------ */

static const struct column columns[] = {
	{ "file", COLUMN_TEXT },
	{ "version", COLUMN_NUMBER },
	{ "mode", COLUMN_TEXT },
	{ "since", COLUMN_NUMBER },
	{ "bytes", COLUMN_NUMBER },
	{ 0 },
};

static void print(const struct task *task, const char *path)
{
	struct listing listing = { .columns = columns };
	const struct export *made = &task->made;
	char version[24], since[24], bytes[24];

	snprintf(version, sizeof(version), "%" PRId64, made->version);
	snprintf(since, sizeof(since), "%" PRId64, made->since);
	snprintf(bytes, sizeof(bytes), "%" PRId64, made->size);
	listing_row(&listing,
	    (const char *[]){ path, version, made->since > 0 ? "delta" : "bulk",
		made->since > 0 ? since : NULL, bytes });
	listing_print(&listing, task->format);
	if (task->wanted.since > 0 && made->since == 0)
		fprintf(stderr,
		    "Version %" PRId64 " is not kept any more: this is a bulk "
		    "bundle.\n",
		    task->wanted.since);
}

/* Before the file is there: what left the house is in the audit. */
static bool note(struct task *task, struct err *err)
{
	struct arena *arena = task->house.arena;
	const struct export *made = &task->made;
	struct audit_entry entry = {
		.at = clock_now(),
		.application = task->wanted.application,
		.method = "export",
		.endpoint = task->wanted.format == V11 ? "/bundles/v1p1.zip"
						       : "/bundles/v1p2.zip",
		.requests = 1,
		.bytes = made->size,
		.version = made->version,
	};

	if (made->since > 0)
		entry.since = arena_number(arena, made->since);
	return audit_append(task->house.db, arena, &entry,
	    house_who(&task->house), err);
}

static bool export(struct task *task, struct err *err)
{
	const char *path = task->flags.arguments[0];
	int64_t district;
	bool done;

	task->made.fd = -1;
	if (!house_enter(&task->house, DB_SERVE, &task->flags, &district,
		err) ||
	    !find_application(task, district, err) ||
	    !export_make(task->house.db, task->house.arena,
		config_get("HOMEROOM_HOME"), &task->wanted, &task->made, err))
		return false;
	done = note(task, err) && write_file(task, path, err);
	if (done)
		print(task, path);
	close(task->made.fd);
	return done;
}

static bool read_format(struct task *task)
{
	const char *format = flags_get(&task->flags, "--format");

	task->wanted.format =
	    format != NULL && strcmp(format, "1.1") == 0 ? V11 : V12;
	return format == NULL || strcmp(format, "1.1") == 0 ||
	       strcmp(format, "1.2") == 0;
}

int cli_export(int argc, char **argv)
{
	struct task task = { .wanted = { .patient = true } };
	struct err err = { 0 };
	bool done;

	if (!flags_read(&task.flags, &command, argc, argv) ||
	    !flags_number(&task.flags, "--since", 1, INT64_MAX,
		&task.wanted.since) ||
	    !flags_format(&task.flags, &task.format))
		return task.flags.exit;
	if (flags_get(&task.flags, "--application") == NULL)
		return usage(&command, "whose bundle? --application NAME");
	if (!read_format(&task))
		return usage(&command, "--format is 1.1 or 1.2");
	done = export(&task, &err);
	house_close(&task.house);
	return done ? 0 : failed(&err);
}
