/*
 * Inside store: a connection, how statements are known to the server, and who
 * runs the private cluster. Whatever sends to Postgres waits through db.c.
 */
#ifndef HOMEROOM_STORE_STORE_H
#define HOMEROOM_STORE_STORE_H

#include "homeroom/base.h"
#include "homeroom/store.h"

#include <libpq-fe.h>
#include <sys/types.h>

/* The superuser of private clusters, and of no other: where the URL names it,
 * roles log in by themselves (000_roles.sql). */
#define CLUSTER_USER "homeroom_superuser"
#define CLUSTER_DATABASE "homeroom"

/* --- statements.c: what the server knows --------------------------------- */

enum preparation {
	UNPREPARED,
	PREPARING, /* sent in this pipeline, not answered yet */
	PREPARED,
};

/* A statement of this connection. A named one has its place for ever; places
 * of composed ones change hands, and then their serial does. */
struct prepared {
	enum preparation state;
	unsigned serial;
	int64_t
	    used; /* the connection's count of asks, when it was last asked */
	struct hash128 text;
	char name[16];
};

#define COMPOSED_MAX 64

/* How one statement goes to the server. */
struct sending {
	const char *label; /* for errors */
	const char *sql;
	const char *name;          /* as prepared */
	struct prepared *prepared; /* NULL: sent as text, not prepared */
	char drop[32];             /* to run before it; "" for nothing */
};

void sending_named(struct sending *out, struct db *db,
    enum statement statement);
void sending_text(struct sending *out, struct db *db, const char *sql);
bool sending_send(struct db *db, const struct sending *sending,
    const struct values *values, struct err *err) must_use;

/* --- pipe.c: what was sent and not answered ------------------------------ */

enum piece { PIECE_PREPARE, PIECE_DROP, PIECE_ASK };

struct sent {
	enum piece piece;
	unsigned serial;
	struct prepared *prepared;
	const char *label;
};

struct pipe {
	bool on, synced;
	struct sent *sent; /* grows, and is kept for the next pipe */
	int count, room, next;
};

/* --- copy.c -------------------------------------------------------------- */

enum copy { COPY_NONE, COPY_IN, COPY_OUT };

/* Gives up whatever copy is under way. */
void copy_drop(struct db *db);

/* --- db.c ---------------------------------------------------------------- */

struct db {
	PGconn *pg;
	bool lost;
	int64_t deadline;
	int64_t asks;
	unsigned serials;
	uint8_t key[16]; /* of the hashes of composed texts */
	struct prepared named[STATEMENT_COUNT];
	struct prepared composed[COMPOSED_MAX];
	struct pipe pipe;
	enum copy copy;
	char *copied;  /* libpq's: the row that copy_get lent */
	size_t unsent; /* bytes of COPY given to libpq since it had none */
};

/* As the user of the URL; a role only if it is not NULL. */
bool db_connect(struct db **out, const char *url, const char *role,
    struct err *err) must_use;
/* Until PQgetResult will not block. False: lost, *err is set. */
bool db_wait(struct db *db, struct err *err) must_use;
/* Until the server sent something: before the deadline (ms: -1), or else true
 * as well when `ms` are over. */
bool db_wait_input(struct db *db, int ms, struct err *err) must_use;
/* Until libpq has nothing left to send. */
bool db_wait_sent(struct db *db, struct err *err) must_use;
/* The connection is of no more use; is false, for `return`. */
bool db_lose(struct db *db, struct err *err);
/* The last answer of what was sent, all others read and cleared; NULL and
 * *err when any failed. PQclear it. */
PGresult *db_result(struct db *db, const char *label, struct err *err) must_use;
/* Says in *err what a failed result says, without any value in it. */
bool db_refused(struct db *db, const PGresult *result, const char *label,
    struct err *err);
bool db_ready(struct db *db, struct err *err) must_use; /* to be asked */

/* --- rows.c -------------------------------------------------------------- */

/* The result is the arena's from now on. */
const struct rows *rows_of(struct arena *arena, PGresult *result) must_use;

/* --- refusal.c ----------------------------------------------------------- */

/* What an SQLSTATE means: the fault, and the condition's name. */
enum fault refusal_fault(const char *sqlstate);
const char *refusal_condition(const char *sqlstate);
/* Whether the server ends the connection after it. */
bool refusal_ends(const char *sqlstate);

/* --- runner.c: who runs Postgres ----------------------------------------- */

/* Ourselves, or, when we are root, somebody with no rights. */
struct runner {
	uid_t uid;
	gid_t gid;
	char name[64];
	bool drop; /* we are root, and must become it */
};

/* `owner`: of the data that is there already, or (uid_t)-1. */
bool runner_find(struct runner *out, uid_t owner, struct err *err) must_use;
/* Runs argv[0] in the folder `at`, without our environment, terminal or
 * signals; what it prints goes to the file `log` there. */
bool runner_start(const struct runner *runner, const char *at,
    const char *const *argv, pid_t *pid, struct err *err) must_use;
/* The same, and waits. False: it could not be run, or exited with *status. */
bool runner_run(const struct runner *runner, const char *at,
    const char *const *argv, struct err *err) must_use;
/* Runs act(what) in a process of the runner, and waits. */
bool runner_act(const struct runner *runner, bool (*act)(const void *what),
    const void *what) must_use;

/* --- place.c: where a private cluster lies -------------------------------- */

struct cluster {
	struct arena *arena; /* of all its texts */
	struct runner runner;
	const char *home;    /* real path of HOMEROOM_HOME */
	const char *folder;  /* real path of HOME/postgres: the runner's */
	const char *data;    /* folder/data */
	const char *sockets; /* folder, or a short one in /tmp */
	const char *bin;     /* of the installed Postgres */
	int lock;            /* held while it is started or stopped */
	int users;           /* held, shared, while we use it */
	pid_t pid;           /* of the postmaster */
};

/* Makes the home, and sets its real path. */
bool place_home(struct cluster *cluster, const char *home,
    struct err *err) must_use;
/* Finds or makes the folder, and finds the programs. Under the lock. */
bool place_find(struct cluster *cluster, struct err *err) must_use;

/* --- furnish.c: what is written into it ----------------------------------- */

/* initdb, where there is no data yet. */
bool furnish_data(struct cluster *cluster, struct err *err) must_use;
/* The settings, which every start writes again. */
bool furnish_settings(struct cluster *cluster, struct err *err) must_use;
/* Away with a folder and all that is in it; NULL, or one that is not there, is
 * fine. For runner_act, too. */
bool furnish_remove(const void *path) must_use;

#endif
