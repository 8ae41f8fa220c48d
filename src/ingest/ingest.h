/*
 * Inside ingest: a bundle, its parts on their way into the store, and what is
 * found on the way.
 */
#ifndef HOMEROOM_INGEST_INGEST_H
#define HOMEROOM_INGEST_INGEST_H

#include "homeroom/ingest.h"
#include "homeroom/model.h"

/* --- bundle.c: a zip or a folder ----------------------------------------- */

#define BUNDLE_ENTRIES_MAX 256
#define BUNDLE_BYTES_MAX (64LL << 30)
/* Beyond this size, a zip that holds much more than it weighs is a bomb. */
#define BUNDLE_FREE (64LL << 20)
#define BUNDLE_RATIO 200

struct bundle;

/* Something about the bundle's make that people should hear. */
struct bundle_note {
	const char *code, *name, *message;
};

/* Looks at every name before a byte of data is read. FAULT_INVALID: it can't
 * be taken, and why. The bundle is the arena's. */
bool bundle_open(struct bundle **out, struct arena *arena, const char *path,
    struct err *err) must_use;
int bundle_count(const struct bundle *bundle);
const char *bundle_name(const struct bundle *bundle, int i);
int bundle_notes(const struct bundle *bundle, const struct bundle_note **notes);
/* Bytes of all files, as the bundle says. */
int64_t bundle_size(const struct bundle *bundle);
/* SHA-256 of all that the bundle says. */
bool bundle_digest(struct bundle *bundle, uint8_t out[32],
    struct err *err) must_use;
/* The next file; *name is NULL after the last one, and then it begins
 * again. */
bool bundle_next(struct bundle *bundle, const char **name,
    struct err *err) must_use;
/* A piece of this file, borrowed until the next call; *len is 0 at its end. */
bool bundle_read(struct bundle *bundle, const char **data, size_t *len,
    struct err *err) must_use;

/* entry.c: a name that leads nowhere else; one that Finder or Explorer leaves
 * behind. */
bool entry_is_plain(const char *path);
bool entry_is_litter(const char *path);

/* --- a part: one entity of the bundle ------------------------------------ */

enum mode { MODE_ABSENT, MODE_BULK, MODE_DELTA };

#define PARTS_MAX 32
#define COPY_PIECE (256 << 10)

struct part {
	const struct entity *entity;
	const char *file; /* "users.csv" */
	bool declared;    /* the manifest has a word on it */
	enum mode said;   /* that word */
	enum mode mode;   /* what its data say; MODE_ABSENT: there are none */
	bool present;     /* the file is there */
	bool tables;      /* fresh_T and gone_T are */
	bool made;        /* its rows are made of another file's */
	bool matched;     /* known rows were left out of staging: known.c */
	bool held;        /* an id could not be read: nothing is removed */
	uint64_t has;     /* bit i: its header has the i-th field */
	int64_t read, staged, aside, added, changed, unchanged, removed;
	bool any_live; /* the table has rows of this district */
	int64_t live;  /* active ones of this source */
	int64_t fresh; /* rows of its table of fresh rows */
	int64_t gone;  /* rows of its table of gone ids */
	int64_t named; /* of these, those that a delta names */
	int64_t again; /* live rows looked at again for what they refer to:
			  fresh, but not read */
	bool merged;   /* its rows are in the store */
	int64_t rows;  /* that its table has more than before */
};

/* --- a job --------------------------------------------------------------- */

struct intake;
struct statuses;
struct findings;
struct known;

struct ingest {
	struct db *db;
	struct arena *arena; /* lives as long as the job */
	struct arena *brief; /* lives as long as a step's statement */
	const struct ingest_request *request;
	struct bundle *bundle;
	enum oneroster version;
	struct part parts[PARTS_MAX]; /* in the order of entities[] */
	int part_count;
	struct findings *findings;
	struct intake *intake; /* of the file that is staged now */
	struct known *known;   /* of its part, or NULL */
	struct part *reading;  /* its part */
	struct people *people; /* people/people.h */
	/* Of a decision about a person, which has no bundle; else NULL. */
	const struct person_change *change;
	const char *note; /* of the version; or NULL */
	struct buf copy;  /* rows on their way to Postgres */
	int64_t source, import, before, version_made;
	int64_t made_up; /* the demo's source, unless this is it; 0: none */
	uint8_t digest[32];
	const char *unfit;   /* the first file that can't be taken, and why */
	struct guard *guard; /* guard/'s own */
	bool locked;
	bool refused;
	bool settled; /* no step is left to do, though more follow */
	bool ended;   /* the outcome is written down */
	bool again;   /* the step wants to be called once more */
	size_t step;
	int64_t bytes;
	struct ingest_report report;
};

/* Ends the import: nothing will change. The reason is for people. Is true, to
 * end a step: what was done was to refuse. */
