/* homeroom jobs: what waits to be done, what is being done, what was; when
 * what is done, and now, and not for a while. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/publish.h"

#include <stdio.h>

static const struct flag flags_known[] = {
	FLAG_DISTRICT,
	{ "--kind", "KIND",
	    "Only those: checks, merge, notify, push, source or sync" },
	{ "--name", "NAME", "Only those of this source or application" },
	{ "--limit", "N", "How many (default: 20)" },
	FLAG_DRY_RUN,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "jobs [--kind KIND] [--name NAME], jobs schedules, or\n"
		 "       homeroom jobs run|pause|resume NAME [--kind KIND]",
	.meaning =
	    "Lists what `homeroom work` does besides housekeeping: what waits "
	    "or runs, then\nwhat ended last. `schedules` lists what is done "
	    "when. `run` has a worker do it now,\nwhatever the schedule says; "
	    "`pause` lets a schedule rest, `resume` lets it go on. NAME\nis a "
	    "source, or with --kind push an application.\n",
	.flags = flags_known,
	.arguments_max = 2,
	.settings = SETTINGS_READ,
};

/* Texts of an answer, those within these columns from times to how people read
 * them. */
struct cells {
	char times[LISTING_COLUMNS_MAX][CLOCK_TEXT];
	const char *row[LISTING_COLUMNS_MAX];
};

static void read_cells(struct cells *cells, const struct rows *rows, int row,
    int times_begin, int times_end)
{
	for (int c = 0; c < rows_columns(rows); c++) {
		cells->row[c] = rows_get(rows, row, c);
		if (c < times_begin || c >= times_end || cells->row[c] == NULL)
			continue;
		clock_format(cells->times[c], rows_integer(rows, row, c));
		cells->row[c] = cells->times[c];
	}
}

/* --- the list ------------------------------------------------------------- */

static const struct column columns[] = {
	{ "job", COLUMN_NUMBER },
	{ "kind", COLUMN_TEXT },
	{ "subject", COLUMN_TEXT },
	{ "state", COLUMN_TEXT },
	{ "attempts", COLUMN_NUMBER },
	{ "missed", COLUMN_NUMBER },
	{ "wanted", COLUMN_TEXT },
	{ "started", COLUMN_TEXT },
	{ "finished", COLUMN_TEXT },
	{ "seconds", COLUMN_NUMBER },
	{ "by", COLUMN_TEXT },
	{ "what", COLUMN_TEXT },
	{ "counts", COLUMN_JSON },
	{ 0 },
};

enum { TIMES_BEGIN = 6, TIMES_END = 9, COUNTS = 12 };

static void print_jobs(const struct rows *rows, enum format format)
{
	bool counts = format == FORMAT_JSON || format == FORMAT_YAML;
	struct column shown[array_length(columns)];
	struct listing listing = { .columns = shown };

	/* For people they are in words. */
	memcpy(shown, columns, sizeof(shown));
	if (!counts)
		shown[COUNTS] = (struct column){ 0 };
	for (int i = 0; i < rows_count(rows); i++) {
		struct cells cells;

		read_cells(&cells, rows, i, TIMES_BEGIN, TIMES_END);
		listing_row(&listing, cells.row);
	}
	listing_print(&listing, format);
}

static bool list_jobs(struct house *house, const struct flags *flags,
    int64_t district, int64_t limit, const struct rows **rows, struct err *err)
{
	const struct values values = { 4,
		{ arena_number(house->arena, district),
		    flags_get(flags, "--kind"),
		    arena_number(house->arena, limit),
		    flags_get(flags, "--name") } };

	return db_ask(house->db, house->arena, STATEMENT_job_list, &values,
	    rows, err);
}

/* --- schedules ------------------------------------------------------------ */

static const struct column schedule_columns[] = {
	{ "kind", COLUMN_TEXT },
	{ "name", COLUMN_TEXT },
	{ "schedule", COLUMN_TEXT },
	{ "timeZone", COLUMN_TEXT },
	{ "state", COLUMN_TEXT },
	{ "next", COLUMN_TEXT },
	{ "due", COLUMN_TEXT },
	{ "lastRun", COLUMN_TEXT },
	{ 0 },
};

static void print_schedules(const struct rows *rows, enum format format)
{
	struct listing listing = { .columns = schedule_columns };

	for (int i = 0; i < rows_count(rows); i++) {
		struct cells cells;

		read_cells(&cells, rows, i, 5, 7);
		listing_row(&listing, cells.row);
	}
	listing_print(&listing, format);
}

static bool list_schedules(struct house *house, const struct flags *flags,
    int64_t district, const struct rows **rows, struct err *err)
{
	const struct values values = { 3,
		{ arena_number(house->arena, district),
		    flags_get(flags, "--kind"),
		    arena_number(house->arena, clock_now()) } };

	return db_ask(house->db, house->arena, STATEMENT_schedule_list, &values,
	    rows, err);
}

/* --- verbs ---------------------------------------------------------------- */

/* Whom a verb is about. */
struct subject {
	int64_t district;
	const char *kind, *name;
	bool rehearses; /* nothing is to be changed */
};

static bool run_now(struct house *house, const struct subject *subject,
    struct err *err)
{
	const struct job job = { .district = subject->district,
		.kind = subject->kind,
		.subject = subject->name,
		.asked = house_who(house) };

