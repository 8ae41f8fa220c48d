/*
 * publish: versions, grants and what they may see, pages of records.
 * Composes the SELECTs, since it has both the model and the store.
 */
#ifndef HOMEROOM_PUBLISH_H
#define HOMEROOM_PUBLISH_H

#include "homeroom/base.h"
#include "homeroom/model.h"
#include "homeroom/store.h"

/* --- versions ------------------------------------------------------------ */

/*
 * A committed state of a district's roster. Rows of roster.X carry `since`,
 * the version that brought them; dateLastModified is that version's
 * `published`, which lies a little after the commit, so that whoever read
 * before it and asks later for what came after his reading misses nothing.
 */
struct version {
	int64_t version;
	int64_t published; /* ms since 1970 */
	int64_t import;	   /* 0: made by a rollback */
	const char *note;
};

/* Newest first; at most `limit`. */
bool version_list(struct db *db, struct arena *arena, int64_t district,
    int limit, const struct version **versions, int *count,
    struct err *err) must_use;
/* Makes a new version that is what `to` was, in one transaction. FAULT_GONE
 * when `to` is older than the retention window. */
bool version_rollback(struct db *db, int64_t district, int64_t to,
    int64_t *made, struct err *err) must_use;
/* Drops history that no version within `days` needs; returns rows dropped. */
bool version_purge(struct db *db, int64_t district, int days,
    int64_t *dropped, struct err *err) must_use;

/* --- applications and their credentials ---------------------------------- */

struct application {
	int64_t id;
	int64_t district;
	int64_t epoch; /* rises when tokens given before must stop working */
	const char *name;
	const char *client_id;
	bool enabled;
	bool full;	 /* a grant over everything */
	unsigned scopes; /* that the grant allows */
};

struct credentials { /* shown once */
	const char *client_id;
	const char *client_secret;
};

/* Which application is changed, and by whom: each change is a row of
 * homeroom.setting_change. */
struct change {
	int64_t district;
	const char *name;
	const char *who; /* "alice (command line)" */
};

/* A district's id by its name; NULL is the one that every database has.
 * FAULT_NOT_FOUND when there is none. */
bool district_find(struct db *db, struct arena *arena, const char *name,
    int64_t *district, struct err *err) must_use;

/* A grant over everything within `scopes` when `full`; otherwise over nothing
 * until finer grants are given. A taken name is FAULT_CONFLICT. Of `wanted`
 * only full and scopes count. */
bool application_create(struct db *db, struct arena *arena,
    const struct change *change, const struct application *wanted,
    struct credentials *out, struct err *err) must_use;
/* A new secret; the old ones, and all tokens, stop working at once. No such
 * application is FAULT_NOT_FOUND. */
bool application_rotate(struct db *db, struct arena *arena,
    const struct change *change, struct credentials *out,
    struct err *err) must_use;
/* Disabled, its secret and its tokens stop working at once; enabled again,
 * the secret works and the old tokens don't. */
bool application_enable(struct db *db, struct arena *arena,
    const struct change *change, bool enabled, struct err *err) must_use;
bool application_list(struct db *db, struct arena *arena, int64_t district,
    const struct application **list, int *count, struct err *err) must_use;
/* FAULT_BAD_CLIENT for an unknown client, a wrong secret, a disabled
 * application alike, in the same time. */
bool application_check(struct db *db, struct arena *arena,
    const char *client_id, const char *client_secret,
    struct application *out, struct err *err) must_use;

/* --- secrets at rest ----------------------------------------------------- */

/* AES-256-GCM under the key file (32 bytes, mode 0600, made at first use);
 * `about` is bound in, so that one sealed value can't stand for another. */
bool seal(struct buf *out, const char *key_file, const char *about,
    const void *secret, size_t len, struct err *err) must_use;
bool unseal(struct buf *out, const char *key_file, const char *about,
    const void *sealed, size_t len, struct err *err) must_use;

/* --- reading ------------------------------------------------------------- */

/*
 * Publishers' requests run in a session: one read-only transaction under a
 * publishing role, with the keys of the caller's application set, over one
 * version. Several questions of one application share a session and one round
 * trip.
 */
struct session {
	int64_t application, epoch; /* asked with */
	int64_t district;	    /* found */
	int64_t version;	    /* the live one, read consistently */
	bool full;
};

/* What to read: a collection (or one record of it), perhaps through a link. */
struct question {
	const struct collection *of;
	const struct link *link;      /* NULL: the collection itself */
	struct text ids[3];	      /* the link's parents, in order */
	struct text id;		      /* one record; at NULL: a page */
	struct selection sel;
	int64_t version;	      /* pinned by a next link; 0: the live one */
	struct text after;	      /* go on behind this sourcedId; at NULL: no */
	const char *base;	      /* for hrefs */
};

struct answer {
	int64_t version;  /* that was read */
	int64_t total;	  /* X-Total-Count */
	int64_t rows;	  /* in the body */
	const char *last; /* sourcedId of the last row; NULL: none */
	bool more;	  /* rows follow */
};

#endif
