/*
 * A private cluster for a test program, in the folder it runs in; started at
 * the first call, migrated, and stopped when the program ends.
 */
#ifndef HOMEROOM_TESTS_DATABASE_H
#define HOMEROOM_TESTS_DATABASE_H

#include "homeroom/store.h"

/* For db_open and migrate. Ends the program when there is none. */
const char *database_url(void);
/* A connection, likewise; the caller closes it. */
struct db *database_open(enum db_role role);
/* A script for psql: what it prints, the arena's; its exit
 * code in *status. `user` may be any role that logs in. */
const char *database_psql(struct arena *arena, const char *user,
    const char *script, int *status);

#endif
