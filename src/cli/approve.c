/* homeroom approve: what waits for a person, and what that person decides. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/base.h"
#include "homeroom/ingest.h"
#include "homeroom/publish.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct flag flags_known[] = {
	{ "--show", NULL, "List what would change, change nothing" },
	{ "--entity", "NAME", "With --show: only that, such as users" },
	{ "--school", "ID", "With --show: only what is of that school" },
	{ "--drop", NULL, "Never take it" },
	FLAG_DISTRICT,
	FLAG_DRY_RUN,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "approve [ID [--show|--drop] [--dry-run]]",
	.meaning = "Lists what waits for a person, or takes one of it: exactly "
		   "what was listed, once.\nWhat would be something else by "
		   "now waits again.\n",
	.flags = flags_known,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

static const struct column columns[] = {
	{ "id", COLUMN_TEXT },
	{ "of", COLUMN_TEXT },
	{ "since", COLUMN_TEXT },
	{ "reason", COLUMN_TEXT },
	{ 0 },
};

/* --- imports -------------------------------------------------------------- */

static bool list_imports(struct approving *a, struct listing *listing,
    struct err *err)
{
	const struct waiting *waiting;
	int count;

	if (!waiting_list(a->house.db, a->house.arena, a->district, &waiting,
		&count, err))
		return false;
	for (int i = 0; i < count; i++) {
		char since[CLOCK_TEXT];

		clock_format(since, waiting[i].since);
		listing_row(listing,
		    (const char *[]){ arena_printf(a->house.arena,
					  "import-%" PRId64, waiting[i].import),
			waiting[i].source, since, waiting[i].reason });
	}
	return true;
}

static bool take_import(struct approving *a, struct ingest_request *request,
    struct err *err)
{
	struct fetched fetched;
	bool done;

	if (!waiting_open(a->house.db, a->house.arena, request, &fetched, err))
		return false;
	done = report_run(a->house.db, request, a->format, &a->status, err);
	if (done && a->status == 0 && !request->dry_run)
		source_keep(&fetched);
	return done;
}

static bool approve_import(struct approving *a, int64_t id, struct err *err)
{
	struct ingest_request request = { .district = a->district,
		.approves = id,
		.who = house_who(&a->house),
		.dry_run = a->show || flags_has(a->flags, "--dry-run"),
		.changes = a->show,
		.entity = flags_get(a->flags, "--entity"),
		.school = flags_get(a->flags, "--school") };

	if (!config_number("HOMEROOM_RETENTION_DAYS", 0, 100000,
		&request.keep_days, err))
		return false;
	if (!a->drop)
		return take_import(a, &request, err);
	if (!waiting_drop(a->house.db, a->house.arena, &request, err))
		return false;
	printf("import-%" PRId64 " %s dropped\n", id,
	    request.dry_run ? "would be" : "is");
	return true;
}

/* --- whatever waits ------------------------------------------------------- */

/* Each kind has numbers of its own: "import-12". A number alone is a plan's. */
static const struct {
	const char *kind;
	bool (*list)(struct approving *a, struct listing *listing,
	    struct err *err);
	bool (*approve)(struct approving *a, int64_t id, struct err *err);
} kinds[] = {
	{ "import", list_imports, approve_import },
	{ "plan", held_list, held_approve },
};

static bool list_all(struct approving *a, struct err *err)
{
	struct listing listing = { .columns = columns };
	bool done = true;

	for (size_t i = 0; done && i < array_length(kinds); i++)
		done = kinds[i].list(a, &listing, err);
	if (done)
		listing_print(&listing, a->format);
	return done;
}

static bool approve(struct approving *a, const char *name, struct err *err)
{
	int64_t id;

	if (text_integer((struct text){ name, strlen(name) }, 1, INT64_MAX,
		&id))
		return held_approve(a, id, err);
	for (size_t i = 0; i < array_length(kinds); i++) {
		size_t len = strlen(kinds[i].kind);
		struct text number = { name + len + 1,
			strlen(name) > len ? strlen(name) - len - 1 : 0 };

		if (strncmp(name, kinds[i].kind, len) == 0 &&
		    name[len] == '-' && text_integer(number, 1, INT64_MAX, &id))
			return kinds[i].approve(a, id, err);
	}
	return fail(err, FAULT_NOT_FOUND,
	    "nothing that waits is called '%.40s': `homeroom approve` lists it",
	    name);
}

static bool run(struct approving *a, struct err *err)
{
	bool done =
	    house_enter(&a->house, DB_INGEST, a->flags, &a->district, err);

	if (done)
		done = a->flags->argument_count == 0
			   ? list_all(a, err)
			   : approve(a, a->flags->arguments[0], err);
	house_close(&a->house);
	return done;
}

int cli_approve(int argc, char **argv)
{
	struct flags flags;
	struct approving a = { .flags = &flags };
	struct err err = { 0 };

	if (!flags_read(&flags, &command, argc, argv) ||
	    !flags_format(&flags, &a.format))
		return flags.exit;
	a.show = flags_has(&flags, "--show");
	a.drop = flags_has(&flags, "--drop");
	if (a.show && a.drop)
		return usage(&command, "either --show or --drop");
	return run(&a, &err) ? a.status : failed(&err);
}