bool job_refuse(struct ingest *job, const char *fmt, ...) printf_like(2, 3);
struct part *job_part(struct ingest *job, const struct entity *entity);
/* Makes job->report of what was counted, unless there is one. */
void job_report(struct ingest *job);
#define for_each_part(p, job)                                                  \
	for (struct part *p = (job)->parts;                                    \
	     p < (job)->parts + (job)->part_count; p++)

/* The steps, in their order. */
bool step_open(struct ingest *job, struct err *err) must_use;
bool step_begin(struct ingest *job, struct err *err) must_use;
bool step_stage(struct ingest *job, struct err *err) must_use;
bool step_check(struct ingest *job, struct err *err) must_use;
bool step_limits(struct ingest *job, struct err *err) must_use;
bool step_merge(struct ingest *job, struct err *err) must_use;
bool step_finish(struct ingest *job, struct err *err) must_use;

/* The beginning and the middle of what is no import, but changes persons:
 * within a transaction of the caller's from then on. */
bool begin_change(struct ingest *job, struct err *err) must_use;
bool merge_all(struct ingest *job, struct err *err) must_use;

/* manifest.c: from manifest.csv to job->version and what the parts were said
 * to be. */
bool manifest_read(struct ingest *job, struct err *err) must_use;

/* --- finding.c ----------------------------------------------------------- */

struct finding {
	const char *file; /* NULL: the bundle */
	const char *code;
	const char *message;
	bool severe;
	int64_t line;       /* 0: of no line */
	const char *column; /* NULL: of the row */
	struct text value;
};

struct findings *findings_new(struct arena *arena) must_use;
void findings_free(struct findings *findings);
void findings_add(struct findings *findings, const struct finding *finding);
/* Writes what was added to homeroom.finding. */
bool findings_flush(struct ingest *job, struct err *err) must_use;
/* Of all that was added so far, as hexadecimal digits; the arena's. */
const char *findings_digest(const struct findings *findings,
    struct arena *arena) must_use;
/* Adds the rows of the table bad (line, value); *lines: on how many lines. */
bool findings_bad(struct ingest *job, const struct finding *about,
    int64_t *lines, struct err *err) must_use;
void findings_report(struct findings *findings, struct arena *arena,
    struct ingest_report *report);

/* --- sql.c: statements composed from the tables' names ------------------- */

bool is_own(const struct field *field); /* comes from the entity's file */
/* Is a column of the staging table: what is own, and what the file has for
 * other entities to use. */
bool is_staged(const struct field *field);
/* The column's name there. */
const char *staged_name(const struct field *field);

/* What a column holds when its row f has nothing for it: a value from the same
 * row, or `its` column of the record `of` that f names `by` a column. */
struct filling {
	const struct entity *entity;
	const char *column;
	const char *value; /* or, NULL: */
	const struct entity *of;
	const char *by, *its;
};

extern const struct filling fillings[]; /* ends with a NULL entity */

/* NULL: it stays empty. */
const struct filling *filling_of(const struct entity *entity,
    const struct field *field);

/*
 * What a statement is composed for. In its text these are replaced:
 *	{t}       the entity's table; {r} that of `of`; {c} `column`
 *	{home}    the table that has what the source said last
 *	{own}     the entity's own columns; {f.own}, {l.own}: those of f, of l
 *	{all}     those and the derived ones; {l.all}
 *	{kept}    those that staging and the store both have; {l.kept}, {f.kept}
 *	{filled}  those of f, with what its file leaves out filled in
 *	{district} {source} {made_up} {version} {import} {before}: values
 */
struct composing {
	const struct entity *entity;
	const struct entity *of;
	const char *column;
};

bool job_ask(struct ingest *job, const struct composing *with, const char *text,
    int64_t *count, struct err *err) must_use;
/* The same, for the one number that it answers. */
bool job_number(struct ingest *job, const struct composing *with,
    const char *text, int64_t *number, struct err *err) must_use;

/* The same for statements about the part's entity alone. */
bool part_ask(struct ingest *job, const struct part *part, const char *text,
    int64_t *count, struct err *err) must_use;
bool part_number(struct ingest *job, const struct part *part, const char *text,
    int64_t *number, struct err *err) must_use;

bool part_rows(struct ingest *job, const struct part *part, const char *text,
    const struct rows **rows, struct err *err) must_use;

/* Where what a source said last of an entity's records is kept: the live rows,
 * but of users. */
const char *part_home(const struct entity *entity);

/* --- known.c: the live rows of a source by their fingerprints ------------ */

/* By which unseen_T names a live row that the file has no more, or has
 * otherwise: 64 bits of its fingerprint. Another live row may share them, and
 * is then taken for gone: of n live rows, u of them unseen, n * u / 2^64 are.
 * At the most that known_load takes (9.25 million) and one in a hundred unseen,
 * that is one in 2 * 10^7 imports. */
#define HALF_OF(fingerprint) "substr(uuid_send(" fingerprint "), 9)"
/* *known is NULL when there are none, or more than memory should hold. */
bool known_load(struct ingest *job, const struct part *part,
    struct known **known, struct err *err) must_use;
