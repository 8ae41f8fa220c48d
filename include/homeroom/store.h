/*
 * store: Postgres. Connections, the only wait for Postgres, statements, COPY,
 * migrations, notifications, and the private cluster. No libpq type shows.
 *
 * A struct db and everything that came from it belong to one thread.
 */
#ifndef HOMEROOM_STORE_H
#define HOMEROOM_STORE_H

#include "homeroom/base.h"

#include <stdatomic.h>

/* --- the private cluster ------------------------------------------------- */

/*
 * A Postgres cluster of our own under HOME/postgres, on a Unix socket only.
 * Made at first use; recovered by Postgres itself after a kill -9 of
 * anything. Run as root, its processes belong to an unprivileged user
 * (`postgres` where it exists, else `nobody`).
 */
struct cluster;

/* Starts it (initdb first where needed), or joins one that this home already
 * runs. Before the first thread: it forks. `*url` is for db_open and migrate;
 * arena's. */
bool cluster_start(struct cluster **out, const char *home, struct arena *arena,
    const char **url, struct err *err) must_use;
/* Stops it ("fast") when no other process uses it, and frees. NULL is fine. */
void cluster_stop(struct cluster *cluster);
/* Ends what runs of it, whoever started that, and removes the home. */
bool cluster_discard(const char *home, struct err *err) must_use;
/* Whether its postmaster is there. Whoever finds that it is not has another
 * process start it: this one may have threads by now. NULL is fine. */
bool cluster_runs(struct cluster *cluster);

/* --- the schema ---------------------------------------------------------- */

/* Brings the database to this program's schema by the numbered migrations,
 * each in its own transaction, all under one advisory lock: any number of
 * processes may call it at once. Where there is anything to do, the user of
 * `url` must be a member of homeroom_owner (the first time a superuser, to
 * make the roles). `*applied`: how many ran. */
bool migrate(const char *url, int *applied, struct err *err) must_use;
/* The part of it that needs a superuser, as a script for psql. */
const char *migrate_roles(void);

/* --- connections --------------------------------------------------------- */

/* The database role a connection acts as (sql/README.md has their rights). */
enum db_role {
	DB_OWNER,  /* settings, migrations: the command line */
	DB_INGEST, /* writes the roster, reads nothing of applications */
	DB_SERVE,  /* authenticates, logs; becomes a publishing role to read */
};

struct db;

/* Connects to HOMEROOM_DATABASE_URL-like `url` and takes the role. */
bool db_open(struct db **out, const char *url, enum db_role role,
    struct err *err) must_use;
void db_close(struct db *db); /* NULL is fine */
/* False when the connection is lost or must not be used again (a deadline
 * passed in mid-answer): db_close it and open another. */
bool db_usable(const struct db *db);
/* Waits until this tick (clock_tick) at most from now on; 0: no limit. */
void db_deadline(struct db *db, int64_t tick);

/* --- statements ---------------------------------------------------------- */

/* Values are texts in Postgres' input syntax; NULL is SQL's NULL. No value is
 * ever part of a statement's text. */
#define DB_VALUES_MAX 64

struct values {
	int count;
	const char *at[DB_VALUES_MAX];
};

void values_add(struct values *values, const char *value); /* borrowed */

/* The rows of an answer, in text format. */
struct rows;

int rows_count(const struct rows *rows);
int rows_columns(const struct rows *rows);
/* NULL for SQL's NULL; lives as long as the rows. */
const char *rows_get(const struct rows *rows, int row, int column);
size_t rows_length(const struct rows *rows, int row, int column);
int64_t rows_integer(const struct rows *rows, int row, int column);
/* The first `count` values of a row at once; at NULL is SQL's NULL. */
void rows_values(const struct rows *rows, int row, struct text *values,
    int count);
/* Rows that an INSERT, UPDATE, DELETE or COPY touched. */
int64_t rows_affected(const struct rows *rows);

/*
 * db_ask sends a named statement of sql/queries (enum statement is made by the
 * build), db_ask_text one that was composed; both in the text
 * `… $1 … $2 …`. A composed text that is asked often is prepared by itself
 * and kept (bounded). Rows live in the arena; `rows` may be NULL.
 * An SQL error is FAULT_DATABASE with SQLSTATE and the statement's name in
 * the text, never its values; serialization and deadlock are FAULT_BUSY; a
 * lost connection FAULT_UNAVAILABLE.
 */
enum statement {
#define STATEMENT(name) STATEMENT_##name,
#include "statements.inc"
#undef STATEMENT
	STATEMENT_COUNT
};

bool db_ask(struct db *db, struct arena *arena, enum statement statement,
    const struct values *values, const struct rows **rows,
    struct err *err) must_use;
bool db_ask_text(struct db *db, struct arena *arena, const char *sql,
    const struct values *values, const struct rows **rows,
    struct err *err) must_use;
/* Several statements of text without values, for migrations and staging. */
bool db_run(struct db *db, const char *sql, struct err *err) must_use;

bool db_begin(struct db *db, struct err *err) must_use; /* read committed */
bool db_commit(struct db *db, struct err *err) must_use;
void db_rollback(struct db *db); /* also after a failure, and outside */

/* --- pipelines: many statements, one round trip -------------------------- */

