/*
 * Inside provision: persons as they are published.
 */
#ifndef HOMEROOM_PROVISION_PROVISION_H
#define HOMEROOM_PROVISION_PROVISION_H

#include "homeroom/base.h"
#include "homeroom/rules.h"
#include "homeroom/store.h"

/* --- book.c: a directory's settings and rules ----------------------------- */

struct provision_book {
	int64_t district;
	int64_t directory; /* homeroom.directory.id */
	const char *name, *type;
	const char *settings; /* of the directory, JSON */
	struct rulebook *rules;
};

/* FAULT_NOT_FOUND: there is no such directory. The arena's. */
bool book_load(struct db *db, struct arena *arena, int64_t district,
    const char *directory, struct provision_book *out,
    struct err *err) must_use;
/* Now, by the directory's clocks and the district's calendar. */
bool book_moment(struct db *db, struct arena *arena,
    const struct provision_book *book, struct rules_moment *out,
    struct err *err) must_use;

/* --- persons.c: who is published, in the order of their ids --------------- */

/* Begins a transaction that sees one state of the database. */
bool persons_begin(struct db *db, struct err *err) must_use;

/*
 * Within the caller's transaction, which is to be such a one; between two
 * calls it may ask other things. Persons that are deleted come, too, as long
 * as the roster keeps them. Memory does not grow with their number.
 */
struct persons;

/* `only`: the sourcedId of one, or NULL. The arena's. */
bool persons_open(struct persons **out, struct db *db, struct arena *arena,
    const struct provision_book *book, const char *only,
    struct err *err) must_use;
/* The next; NULL: there are no more. It lasts until the next call. */
bool persons_next(struct persons *persons, const struct person **out,
    struct err *err) must_use;
void persons_close(struct persons *persons); /* NULL is fine */

/* --- first.c: first passwords --------------------------------------------- */

/* What the rules say now of a person's; lasts as long as the arena. */
bool first_policy(struct db *db, struct arena *arena,
    const struct provision_book *book, const char *id,
    struct password_policy *out, struct err *err) must_use;

#endif
