/*
 * provision: from the roster to accounts in directories. Plans what is to be
 * done, keeps it with its outcome, and does it.
 */
#ifndef HOMEROOM_PROVISION_H
#define HOMEROOM_PROVISION_H

#include "homeroom/base.h"
#include "homeroom/store.h"

#include <stdatomic.h>

/* --- plans ------------------------------------------------------------------
 */

struct provision_wanted {
	int64_t district;
	const char *directory; /* its name */
	const char *url;       /* of the database */
	const char *who;       /* "alice (command line)" */
	const char *person;    /* of one alone, by sourcedId; or NULL */
	const char *kinds;     /* "create,disable"; NULL: all */
	bool whole;            /* reads all of the directory */
	bool known;            /* plans of what was read last, asks nobody */
	/* provision_undo, provision_reconcile: a plan is in a transaction that
	 * is still open; once it has been looked at, db_rollback. */
	bool rehearses;
	const atomic_bool *stop; /* set, it gives up; or NULL */
};

struct provision_run {
	int64_t plan;
	int64_t read;    /* entries of the directory */
	int64_t actions; /* that are to be done */
	int64_t asking;  /* that wait for a person */
	bool held;       /* the plan waits for approval */
	const char *why; /* the arena's */
	int64_t done, failed;
	/* A plan that was begun before, or approved, and ended first; 0: none
	 */
	int64_t first, first_done, first_failed;
};

/* As fail(): there is no such plan; tells how to list those there are. */
#define plan_lack(plan, err)                                                   \
	fail(err, FAULT_NOT_FOUND,                                             \
	    "there is no plan %" PRId64 "; `homeroom plan` lists those that "  \
	    "there are",                                                       \
	    (plan))

/* Reads the directory, and plans. All of these as homeroom_ingest and outside
 * a transaction; `arena` is the caller's. */
bool provision_plan(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, struct provision_run *out,
    struct err *err) must_use;
/* Goes on with what was begun, reads, plans, and carries it out if it is not
 * held. */
bool provision_sync(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, struct provision_run *out,
    struct err *err) must_use;
/* What stands in the plan may be done, and nothing else. FAULT_CONFLICT: it is
 * not one to be approved. *directory: whose it is. Of `wanted`, district and
 * who count. */
bool provision_approve(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, int64_t plan, const char **directory,
    struct err *err) must_use;
/* It is never carried out. FAULT_CONFLICT: it was begun, or is over. */
bool provision_drop(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, int64_t plan,
    struct err *err) must_use;
/* A plan of the way back from what a plan has done; it is held. Of `wanted`,
 * district, url and who count. */
bool provision_undo(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, int64_t plan,
    struct provision_run *out, struct err *err) must_use;
/* Says whose an account is (`person` NULL: nobody's); this and the next one may
 * stand in a transaction. FAULT_NOT_FOUND when
 * there is no such account or person, FAULT_CONFLICT when they have another.
 */
bool provision_link(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, const char *account,
    struct err *err) must_use;
/* Nothing touches a protected account. */
bool provision_protect(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, const char *account, bool protect,
    struct err *err) must_use;

/* Accounts as they were last read, with the ledger: those of this login, anchor
 * or person, or all (NULL). Columns as in queries/account_list.sql. */
bool provision_accounts(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, const char *account,
    const struct rows **rows, struct err *err) must_use;

/* --- preview ----------------------------------------------------------------
 */

struct person;
struct desired;

/* Both are borrowed for the call. False ends it. */
typedef bool provision_each(void *context, const struct person *person,
    const struct desired *desired, struct err *err);

/* What rules want of everybody, or of one person, by sourcedId, in their
 * order; of `wanted`, district, directory and person count. Nothing is asked of
 * the directory. */
bool provision_preview(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, provision_each *each, void *context,
    struct err *err) must_use;

/* --- reconciliation ---------------------------------------------------------
 */

struct provision_findings {
	const struct rows
	    *rows;          /* as queries/reconcile_findings.sql has them */
	const char *counts; /* by kind, JSON */
	struct provision_run run; /* the plan that was made on the way */
};

/* What is not as it should be. `propose`: kinds of findings, "orphan,left", to
 * make a plan of what is proposed about them instead; it is held. Or NULL. */
bool provision_reconcile(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, const char *propose,
    struct provision_findings *out, struct err *err) must_use;
/* Columns: when (ms), version, reading, counts; the newest first. */
bool provision_trend(struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, int limit, const struct rows **rows,
    struct err *err) must_use;

/* For a list of job_kinds: `sync`, whose subject is a directory. */
bool provision_sync_run(struct job *job, struct arena *arena, const char *url,
    struct err *err);

#endif