/* After pipe_begin, pipe_ask and pipe_ask_text only queue; pipe_flush sends
 * all. Then each answer in the order asked: false and *err when that statement
 * failed; those behind it are not run (FAULT_BUSY: try them again). pipe_end
 * reads what was not asked for; db_rollback after a failure in a transaction.
 */
bool pipe_begin(struct db *db, struct err *err) must_use;
bool pipe_ask(struct db *db, enum statement statement,
    const struct values *values, struct err *err) must_use;
bool pipe_ask_text(struct db *db, const char *sql, const struct values *values,
    struct err *err) must_use;
/* The same for a text whose best plan depends on the values: it is planned
 * each time. */
bool pipe_ask_afresh(struct db *db, const char *sql,
    const struct values *values, struct err *err) must_use;
bool pipe_flush(struct db *db, struct err *err) must_use;
bool pipe_answer(struct db *db, struct arena *arena, const struct rows **rows,
    struct err *err) must_use;
bool pipe_end(struct db *db, struct err *err) must_use;

/* --- jobs ----------------------------------------------------------------- */

/*
 * What is to be done once, by whichever worker is free. A job that is open is
 * the only one of its kind and subject. A worker has it for a while, and for
 * longer when it says so; of one that was killed, it is another's after that.
 */
#define JOB_LEASE_SECONDS 60

struct job {
	int64_t id; /* 0: none */
	int64_t district;
	const char *kind;        /* "push" */
	const char *subject;     /* whose: a name */
	int attempt;             /* this one; from 1 */
	const char *worker;      /* who has it */
	const char *asked;       /* who wants it now; NULL: a schedule, or we */
	int64_t due;             /* by its schedule (clock_now); 0: by none */
	int missed;              /* times of the schedule that went by before */
	const char *detail;      /* in a few words, what was done; or NULL */
	const char *counts;      /* the same for programs, JSON; or NULL */
	const atomic_bool *stop; /* set: give up, it will be tried again */
	/* Set by who fails at it because its time has not come: to be tried
	 * again then, which counts for no attempt. */
	int64_t later;
};

/* Who does jobs of a kind; a list of them ends with a NULL name. It opens its
 * own connections to `url`. It may be killed anywhere, and is run again. */
struct job_kind {
	const char *name;
	bool (*run)(struct job *job, struct arena *arena, const char *url,
	    struct err *err);
};

/* Wants it done, not before `when` (clock_now). What is open already is not
 * added again. Of `job` count whose it is, the kind, the subject, asked, due
 * and missed. */
bool job_add(struct db *db, const struct job *job, int64_t when,
    struct err *err) must_use;
/* The next job that is due, if any; the arena's. */
bool job_take(struct db *db, struct arena *arena, const char *worker,
    struct job *job, struct err *err) must_use;
/* Has it for longer. *ours is false when another has it by now. */
bool job_keep(struct db *db, const struct job *job, bool *ours,
    struct err *err) must_use;
/* What became of it: NULL is done; after a fault that may pass it waits for
 * another attempt, later each time, ten at most. */
bool job_end(struct db *db, const struct job *job, const struct err *outcome,
    struct err *err) must_use;
/* Forgets what ended before. *dropped: how many. */
bool job_purge(struct db *db, int64_t before, int64_t *dropped,
    struct err *err) must_use;

/* What clocks show in a time zone at a moment; both in ms since 1970.
 * FAULT_INVALID: there is no such zone. */
bool zone_clock(struct db *db, const char *zone, int64_t at, int64_t *shown,
    struct err *err) must_use;

struct schedule {
	int64_t district;
	const char *kind;
	const char *subject;
	const char *cron; /* base.h */
	const char *zone; /* "Europe/Berlin" */
	bool paused;
};

/* FAULT_INVALID says what is no schedule, or no time zone. */
bool schedule_set(struct db *db, const struct schedule *schedule,
    struct err *err) must_use;
bool schedule_drop(struct db *db, const struct schedule *schedule,
    struct err *err) must_use;
/* Makes a job of each schedule that is due: one, however many times it was
 * missed. Outside a transaction. */
bool schedule_turn(struct db *db, struct err *err) must_use;

/* --- COPY ---------------------------------------------------------------- */

/* Into `COPY … FROM STDIN` in text format: copy_in, then any number of
 * copy_put of whole or partial rows, then copy_in_end. `*rows` may be NULL. */
bool copy_in(struct db *db, const char *sql, struct err *err) must_use;
bool copy_put(struct db *db, const char *data, size_t len,
    struct err *err) must_use;
bool copy_in_end(struct db *db, int64_t *rows, struct err *err) must_use;
void copy_in_drop(struct db *db); /* gives up in mid-copy */

/* Out of `COPY (…) TO STDOUT` in text format: one row a call with its final
 * newline, ours to change until the next call; *data is NULL at the end. */
bool copy_out(struct db *db, const char *sql, struct err *err) must_use;
bool copy_get(struct db *db, char **data, size_t *len,
    struct err *err) must_use;

/* One field of a row in COPY's text format, with its tab or newline
 * (`last`). NULL is \N. For writers of copy_put. */
void copy_field(struct buf *out, const char *text, size_t len, bool last);

/* --- news ---------------------------------------------------------------- */

bool db_listen(struct db *db, const char *channel, struct err *err) must_use;
/* Waits up to `ms` for news, and takes all that there is. What changed is in
 * the tables: news only says that it is time to look. */
bool db_news(struct db *db, int ms, bool *any, struct err *err) must_use;

#endif
