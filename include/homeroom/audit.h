/*
 * audit: who read what, and when. A server notes each answer in a file before
 * it is sent, and a thread brings what was noted into Postgres, where it is a
 * chain of hashes. No ids of records and no values are ever noted.
 */
#ifndef HOMEROOM_AUDIT_H
#define HOMEROOM_AUDIT_H

#include "homeroom/base.h"
#include "homeroom/store.h"

/* --- noting ----------------------------------------------------------------
 */

/* One answer; texts are borrowed, and NULL where there is none. */
struct audit_entry {
	int64_t at;           /* ms since 1970 */
	int64_t application;  /* 0: nobody that is known */
	const char *method;   /* "GET" */
	const char *endpoint; /* a route: "/ims/oneroster/v1p1/users/{}" */
	const char *filter;   /* names of the fields it filters by: "role" */
	const char *since;    /* of a delta: a version, or a time */
	const char *fault;    /* "FORBIDDEN" */
	const char *address;
	const char *request; /* its id */
	int status;
	int64_t requests;
	int64_t rows;
	int64_t bytes; /* as sent; less than 0: were not sent after all */
	int64_t version;
};

struct audit;

/* `database_url` and `home` are borrowed; what a server that was killed has
 * left under `home` is brought in first. */
bool audit_open(struct audit **out, const char *database_url, const char *home,
    struct err *err) must_use;
/* Brings in what it can; the rest waits for the next start. NULL is fine. */
void audit_close(struct audit *audit);
/* Once this is true the entry outlives the process. False: it could not be
 * written, and data must not be sent. Refusals of somebody unknown are only
 * counted, by the minute, and never fail. Any thread; waits for nothing but the
 * page cache. */
bool audit_note(struct audit *audit, const struct audit_entry *entry,
    struct err *err) must_use;
/* Straight into the chain, for a command: `who` ran it. */
bool audit_append(struct db *db, struct arena *arena,
    const struct audit_entry *entry, const char *who, struct err *err) must_use;

/* --- looking ----------------------------------------------------------------
 */

struct audit_wanted {
	int64_t district;
	int64_t application;  /* 0: all */
	int64_t from, until;  /* ms since 1970; 0: no bound */
	const char *endpoint; /* what it begins with, or NULL */
	int status_low, status_high;
	int limit;
	bool briefly; /* of changes, what differs */
};

/* As homeroom_owner. Columns as in queries/audit_list.sql, audit_sums.sql (by
 * "application", "day" or "endpoint"), audit_changes.sql. */
bool audit_list(struct db *db, struct arena *arena,
    const struct audit_wanted *wanted, const struct rows **rows,
    struct err *err) must_use;
bool audit_sums(struct db *db, struct arena *arena,
    const struct audit_wanted *wanted, const char *by, const struct rows **rows,
    struct err *err) must_use;
bool audit_changes(struct db *db, struct arena *arena,
    const struct audit_wanted *wanted, const struct rows **rows,
    struct err *err) must_use;

/* --- the chain --------------------------------------------------------------
 */

#define AUDIT_HASH 65

/* A link: how many there were up to it, and the hash over all of them. */
struct audit_link {
	int64_t number;
	char hash[AUDIT_HASH]; /* in hex */
};

/* "NUMBER:HASH" */
bool audit_link_read(struct audit_link *link, const char *text) must_use;

struct audit_chain {
	struct audit_link head;
	struct audit_link purged; /* the last that is not kept any more */
};

bool audit_chain(struct db *db, struct arena *arena, struct audit_chain *chain,
    struct err *err) must_use;

struct audit_proof {
	struct audit_chain chain;
	int64_t checked; /* links that hold */
	/* NULL: all is well. Else what is wrong, the arena's. */
	const char *broken;
};

/* Follows the chain from what was purged to its head; `witness`, when not NULL,
 * is a head that was written down and must lie on it. */
bool audit_verify(struct db *db, struct arena *arena,
    const struct audit_link *witness, struct audit_proof *proof,
    struct err *err) must_use;
/* As homeroom_ingest: drops what is older than `days`. */
bool audit_purge(struct db *db, struct arena *arena, int days, int64_t *dropped,
    struct audit_link *head, struct err *err) must_use;

#endif