void known_free(struct known *known); /* NULL is fine */
/* Whether the store has the row of this line already. Not when an earlier line
 * was the same: a row that stands twice is staged. */
bool known_see(struct known *known, struct hash128 hash, int64_t line) must_use;
/* After the file: from the rows not seen to the ids in gone_T, and out of
 * stage_T with ids that stand twice. */
bool known_end(struct ingest *job, struct part *part, const struct known *known,
    struct err *err) must_use;

/* --- header.c: which column of a file is what ----------------------------- */

/* Where a column of the staging table comes from. */
struct slot {
	const struct field *field;
	int at; /* the file's column, or -1 */
};

struct extension {        /* a metadata column */
	const char *name; /* without the prefix */
	int at;
};

struct header {
	struct arena *arena;
	struct part *part;
	enum oneroster version;
	int width; /* columns of the file */
	int id_at, status_at, modified_at;
	struct slot slots[64];
	int slot_count;
	struct extension *extensions;
	int extension_count;
};

/* All but arena, part and version are filled in; the positions are -1 before.
 * FAULT_INVALID: no row under it can be taken. *standard: it is exactly one of
 * the standard's. */
bool header_read(struct header *header, const struct csv_row *row,
    bool *standard, struct err *err) must_use;
/* Whether a row without this field can't be taken. */
bool header_requires(const struct header *header, const struct field *field);

/* --- intake.c: rows of a file, checked, as COPY takes them --------------- */

struct intake *intake_new(struct findings *findings, struct part *part,
    enum oneroster version, struct known *known) must_use;
/* Of guard/guard.h: what rows mean that are not active. */
void intake_statuses(struct intake *intake, const struct statuses *statuses);
/* The good rows of this piece go to `out`, in COPY's text format. False: the
 * file can't be taken, FAULT_INVALID. */
bool intake_feed(struct intake *intake, struct text piece, bool last,
    struct buf *out, struct err *err) must_use;
/* Ids of the rows that were set aside, a line of COPY each. */
const struct buf *intake_aside(const struct intake *intake);
void intake_free(struct intake *intake);

/* --- parts of steps ------------------------------------------------------ */

/* begin.c: fresh_T and gone_T, which only the parts that are used have. */
bool part_tables(struct ingest *job, struct part *part,
    struct err *err) must_use;
/* make.c: rows that a bundle has only inside other records, when it has them
 * there: then part->made. */
bool make_rows(struct ingest *job, struct part *part, struct err *err) must_use;
/* Their records are to be looked at again the next time: those of the lines
 * in the table bad; those of gone_T. */
bool make_again(struct ingest *job, const struct part *part,
    struct err *err) must_use;
bool make_again_gone(struct ingest *job, const struct part *part,
    struct err *err) must_use;
/* differ.c: from the staged rows to those that are new to the store (the
 * table fresh_T), and to the ids that are gone (gone_T). */
bool find_differences(struct ingest *job, struct part *part,
    struct err *err) must_use;
/* The rows of the table bad, with its values in this column, are set aside,
 * and leave fresh_T. */
bool set_bad_aside(struct ingest *job, struct part *part, const char *column,
    const struct finding *about, struct err *err) must_use;
/* refer.c: whether what fresh rows refer to is there; what refers to
 * something gone goes with it. */
bool check_references(struct ingest *job, struct part *part,
    struct err *err) must_use;
/* derive.c: columns computed from other records, for rows that go into a
 * table without any: their names, their values and the joins these are from;
 * afterwards, for all whose children this version touched. */
void derive_at_once(const struct entity *parent, struct buf *names,
    struct buf *values, struct buf *joins);
bool derive_touched(struct ingest *job, const struct part *part,
    struct err *err) must_use;
/* fill.c: what rows were filled with from records that this version
 * changed. */
bool fill_again(struct ingest *job, const struct part *part,
    struct err *err) must_use;
/* same.c: whether this very bundle was the last one that went through, and
 * left nothing to look at again; then the job is settled. */
bool find_same(struct ingest *job, struct err *err) must_use;
extern const char *const outcome_names[]; /* by enum ingest_outcome */
/* A report as stored in the import's row; `settled`: nothing in it is to be
 * looked at again. */
char *report_json(const struct ingest *job, bool settled) must_use;

/* --- sources/folder.c: folders of our own ------------------------------- */

bool folder_make(const char *path, struct err *err) must_use;
#define FOLDER_NAMES_MAX 1000
/* By name, without those that begin with a dot; the arena's. */
bool folder_list(struct arena *arena, const char *path,
    const char *const **names, int *count, struct err *err) must_use;
/* With all that is in it, which is nothing but files and such folders. */
void folder_remove(const char *path);
/* Moves `path` into the folder `archive` under the name of this moment, and
 * leaves the `keep` newest there. */
void folder_archive(const char *path, const char *archive, int64_t keep);
bool folder_copy_file(const char *from, const char *to, int64_t *size,
    struct err *err) must_use;

#endif
