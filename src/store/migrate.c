/* The schema: the roles, and the numbered migrations. */
#include "store.h"

#include "homeroom/embedded.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "001_core" → 1. */
static int number_of(const struct embedded *migration)
{
	return (int)strtol(migration->name, NULL, 10);
}

/* --- roles --------------------------------------------------------------- */

const char *migrate_roles(void)
{
	assert(number_of(&embedded_migrations[0]) == 0);
	return embedded_migrations[0].text;
}

struct standing {
	bool ready;     /* the roles are as they must be */
	bool superuser; /* we may make them so */
	bool owner;     /* we may act as the owner */
};

static bool ask_standing(struct db *db, struct arena *arena,
    struct standing *out, struct err *err)
{
	const struct rows *rows;

	if (!db_ask(db, arena, STATEMENT_roles_ready, NULL, &rows, err))
		return false;
	out->ready = rows_get(rows, 0, 0)[0] == 't';
	out->superuser = rows_get(rows, 0, 1)[0] == 't';
	out->owner = rows_get(rows, 0, 2)[0] == 't';
	return true;
}

static bool make_roles(struct db *db, struct err *err)
{
	if (db_begin(db, err) && db_run(db, migrate_roles(), err) &&
	    db_commit(db, err))
		return true;
	db_rollback(db);
	err_add(err, "the roles");
	return false;
}

static bool ensure_roles(struct db *db, struct arena *arena, struct err *err)
{
	struct standing standing;

	if (!ask_standing(db, arena, &standing, err))
		return false;
	if (!standing.ready && !standing.superuser)
		return fail(err, FAULT_DATABASE,
		    "Homeroom's roles are not in this database yet, and its "
		    "user may not make them. A superuser runs once: homeroom "
		    "migrate --roles | psql -d DATABASE");
	if (!standing.ready && !make_roles(db, err))
		return false;
	if (!standing.superuser && !standing.owner)
		return fail(err, FAULT_DATABASE,
		    "the database is to be migrated, and its user may not "
		    "act as homeroom_owner: run homeroom migrate as one who "
		    "may (GRANT homeroom_owner TO …)");
	return db_run(db, "set role homeroom_owner", err);
}

/* --- the numbered ones ---------------------------------------------------- */

static const struct embedded *first_numbered(void)
{
	return &embedded_migrations[1];
}

/* What the database has had must be what this program begins with. *next is
 * the first it has not had. */
static bool find_next(struct db *db, struct arena *arena,
    const struct embedded **next, struct err *err)
{
	const struct rows *rows;

	*next = first_numbered();
	if (!db_ask(db, arena, STATEMENT_migration_known, NULL, &rows, err))
		return false;
	if (rows_get(rows, 0, 0)[0] != 't')
		return true;
	if (!db_ask(db, arena, STATEMENT_migration_applied, NULL, &rows, err))
		return false;
	for (int i = 0; i < rows_count(rows); i++, (*next)++) {
		if ((*next)->name == NULL)
			return fail(err, FAULT_DATABASE,
			    "the database is newer than this program: it has "
			    "had migration %s",
			    rows_get(rows, i, 1));
		if (strcmp((*next)->name, rows_get(rows, i, 1)) != 0)
			return fail(err, FAULT_DATABASE,
			    "the database was made by another program: it has "
			    "had migration %s where this one has %s",
			    rows_get(rows, i, 1), (*next)->name);
	}
	return true;
}

static bool record(struct db *db, const struct embedded *migration,
    struct err *err)
{
	struct values values = { 0 };
	char number[16];

	snprintf(number, sizeof(number), "%d", number_of(migration));
	values_add(&values, number);
	values_add(&values, migration->name);
	return db_ask(db, NULL, STATEMENT_migration_record, &values, NULL, err);
}

static bool apply(struct db *db, const struct embedded *migration,
    struct err *err)
{
	if (db_begin(db, err) && db_run(db, migration->text, err) &&
	    record(db, migration, err) && db_commit(db, err)) {
		log_line(LOG_INFO, "migrated", "migration=%s", migration->name);
		return true;
	}
	db_rollback(db);
	err_add(err, "migration %s", migration->name);
	return false;
}

/* Whether there is nothing to do. Who serves may ask this, and no more. */
static bool is_done(struct db *db, struct arena *arena, bool *done,
    struct err *err)
{
	const struct embedded *next;
	struct standing standing;

	if (!ask_standing(db, arena, &standing, err) ||
	    !find_next(db, arena, &next, err))
		return false;
	*done = standing.ready && next->name == NULL;
	return true;
}

/* The lock is the session's: it goes with the connection, however that ends. */
static bool migrate_with(struct db *db, struct arena *arena, int *applied,
    struct err *err)
{
	const struct embedded *next;
	bool done;

	if (!is_done(db, arena, &done, err))
		return false;
	if (done)
		return true;
	if (!db_ask(db, arena, STATEMENT_migration_lock, NULL, NULL, err) ||
	    !ensure_roles(db, arena, err) || !find_next(db, arena, &next, err))
		return false;
	for (; next->name != NULL; next++, (*applied)++)
		if (!apply(db, next, err))
			return false;
	return true;
}

bool migrate(const char *url, int *applied, struct err *err)
{
	struct arena *arena;
	struct db *db;
	bool done;

	*applied = 0;
	if (!db_connect(&db, url, NULL, err))
		return false;
	arena = arena_new();
	done = migrate_with(db, arena, applied, err);
	arena_free(arena);
	db_close(db);
	return done;
}
