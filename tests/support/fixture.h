/*
 * Small bundles and what importing them gives: a school with three users, and
 * whatever a test changes about it. Include support/database.h's user first:
 * it needs a cluster.
 */
#ifndef HOMEROOM_TESTS_FIXTURE_H
#define HOMEROOM_TESTS_FIXTURE_H

#include "homeroom/ingest.h"
#include "homeroom/model.h"

/*
 * A file of a bundle that differs from the base bundle's. Text NULL: the file
 * is left out. Else it is added to the rows that the base has; after a leading
 * '=' it replaces them; after '#', the header too. \002 stands for a NUL.
 */
struct fixture_change {
	const char *file; /* "users.csv" */
	const char *text;
};

#define FIXTURE_CHANGES_MAX 6

/* Writes the bundle into the folder `dir`, which is emptied first. Changes end
 * with a NULL file. */
void fixture_write(const char *dir, enum oneroster version,
    const struct fixture_change *changes);
/* A district of its own, so that tests do not meet. */
int64_t fixture_district(void);
/* Imports; the test ends when that fails (to be refused is no failure).
 * ingest_close it. */
struct ingest *fixture_import(struct db *db, int64_t district, const char *dir,
    bool accept);
const struct ingest_file *fixture_file(const struct ingest *ingest,
    const char *name);
/* NULL: there is no such finding; of several, one that is severe. */
const struct ingest_finding *fixture_finding(const struct ingest *ingest,
    const char *file, const char *code);
/* The first value of an answer, as the owner sees it; {d} in the text is the
 * district. */
const char *fixture_value(int64_t district, const char *sql);

/* sound.c: what must hold after every version, whatever was imported: counts,
 * references, derived columns, history. */
void fixture_check(int64_t district);
/* Two districts have the same active records. */
void fixture_check_same(int64_t a, int64_t b, int64_t seed);

#endif
