/*
 * Inside cli: flags, listings and progress, the same for all subcommands.
 */
#ifndef HOMEROOM_CLI_CLI_H
#define HOMEROOM_CLI_CLI_H

#include "homeroom/base.h"
#include "homeroom/store.h"

#include <sys/types.h>

/* --- flags --------------------------------------------------------------- */

struct flag {
	const char *name;     /* "--port" or "-o"; NULL ends the table */
	const char *argument; /* "PORT", or NULL for a switch */
	const char *meaning;
};

/* Rows that several tables share. */
#define FLAG_OUTPUT                                                            \
	{                                                                      \
		"-o", "FORMAT",                                                \
		    "table, json, yaml, csv or html (default: table)"          \
	}
#define FLAG_DISTRICT                                                          \
	{                                                                      \
		"--district", "NAME", "Which district (default: default)"      \
	}
#define FLAG_DRY_RUN                                                           \
	{                                                                      \
		"--dry-run", NULL, "Show what would change, change nothing"    \
	}

enum command_settings {
	SETTINGS_NONE,   /* runs without the settings of the process */
	SETTINGS_READ,   /* has --config FILE; they are read with the flags */
	SETTINGS_LISTED, /* and --help lists them */
};

/* What a subcommand takes: its --help is printed from this. */
struct command {
	const char *usage;   /* "import PATH… [--source NAME]" */
	const char *meaning; /* one sentence or more; lines end with \n */
	const struct flag *flags;
	int arguments_min, arguments_max; /* besides the flags */
	enum command_settings settings;
};

#define FLAGS_MAX 32

/* What was given. All texts are argv's. */
struct flags {
	const struct command *command;
	char **arguments;
	int argument_count;
	struct {
		const char *name, *value;
	} given[FLAGS_MAX];
	int given_count;
	int exit; /* what to return when flags_read is false */
};

/*
 * Reads flags (`--name value`, `--name=value`, `-o value`; `--` ends them) and
 * then the settings. False when there is nothing left to do: --help was
 * printed, or what is wrong; return flags->exit.
 */
bool flags_read(struct flags *flags, const struct command *command, int argc,
    char **argv) must_use;
bool flags_has(const struct flags *flags, const char *name);
/* The value that was given last, or NULL. */
const char *flags_get(const struct flags *flags, const char *name);
/* The i-th value of a flag that may come many times, or NULL. */
const char *flags_nth(const struct flags *flags, const char *name, int i);
/* Leaves *out alone when the flag is not there. False: usage() was called. */
bool flags_number(struct flags *flags, const char *name, int64_t low,
    int64_t high, int64_t *out) must_use;

/* Says on standard error what is wrong with the command line; is 2. */
int usage(const struct command *command, const char *fmt, ...)
    printf_like(2, 3);
/* Says on standard error what failed; is 1. */
int failed(const struct err *err);

/* One of several things that a subcommand does: `homeroom application create`.
 * What it works on is each file's own. */
struct task;

struct verb {
	const char *name; /* NULL ends the table */
	const struct command *command;
	bool (*run)(struct task *task, struct err *err);
	const char *meaning;
};

/* Has `run` do the verb that argv names, or says which there are. */
int verbs_run(const struct verb *verbs,
    int (*run)(const struct verb *verb, int argc, char **argv), int argc,
    char **argv);

/* --- listings ------------------------------------------------------------ */

enum format {
	FORMAT_TABLE,
	FORMAT_JSON,
	FORMAT_YAML,
	FORMAT_CSV,
	FORMAT_HTML, /* a page that stands by itself */
};

/* The format that -o names. False: usage() was called. */
bool flags_format(struct flags *flags, enum format *out) must_use;
/* flags_read, and then how to print (-o) and how many rows (--limit; *limit is
 * left alone when it is not there). */
bool flags_listing(struct flags *flags, const struct command *command, int argc,
    char **argv, enum format *format, int64_t *limit) must_use;

enum column_kind {
	COLUMN_TEXT,
	COLUMN_NUMBER, /* to the right in a table; bare in JSON and YAML */
	COLUMN_BOOL,   /* "true" and "false"; bare as well */
	COLUMN_JSON,   /* bare as well */
};

struct column {
	const char *name; /* "lastVersion"; in a table "LAST VERSION" */
	enum column_kind kind;
};

#define LISTING_COLUMNS_MAX 16

/* Rows, all printed at the end. Zeroed but for columns and title, it is empty.
 */
struct listing {
	const struct column *columns; /* ends with a NULL name */
	const char *title;            /* of a page; or NULL */
	struct buf cells;
	int rows;
};

/* One row; as many values as columns; they are copied. NULL is no value. */
void listing_row(struct listing *listing, const char *const *values);
/* Prints to standard output, and frees. */
void listing_print(struct listing *listing, enum format format);

/* To standard output, without what would steer a terminal. */
void print_safe(const char *text);

/* --- progress ------------------------------------------------------------ */

/* A bar on a terminal, a plain line now and then otherwise; on standard
 * error, so that it never mixes with what is printed. */
struct progress {
	const char *what; /* "importing"; borrowed */
	bool terminal;
	int64_t shown; /* clock_tick */
	int64_t done, total;
};

void progress_begin(struct progress *progress, const char *what);
/* total 0: not known yet. Cheap: call it as often as there is news. */
void progress_step(struct progress *progress, int64_t done, int64_t total);
void progress_end(struct progress *progress);

