/*
 * Inside ingest: what keeps a source from doing harm. Limits of what it may
 * change, what it means that a record is missing, and imports that wait for a
 * person.
 */
#ifndef HOMEROOM_INGEST_GUARD_H
#define HOMEROOM_INGEST_GUARD_H

#include "../ingest.h"
#include "homeroom/publish.h"

/* --- policy.c: what settings say of the changes that a source brings ------ */

enum { LIMIT_ADDED, LIMIT_CHANGED, LIMIT_REMOVED, LIMIT_DISABLED, LIMITS };
enum {
	SCHOOL_REMOVED,
	SCHOOL_STUDENTS,
	SCHOOL_CLASSES,
	SCHOOL_ENROLLMENTS,
	SCHOOL_LIMITS
};

/* What a row's status means. */
struct statuses {
	bool gone_stays, gone_goes; /* tobedeleted */
	bool inactive_goes, inactive_disables;
};

struct policy {
	const char *today; /* where the source is: "2027-08-15" */
	struct limit records[PARTS_MAX][LIMITS]; /* by part */
	struct limit schools[SCHOOL_LIMITS];
	struct statuses statuses;
	int64_t absent_after;
	bool keeps;         /* what a file lacks stays */
	bool additive;      /* nothing is removed */
	bool frozen;        /* nothing is taken at all */
	const char *window; /* why, or NULL */
};

/* What an import knows of it. */
struct guard {
	struct policy policy;
	const char *stopped; /* the first limit that is exceeded */
	/* Digests of the set of changes and of the bundle that are waited
	 * for. */
	const char *listed, *listed_bundle;
	bool made;               /* the table of changes is */
	bool holds;              /* the table held is */
	int64_t lost_users;      /* that this source has no more, though other
				    sources may */
	struct changes *changes; /* being listed, or NULL */
};

struct guard *guard_new(struct arena *arena) must_use;
void guard_free(struct guard *guard);
/* The field that says whom a record is about, if it is about somebody. */
const struct field *guard_person(const struct entity *entity);

/* Tells policies apart by which the same bundle is taken otherwise. */
int64_t policy_number(const struct ingest *job);
bool policy_read(struct ingest *job, struct err *err) must_use;
/* absence.c: after find_differences, what stays of gone_T; and when the import
 * ends, who was missing. */
bool absence_hold(struct ingest *job, struct part *part,
    struct err *err) must_use;
bool absence_keep(struct ingest *job, struct err *err) must_use;
/* changes.c: what the transaction has changed: the table change, and what it
 * is known by; a cursor over it. */
bool changes_make(struct ingest *job, struct err *err) must_use;
bool changes_digest(struct ingest *job, const char **digest,
    struct err *err) must_use;
bool changes_open(struct ingest *job, struct err *err) must_use;
void changes_close(struct changes *changes); /* NULL is fine */

/* waiting.c: from the first to the last step of an import that waits, or that
 * one waited for. */
bool waiting_begin(struct ingest *job, struct err *err) must_use;
bool waiting_is_bundle(const struct ingest *job);
bool waiting_compare(struct ingest *job, struct err *err) must_use;
bool waiting_stop(struct ingest *job, struct err *err) must_use;
bool waiting_add(struct ingest *job, struct err *err) must_use;
bool waiting_keep(struct ingest *job, struct err *err) must_use;
void waiting_clear(struct ingest *job);

#endif
