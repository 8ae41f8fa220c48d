/*
 * publish: versions, grants and what they may see, pages of records.
 * Composes the SELECTs, since it has both the model and the store.
 */
#ifndef HOMEROOM_PUBLISH_H
#define HOMEROOM_PUBLISH_H

#include "homeroom/base.h"
#include "homeroom/model.h"
#include "homeroom/store.h"

#include <stdatomic.h>

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
	int64_t import;    /* 0: made by a rollback */
	const char *note;
	bool kept; /* it can be read and gone back to */
};

struct versions {
	const struct version *at; /* newest first */
	int count;
};

/* At most `limit`. */
bool version_list(struct db *db, struct arena *arena, int64_t district,
    int limit, struct versions *versions, struct err *err) must_use;

struct rollback {
	int64_t district;
	int64_t to;
	bool dry_run;
	int64_t made; /* out: the version; 0: nothing differs, none was made */
	int64_t rows; /* out: records that are otherwise than before it */
};

/* Makes a new version that is what `to` was, in one transaction; records that
 * were not there then are to be deleted. FAULT_GONE when `to` is older than
 * what is kept. */
bool version_rollback(struct db *db, struct rollback *rollback,
    struct err *err) must_use;
/* Drops history that no version within `days` needs; returns rows dropped. */
bool version_purge(struct db *db, int64_t district, int days, int64_t *dropped,
    struct err *err) must_use;

/* --- applications and their credentials ---------------------------------- */