/* --- the database -------------------------------------------------------- */

/* The database that the settings name, or the private one of this home, and
 * the memory of the command. */
struct house {
	struct arena *arena;
	struct cluster *cluster; /* NULL: the settings name a database */
	const char *url;
	struct db *db;
};

/* Starts or joins the cluster, brings the schema up to date (not as DB_SERVE in
 * a database that the settings name), and connects.
 * The settings have been read. house_close it in any case. */
bool house_open(struct house *house, enum db_role role,
    struct err *err) must_use;
void house_close(struct house *house);
/* Opens it, and finds the district of --district, or the only one. */
bool house_enter(struct house *house, enum db_role role,
    const struct flags *flags, int64_t *district, struct err *err) must_use;
/* False: there is no such setting, or it can't be asked. For DB_OWNER. */
bool house_has(struct house *house, int64_t district, const char *kind,
    const char *name, struct err *err) must_use;
/* What a command has changed is so for every server before it says so. Is
 * `done`. */
bool house_settled(bool done);
/* Who runs this command, for homeroom.setting_change. */
const char *house_who(struct house *house);

/* --- plans ---------------------------------------------------------------- */

/* Columns of queries/plan_list.sql. */
enum plan_column {
	PLAN_ID,
	PLAN_DIRECTORY,
	PLAN_PURPOSE,
	PLAN_STATE,
	PLAN_MADE,
	PLAN_COUNTS = 7,
	PLAN_HELD,
	PLAN_WORDS = 12
};

/* The actions of a plan, `limit` at most in a table. */
bool planned_print(struct house *house, int64_t district, int64_t plan,
    enum format format, int64_t limit, struct err *err) must_use;

/* explain_person.c: explain PERSON. */
bool explain_person(const struct flags *flags, enum format format,
    struct err *err) must_use;

/* --- imports ------------------------------------------------------------- */

struct ingest_report;
struct ingest_request;
struct ingest;

/* --- what waits for a person (approve.c) ---------------------------------- */

struct approving {
	const struct flags *flags;
	struct house house; /* open, as DB_INGEST */
	int64_t district;
	enum format format;
	bool show, drop;
	int status; /* to end with */
};

/* planned.c: plans that are held; letting one go, showing it, dropping it. */
bool held_list(struct approving *a, struct listing *listing,
    struct err *err) must_use;
bool held_approve(struct approving *a, int64_t plan, struct err *err) must_use;

/* Takes in a bundle with progress, and prints its report. *status is 1 when it
 * was refused. */
bool report_run(struct db *db, const struct ingest_request *request,
    enum format format, int *status, struct err *err) must_use;
/* What a dry run would change, to standard output; in JSON a list, without a
 * newline behind it. */
bool changes_print(struct ingest *ingest, enum format format,
    struct err *err) must_use;

/* --- checks -------------------------------------------------------------- */

struct checks_report;
struct check_result;

/* check_live.c: of the live roster, as the flags of `check` say. The exit
 * code. */
int check_live(struct flags *flags);
/* Whether a report says anything of this check. */
bool check_tells(const struct check_result *result);
/* page.c: an HTML page that needs nothing but itself. */
void page_begin(struct buf *out, const char *title);
void page_cell(struct buf *out, const char *text); /* NULL: an empty one */
void page_end(struct buf *out);
/* check_page.c: the report as such a page. */
void check_page(struct buf *out, struct arena *arena,
    const struct checks_report *report);

/* scratch.c: a home that is thrown away. It goes when it is closed, and when
 * the process is killed. Before the first thread: it forks. */
struct scratch {
	const char *home; /* the arena's */
	pid_t guard;
	int life;
};

bool scratch_open(struct scratch *out, struct arena *arena,
    struct err *err) must_use;
void scratch_close(struct scratch *scratch);

/* import_page.c: the report of an import or of its trial as such a page. */
void import_page(struct buf *out, const struct ingest_report *report,
    const char *name);

/* --- what runs until it is told to stop ----------------------------------- */

/* The threads that do jobs of these kinds, and what keeps their schedules. */
struct runner;
struct job_kind;

bool runner_open(struct runner **out, const char *url,
    const struct job_kind *kinds, struct err *err) must_use;
/* Jobs under way are told to give up. NULL is fine. */
void runner_close(struct runner *runner);

/* The data's housekeeping and its jobs, in threads of their own. */
struct work;

bool work_open(struct work **out, const char *url, struct err *err) must_use;
void work_close(struct work *work); /* NULL is fine */
/* Whether there are jobs of this kind, or it is NULL. */
bool work_knows(const char *kind);

struct server;

/* Zeroed but for what it is to do. */
struct daemon {
	bool serves, works;
	struct house house;
	struct server *server;
	struct work *work;
};

/* Opens the house and starts what is to be done; from then on SIGTERM, SIGINT
 * and SIGHUP wait for daemon_wait, which returns when it is time to stop.
 * daemon_close it in any case. */
bool daemon_open(struct daemon *daemon, enum db_role role,
    struct err *err) must_use;
void daemon_wait(struct daemon *daemon);
void daemon_close(struct daemon *daemon);
/* A subcommand that is nothing but a service; returns the exit code. */
int daemon_run(struct daemon *daemon, enum db_role role,
    const struct command *command, int argc, char **argv);

#endif
