/*
 * ingest: what sources say becomes a version of the roster.
 *
 * A bundle (zip or folder) is staged, checked, compared with the live rows,
 * and merged in one transaction. Killed anywhere, it leaves the roster as it
 * was; the next one begins afresh.
 */
#ifndef HOMEROOM_INGEST_H
#define HOMEROOM_INGEST_H

#include "homeroom/base.h"
#include "homeroom/store.h"

/* The source of the demo's made-up district: it makes room for the first
 * bundle of any other source that says who there is. */
#define INGEST_MADE_UP "demo"

struct findings;
struct fetched;

struct ingest_request {
	int64_t district;   /* id */
	const char *source; /* name; made when it is new */
	const char *path;   /* zip or folder */
	bool accept;        /* though many records go */
	bool dry_run;       /* report, change nothing */
	int64_t keep_days;  /* superseded rows younger than that are kept */
	/* Of a fetched bundle, what was found while it was made; or NULL. The
	 * import adds its own. */
	struct findings *findings;
	/* Of a fetched bundle, so that the import can wait; or NULL. */
	const struct fetched *fetched;
	int64_t approves; /* an import that waits, or 0 */
	const char *who;  /* approves it */
	/* A dry run whose changes will be asked for: those of an entity, of a
	 * school (its sourcedId), or of all. */
	bool changes;
	const char *entity, *school; /* NULL: all */
};

/* What became of one file. */
struct ingest_file {
	const char *name; /* "users.csv" */
	const char *mode; /* "bulk", "delta"; "made": of other files' rows */
	int64_t read, added, changed, unchanged, removed, aside;
};

#define INGEST_EXAMPLES 3

/* One kind of finding in one file. */
struct ingest_finding {
	const char *file;    /* NULL: of the bundle as a whole */
	const char *code;    /* "bad_date" */
	const char *message; /* in plain words */
	bool severe;         /* rows were set aside, or the bundle refused */
	int64_t count;
	struct {
		int64_t line;       /* 0: none */
		const char *column; /* NULL: the row as a whole */
		const char *value;  /* NULL: none; cut when long */
	} examples[INGEST_EXAMPLES];
	int example_count;
};

enum ingest_outcome {
	INGEST_COMMITTED, /* a version was made */
	INGEST_UNCHANGED, /* nothing differed: no version */
	INGEST_CHECKED,   /* a dry run that would have gone through */
	INGEST_REFUSED,   /* nothing changed; `reason` says why */
	INGEST_WAITING,   /* nothing changed yet: a person is asked */
	INGEST_FROZEN,    /* nothing changed: so the calendar has it */
};

struct ingest_report {
	enum ingest_outcome outcome;
	const char *reason; /* of the last three */
	int64_t import;     /* its row; 0 for a dry run */
	int64_t version;    /* made, or live */
	const struct ingest_file *files;
	int file_count;
	const struct ingest_finding *findings;
	int finding_count;
};

/*
 * An import under way. `db` has DB_INGEST and is used by nobody else until
 * ingest_close; `request` and the texts in it are borrowed as long.
 *
 *	while (ingest_step(ingest, err) …)
 *		show ingest_progress(ingest)
 */
struct ingest;

struct ingest *ingest_open(struct db *db,
    const struct ingest_request *request) must_use;
void ingest_close(struct ingest *ingest); /* NULL is fine; undoes halves */

struct ingest_progress {
	const char *what; /* "staging", "checking", "merging" */
	int64_t done, total;
};

/* A piece of the work. *more is false when all of it is done, also when the
 * bundle was refused. False: it could not be done (*err); nothing changed. */
bool ingest_step(struct ingest *ingest, bool *more, struct err *err) must_use;
struct ingest_progress ingest_progress(const struct ingest *ingest);
/* Once it is done; lives until ingest_close. */
const struct ingest_report *ingest_report(const struct ingest *ingest);
/* The same as a JSON object. */
const char *ingest_report_json(const struct ingest *ingest);

/* One field of one record that changes; of a record that comes or goes, each
 * that it has. */
struct ingest_change {
	const char *person; /* whom it is about: a user's sourcedId, or NULL */
	const char *name;   /* of that person */
	const char *entity, *id;
	const char *title;          /* of that record, or NULL */
	const char *what;           /* "added", "changed", "removed" */
	const char *field;          /* NULL: the record has none */
	const char *before, *after; /* NULL: there is none */
	const char *before_json, *after_json;
};