struct application {
	int64_t id;
	int64_t district;
	int64_t epoch; /* rises when tokens given before must stop working */
	const char *name;
	const char *client_id;
	bool enabled;
	bool full;           /* a grant over everything */
	unsigned scopes;     /* that the grant allows */
	const char *profile; /* of its importer; NULL: the standard */
	/* application_check: when the secret that was shown ends;
	 * application_list: when the one before the present one does. Ms since
	 * 1970; 0: never, and there is none. */
	int64_t secret_until;
	/* application_list alone: */
	int64_t secret_made; /* the present one */
	const char *keys;    /* kids of its public keys, with spaces between */
	bool oauth1;         /* it may sign requests */
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
/* A new secret. The present one works for another `keep` ms beside it; with 0
 * it and all tokens stop working at once. Two at most work at a time: keeping
 * a third is FAULT_CONFLICT. No such application is FAULT_NOT_FOUND. */
bool application_rotate(struct db *db, struct arena *arena,
    const struct change *change, int64_t keep, struct credentials *out,
    struct err *err) must_use;
/* Ends a secret that was kept, and all tokens; FAULT_NOT_FOUND without one. */
bool application_end_secret(struct db *db, struct arena *arena,
    const struct change *change, struct err *err) must_use;
/* Disabled, its secret and its tokens stop working at once; enabled again,
 * the secret works and the old tokens don't. */
bool application_enable(struct db *db, struct arena *arena,
    const struct change *change, bool enabled, struct err *err) must_use;
/* A secret by which an application signs requests (OAuth 1.0a), in place of the
 * one that it has, which stops working at once; `out` NULL: none any more. */
bool application_oauth1(struct db *db, struct arena *arena,
    const struct change *change, const char *key_file, struct credentials *out,
    struct err *err) must_use;
/* That secret, from how it is kept, in hexadecimal: to be wiped after use. */
bool application_oauth1_open(struct buf *out, const char *key_file,
    int64_t application, const char *sealed, struct err *err) must_use;
bool application_list(struct db *db, struct arena *arena, int64_t district,
    const struct application **list, int *count, struct err *err) must_use;
/* FAULT_NOT_FOUND when there is none of this name. */
bool application_find(struct db *db, struct arena *arena, int64_t district,
    const char *name, struct application *out, struct err *err) must_use;
/* FAULT_BAD_CLIENT for an unknown client, a wrong secret, a disabled
 * application alike, in the same time. */
bool application_check(struct db *db, struct arena *arena,
    const char *client_id, const char *client_secret, struct application *out,
    struct err *err) must_use;

/* --- public keys -------------------------------------------------------- */

/* A public key as RFC 7517 writes it: what of it counts; NULL: not there. */
struct jwk {
	const char *kid, *alg, *kty;
	const char *crv, *x, *y; /* EC */
	const char *n, *e;       /* RSA */
};

struct public_key {
	const char *kid;
	const char *algorithm; /* "RS256" or "ES256" */
	const char *pem;
};

/* FAULT_INVALID for all but RSA of 2048 to 4096 bits and points of P-256; the
 * text says what it must be. The arena's. */
bool jwk_pem(const struct jwk *jwk, struct arena *arena, struct public_key *out,
    struct err *err) must_use;
/* kid NULL: its thumbprint (RFC 7638). */
bool jwk_from_pem(struct jwk *out, struct arena *arena, const char *kid,
    struct text pem, struct err *err) must_use;
void jwk_write(struct buf *out, const struct jwk *jwk);

/* Public keys that an application may have. */
#define KEYS_MAX 8

struct keyed_application {
	struct application is;
	struct jwk keys[KEYS_MAX];
	int count;
};

/* An enabled application and its keys; else FAULT_BAD_CLIENT. */
bool application_keys(struct db *db, struct arena *arena, const char *client_id,
    struct keyed_application *out, struct err *err) must_use;

/* --- grants --------------------------------------------------------------- */

/* Brings what all restricted grants of a district see up to a version that is
 * being made, within the caller's transaction and after its rows; looks only at
 * what that version changed. */
bool grants_compile(struct db *db, int64_t district, int64_t version,
    struct err *err) must_use;
/* The same for grants that changed, "{1,2}", or, when it is "", for each: looks
 * at everything. */
bool grants_recompile(struct db *db, int64_t district, int64_t version,
    const char *grants, struct err *err) must_use;
/* Sessions begin and end though no record changes: brings what grants see up to
 * today (UTC, clock_now), in a transaction of its own. *version is 0 when
 * nothing came and nothing left. */
bool grants_turn(struct db *db, int64_t district, int64_t *version,
    struct err *err) must_use;

/* Why a grant sees a record, or does not, in the roster as it is. */
struct explain_wanted {
	int64_t district;
	const char *application; /* the grant's, by name */
	const char *entity, *id; /* "users", "u1" or its pseudonym */
};

struct ground {
	const char *record; /* "classes/c9" */
	int depth;          /* below the one that led to it */
	bool good;          /* it speaks for it */
	const char *text;   /* "subjects Art: not shared" */
};

struct explanation {
	bool seen;
	struct ground *grounds; /* the first says whether it is seen */
	int count;
};

bool grant_explain(struct db *db, struct arena *arena,
    const struct explain_wanted *wanted, struct explanation *out,
    struct err *err) must_use;

/* --- settings, as people write them ------------------------------------- */

/* Documents of YAML, checked. */
struct settings;

struct settings *settings_new(struct arena *arena) must_use;
/* Adds a file's documents. FAULT_INVALID tells file and line. */
bool settings_read(struct settings *wanted, const char *file, struct text yaml,
    struct err *err) must_use;
/* Makes everything so, in one transaction, each change with a row of
 * homeroom.setting_change; what grants then see is a new version. Writes what
 * changed, for people; `dry_run` says so and changes nothing. */
bool settings_apply(struct settings *wanted, struct db *db, const char *who,
    bool dry_run, struct buf *report, struct err *err) must_use;
bool settings_known(const char *kind);
/* As fail(): there is no such setting; tells how to list those there are. */
#define settings_lack(kind, name, err)                                         \
	fail(err, FAULT_NOT_FOUND,                                             \
	    "there is no %s '%.60s'; `homeroom get %s` lists those that "      \
	    "there are",                                                       \
	    (kind), (name), (kind))

struct setting_text {
	const char *name;
	const char *json; /* which YAML is, too */
};

struct setting_which {
	int64_t district;
	const char *kind;
	const char *name; /* NULL: all of that kind */
	const char *as;   /* the name to print instead, or NULL */
};

bool settings_list(struct db *db, struct arena *arena,
    const struct setting_which *which, const struct setting_text **list,
    int *count, struct err *err) must_use;
/* A grant that is deleted shares nothing any more. FAULT_CONFLICT: it is in
 * use. `dry_run` only says whether it could be. */
bool settings_delete(struct db *db, const struct change *change,
    const char *kind, bool dry_run, struct err *err) must_use;
/* JSON Schema of a kind; false: there is no such kind. */
bool settings_schema(struct buf *out, const char *kind);

/* --- limits of what may change at once ---------------------------------- */

/* More than so many records, or more than so many of a hundred. */
struct limit {
	int64_t records; /* -1: any number */
	int percent;     /* -1: any share */
};

#define LIMIT_NONE                                                             \
	{                                                                      \
		-1, -1                                                         \
	}
/* What can be limited, of an entity and of a school, with spaces around. */
#define LIMITS_OF_RECORDS " added changed removed "
#define LIMITS_OF_SCHOOLS " removed students classes enrollments "
#define WINDOW_SESSIONS " schoolYear semester term gradingPeriod "
#define WINDOW_TAKES " everything additions nothing "

/* "5 %", "200" or "any". */
bool limit_read(struct text text, struct limit *limit) must_use;

/* --- secrets at rest ----------------------------------------------------- */

/* AES-256-GCM under the key file (32 bytes, mode 0600; made when something is
 * sealed first); `about` is bound in, so that one sealed value can't stand for
 * another. */
bool seal(struct buf *out, const char *key_file, const char *about,
    const void *secret, size_t len, struct err *err) must_use;
bool unseal(struct buf *out, const char *key_file, const char *about,
    const void *sealed, size_t len, struct err *err) must_use;

/* A ready mapping of src/ingest/mappings, as JSON; the arena's. */
bool settings_ready(struct arena *arena, const char *name, const char **json,
    struct err *err) must_use;
/* A secret that a setting was given, which shows a mark in its place:
 * "password" of the source `which`. The arena's; NULL: there is none. */
bool setting_secret(struct db *db, struct arena *arena,
    const struct setting_which *which, const char *path, const char **out,
    struct err *err) must_use;

/* --- reading ------------------------------------------------------------- */

/*
 * Publishers' questions are asked in sessions: one read-only transaction under
 * a publishing role, with the keys of the caller's application set, over one
 * version. Several questions of one application share a session and one round
 * trip.
 */

/* What to read: a collection, through a link perhaps, or one record of it. */
struct question {
	const struct collection *of; /* of a link, what it lists */
	const struct link *link;     /* NULL: the collection itself */
	struct text ids[3];          /* the link's parents, in order */
	struct text id;              /* one record; at NULL: a page */
	struct selection sel;        /* as selection_parse made it */
	int64_t version;   /* pinned by a next link; 0: the live one */
	struct text after; /* go on behind this sourcedId; at NULL: by offset */
	const char *base;  /* for hrefs: "https://host" */
};

struct answer {
	int64_t version; /* that was read */
	bool live;       /* and it is the newest */
	int64_t total;   /* of the whole collection; X-Total-Count */
	int64_t rows;    /* in this page */
	bool more;       /* rows follow */
	char last[257];  /* sourcedId of the last row; "" when it is longer */
	/* Of what the application may see and how it is told: the same page
	 * of the same version under the same revision has the same bytes. */
	char revision[72];
	/* Of a question for what changed: deletions before this time are not
	 * told any more. "": all are. */
	char deletions_since[CLOCK_TEXT];
};

/* One question on its way; zeroed but for `arena` and `question`. */
struct reading {
	struct arena *arena; /* everything of it lives here */
	struct question question;
	struct answer answer;
	struct err err;      /* set: there is no answer */
	struct asked *asked; /* publish's own */
};

/* A connection, and what it knows of versions. One thread's. */
struct reader;

/* Connects when it is first needed, and again when the connection is lost.
 * `database_url` is borrowed. */
struct reader *reader_new(const char *database_url) must_use;
void reader_free(struct reader *reader); /* NULL is fine */
/* The connection, as homeroom_serve, opened if need be; for anything but
 * reading, outside a transaction. */
bool reader_db(struct reader *reader, int64_t deadline, struct db **db,
    struct err *err) must_use;

#define READINGS_MAX 32
#define READING_SMALL 200

/*
 * Asks all of them (READINGS_MAX at most) in one session, as `application`, and
 * returns when each has its answer or its error: FAULT_UNAUTHORISED when the
 * application was disabled or its epoch has moved, FAULT_NOT_FOUND for one
 * record or a parent that is not there or not to be seen, FAULT_GONE for a
 * version that is not kept any more. What is lost with the connection is asked
 * once more.
 */
void reader_ask(struct reader *reader, int64_t application, int64_t epoch,
    int64_t deadline, struct reading *const *readings, int count);
/* Writes the page's records with commas between, or the one record, and
 * completes the answer. Once a reading, before its reader rests. */
void reading_records(struct reading *reading, struct buf *out);
/* All that it asked is written: the rows go. Before it asks again. */
void reader_rest(struct reader *reader);

/* --- bundles ------------------------------------------------------------ */

/*
 * A CSV bundle of the live version as an application sees it: a zip, made once
 * and kept as a file under `home` until a newer version is live. Whoever finds
 * it missing makes it.
 */
struct export_wanted {
	int64_t application;
	int64_t epoch;
	unsigned scopes; /* whose files are in it */
	enum oneroster format;
	int64_t since;           /* a delta since this version; 0: bulk */
	bool patient;            /* waits while another process makes it */
	const atomic_bool *stop; /* set, it gives up the making; or NULL */
};

struct export
{
	int64_t version;
	/* Since which version; 0: bulk, also where the version that was asked
	 * for is not kept any more. */
	int64_t since;
	int fd; /* to be closed; -1: it is not made yet */
	int64_t size;
	const char *tag;  /* differs from that of any other file; the arena's */
	const char *file; /* the name that its reader expects; NULL: any */
};

/* Which bundle that is now, and the file if there is one. Outside a
 * transaction, as homeroom_serve. FAULT_UNAUTHORISED when the application was
 * disabled or its epoch has moved, FAULT_BAD_REQUEST for a version to come. */
bool export_find(struct db *db, struct arena *arena, const char *home,
    const struct export_wanted *wanted, struct export *out,
    struct err *err) must_use;
/* The same, and makes the file where it is missing. FAULT_BUSY when another
 * process makes it just now, unless it is to wait. */
bool export_make(struct db *db, struct arena *arena, const char *home,
    const struct export_wanted *wanted, struct export *out,
    struct err *err) must_use;
/* Throws bundles away that are of versions before `live`. */
void export_sweep(const char *home, int64_t district, int64_t live);

/* --- profiles and pre-flight --------------------------------------------- */

struct node;

/* What an application's importer expects beyond the standard. */
struct profile {
	const char *name; /* "canvas"; NULL: nothing but the standard */
	const char *title, *about;
	/* Bundles. */
	const char *file; /* the archive's name; NULL: ours */
	uint64_t files;   /* bit i: entities[i] may be in it */
	bool deltas;      /* else a delta that is asked for is a bulk one */
	bool metadata;    /* with columns metadata.* */
	bool empty_files; /* a file with nothing but its header, not none */
	bool quote_all;
	/* REST. */
	bool word_booleans;        /* "true" also in 1.1 */
	bool empty_for_unknown;    /* 200 and no record below a parent that is
				      not there, not 404 */
	const struct node *checks; /* publish's own */
};

/* By its name; NULL is the standard. FAULT_INVALID: there is none. */
bool profile_read(struct arena *arena, const char *name,
    struct profile *profile, struct err *err) must_use;
bool profile_list(struct arena *arena, const struct profile **list, int *count,
    struct err *err) must_use;

/* What a profile changes about every answer over REST. */
struct manner {
	const char *profile;
	bool word_booleans, empty_for_unknown;
};

/* Of a profile, or of none (NULL); lasts as long as the process. */
const struct manner *manner_of(const char *profile);

#define PREFLIGHT_EXAMPLES 5

struct preflight_count {
	const char *entity;
	int64_t records;
};

struct preflight_finding {
	const char *code;     /* "class-without-teacher" */
	const char *entity;   /* "classes" */
	const char *message;  /* "has no teacher" */
	bool severe;          /* its importer refuses such a record */
	const char *withheld; /* a field not shared: it holds of all; or NULL */
	int64_t count;
	const char *examples[PREFLIGHT_EXAMPLES]; /* sourcedIds */
	int example_count;
};

/* What an application will receive, and which records its importer will not
 * like. */
struct preflight {
	struct profile profile;
	struct preflight_count counts[32];
	int count;
	struct preflight_finding *findings;
	int finding_count;
};

/* Over the live version, as the application sees it; `profile`: another than
 * its own, or NULL. As homeroom_serve, outside a transaction. */
bool preflight_run(struct db *db, struct arena *arena,
    const struct application *application, const char *profile,
    struct preflight *out, struct err *err) must_use;

/* --- pushes ------------------------------------------------------------- */

/* Brings an application its bundle, to the SFTP server that its settings name:
 * the job of the kind "push" whose subject is the application's name. What was
 * brought already is not brought again. A rehearsal brings nothing: job->detail
 * says what would be brought, and where to. */
bool push_run(struct job *job, struct arena *arena, const char *url,
    struct err *err) must_use;
bool push_rehearse(struct job *job, struct arena *arena, const char *url,
    struct err *err) must_use;
/* False: there is no such application, it has no `push`, or it is disabled. */
bool push_known(struct db *db, struct arena *arena, int64_t district,
    const char *application, struct err *err) must_use;

#endif