	/* Only what settings describe can be run. */
	if (!(strcmp(subject->kind, "push") == 0
		    ? push_known(house->db, house->arena, subject->district,
			  subject->name, err)
		    : house_has(house, subject->district, "source",
			  subject->name, err)))
		return false;
	if (!subject->rehearses && !job_add(house->db, &job, clock_now(), err))
		return false;
	printf("%s: the next worker that is free %s do it, unless one does "
	       "already\n",
	    subject->name, subject->rehearses ? "would" : "will");
	return true;
}

/* The setting that it is from says so from then on. */
static bool apply_setting(struct house *house, const char *setting,
    bool rehearses, struct err *err)
{
	struct settings *wanted = settings_new(house->arena);
	struct buf report = { 0 };
	bool done = settings_read(wanted, "the setting",
			(struct text){ setting, strlen(setting) }, err) &&
		    settings_apply(wanted, house->db,
			arena_printf(house->arena, "%s (command line)",
			    house_who(house)),
			rehearses, &report, err);

	buf_free(&report);
	return done;
}

static bool rest(struct house *house, const struct subject *subject,
    bool paused, struct err *err)
{
	const struct values values = { 4,
		{ arena_number(house->arena, subject->district), subject->kind,
		    subject->name, paused ? "t" : "f" } };
	const struct rows *rows;

	if (!db_ask(house->db, house->arena, STATEMENT_schedule_paused, &values,
		&rows, err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_NOT_FOUND,
		    "there is no schedule for '%s': `homeroom jobs schedules` "
		    "lists those that there are",
		    subject->name);
	if (!apply_setting(house, rows_get(rows, 0, 0), subject->rehearses,
		err))
		return false;
	printf("%s: its schedule %s\n", subject->name,
	    subject->rehearses ? (paused ? "would rest" : "would go on")
	    : paused           ? "rests"
			       : "goes on");
	return true;
}

static bool pause(struct house *house, const struct subject *subject,
    struct err *err)
{
	return rest(house, subject, true, err);
}

static bool resume(struct house *house, const struct subject *subject,
    struct err *err)
{
	return rest(house, subject, false, err);
}

static const struct act {
	const char *name;
	bool (*act)(struct house *house, const struct subject *subject,
	    struct err *err);
} verbs[] = {
	{ "run", run_now },
	{ "pause", pause },
	{ "resume", resume },
};

/* --- the command ---------------------------------------------------------- */

static bool act(const struct flags *flags, const struct act *verb,
    struct err *err)
{
	struct house house;
	struct subject subject = { .kind = flags_get(flags, "--kind"),
		.name = flags->arguments[1],
		.rehearses = flags_has(flags, "--dry-run") };
	/* Settings are the owner's. */
	bool done =
	    house_enter(&house, DB_OWNER, flags, &subject.district, err);

	if (subject.kind == NULL)
		subject.kind = "source";
	done = done && verb->act(&house, &subject, err);
	house_close(&house);
	return done;
}

static bool list(const struct flags *flags, int64_t limit, enum format format,
    struct err *err)
{
	const struct rows *rows;
	struct house house;
	int64_t district;
	bool schedules = flags->argument_count > 0;
	bool done =
	    house_enter(&house, DB_INGEST, flags, &district, err) &&
	    (schedules ? list_schedules(&house, flags, district, &rows, err)
		       : list_jobs(&house, flags, district, limit, &rows, err));

	if (done && schedules)
		print_schedules(rows, format);
	else if (done)
		print_jobs(rows, format);
	house_close(&house);
	return done;
}

static const struct act *find_verb(const struct flags *flags)
{
	for (size_t i = 0; i < array_length(verbs); i++)
		if (strcmp(flags->arguments[0], verbs[i].name) == 0)
			return &verbs[i];
	return NULL;
}

static bool is_run_by_name(const char *kind)
{
	return kind == NULL || strcmp(kind, "source") == 0 ||
	       strcmp(kind, "push") == 0;
}

int cli_jobs(int argc, char **argv)
{
	const struct act *verb;
	struct flags flags;
	struct err err = { 0 };
	enum format format;
	int64_t limit = 20;

	if (!flags_listing(&flags, &command, argc, argv, &format, &limit))
		return flags.exit;
	if (!work_knows(flags_get(&flags, "--kind")))
		return usage(&command, "there are no jobs of the kind '%s'",
		    flags_get(&flags, "--kind"));
	verb = flags.argument_count > 0 ? find_verb(&flags) : NULL;
	if (verb != NULL && flags.argument_count == 2 &&
	    is_run_by_name(flags_get(&flags, "--kind")))
		return act(&flags, verb, &err) ? 0 : failed(&err);
	if (verb != NULL)
		return usage(&command,
		    "'%s' needs the name of a source, or of an application "
		    "and --kind push",
		    verb->name);
	if (flags.argument_count > 0 &&
	    strcmp(flags.arguments[0], "schedules") != 0)
		return usage(&command,
		    "'%s' is no verb: schedules, run, pause or resume",
		    flags.arguments[0]);
	if (flags.argument_count > 1)
		return usage(&command, "schedules takes no name, but --kind");
	if (flags_has(&flags, "--dry-run"))
		return usage(&command, "--dry-run is of run, pause and resume");
	return list(&flags, limit, format, &err) ? 0 : failed(&err);
}