/* The next one, by person and record, once a dry run with `changes` is done;
 * NULL after the last one. Borrowed until the next call. */
bool ingest_change(struct ingest *ingest, const struct ingest_change **change,
    struct err *err) must_use;

/* --- people: one human of several sources' records --------------------------
 */

/* A decision that rules never overrule, or all persons anew by the settings of
 * now: either is a version like an import's, when something differs. */
struct person_change {
	int64_t district;
	const char *source, *id; /* a record; both NULL: all are merged anew */
	const char *person;      /* its person from now on; NULL: it is not the
				    one that it is part of, nor one that it
				    was taken for */
	const char *who;
	int64_t keep_days; /* as in an import's request */
	bool dry_run;
	int64_t version; /* out: made; 0: nothing differs */
	const char *now; /* out: the record's person; NULL: it waits */
};

/* FAULT_NOT_FOUND: there is no such record or person. The arena's. */
bool person_change(struct db *db, struct arena *arena,
    struct person_change *change, struct err *err) must_use;
/* The job of the kind "merge", which settings want that say otherwise who is
 * who: all persons anew. */
bool person_merge_run(struct job *job, struct arena *arena, const char *url,
    struct err *err) must_use;

/* A value that somebody gave of a person. */
struct person_value {
	const char *field, *value; /* "metadata.title" */
	const char *source, *id;   /* whose record */
	const char *rule;          /* that found its person; NULL: it is it */
	const char *order;         /* "hr, sis": who was heard, in turn */
	int64_t line;              /* of the source's users.csv; 0: unknown */
	int64_t import, version;   /* that brought the record; 0: unknown */
	bool counts;
};

struct person_account {
	const struct person_value *values; /* by field, what counts first */
	int count;
};

/* All that is said of a person, by its published sourcedId; NULL for values:
 * only its fields. */
bool person_explain(struct db *db, struct arena *arena, int64_t district,
    const char *person, struct person_account *out, struct err *err) must_use;

/* --- sources that settings describe ------------------------------------------
 */

/* What a source gave, on our disk. */
struct fetched {
	const char *path;          /* a bundle; the arena's */
	const char *home;          /* the source's folder */
	const char *folder;        /* holds the bundle, and nothing else */
	int64_t keep;              /* how many of these are kept */
	struct findings *findings; /* for the import's request; the arena's */
	/* Where the next reading takes up, once this one is taken in; NULL: it
	 * begins anew. */
	const char *since;
	const char *key; /* of the settings that this is true of */
	int deltas;      /* readings since the last full one */
};

struct source_wanted {
	int64_t district;
	const char *name;
	const atomic_bool *stop; /* set, it gives up; or NULL */
};

/*
 * Fetches what a source gives, whole or not at all. FAULT_NOT_FOUND: settings
 * describe no such source; FAULT_UNAVAILABLE: it can't be reached, or what it
 * has is not complete yet. One process at a time: the caller sees to that.
 */
bool source_fetch(struct db *db, struct arena *arena,
    const struct source_wanted *wanted, struct fetched *out,
    struct err *err) must_use;
/* After the import: keeps it among the latest, or throws it away. One that
 * waits has been put elsewhere by then. */
void source_keep(const struct fetched *fetched);
/* Fetches and takes in: the job of the kind "source" whose subject is the
 * source's name. */
bool source_run(struct job *job, struct arena *arena, const char *url,
    struct err *err) must_use;

/* --- imports that wait for a person ------------------------------------------
 */

struct waiting {
	int64_t import;
	const char *source;
	int64_t since;
	const char *reason;
};

bool waiting_list(struct db *db, struct arena *arena, int64_t district,
    const struct waiting **list, int *count, struct err *err) must_use;
/* Fills in the request, of which district and approves are set: running it
 * takes exactly what was listed, once; when the roster has changed since, it
 * waits again. source_keep `fetched` afterwards. FAULT_CONFLICT: it waits no
 * more; FAULT_NOT_FOUND: another machine has its bundle. */
bool waiting_open(struct db *db, struct arena *arena,
    struct ingest_request *request, struct fetched *fetched,
    struct err *err) must_use;
/* Of the request, district, approves, who and dry_run count. */
bool waiting_drop(struct db *db, struct arena *arena,
    const struct ingest_request *request, struct err *err) must_use;

#endif
