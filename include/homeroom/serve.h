/*
 * serve: the server that publishers and the district's staff talk to. Its
 * listeners, its workers and its keys, opened and closed as one.
 */
#ifndef HOMEROOM_SERVE_H
#define HOMEROOM_SERVE_H

#include "homeroom/base.h"

struct server;
struct db; /* store.h */

/*
 * Serves, by the settings of the process, the database of `database_url`,
 * which is migrated and stays borrowed. Once in a process, which ignores
 * SIGPIPE from then on.
 */
bool serve_open(struct server **out, const char *database_url,
    struct err *err) must_use;
/* Where it listens; the one chosen when the settings left it open. */
int serve_port(const struct server *server);
/* Reads the certificate and its key again. */
bool serve_reload(struct server *server, struct err *err) must_use;
/* How long after a commit a server may still answer from memory as if it had
 * not been (ms); it does so only where nothing is sent that the client has not.
 */
#define SERVE_LEASE_MS 250
/* Returns when no server does so any more: for whoever committed something, and
 * is about to say that it is done. */
void serve_settle(void);

struct application; /* publish.h */

struct lending {
	const struct application *application;
	const char *who; /* for the audit */
	int64_t minutes; /* 60 at most */
};

/* A token of an application's, the arena's, for the district itself to look at
 * what that one sees; the audit says who has it. As homeroom_owner, outside a
 * transaction. */
bool serve_lend(struct db *db, struct arena *arena,
    const struct lending *lending, const char **token,
    struct err *err) must_use;
/* Finishes what is under way, for at most `ms`. NULL is fine. */
void serve_close(struct server *server, int ms);

#endif
