/*
 * model: OneRoster 1.1 and 1.2 as tables. Every entity, every field, every
 * vocabulary is a row; reading and writing CSV, JSON, SQL, filters and the
 * API description walk these rows. No input or output; links against libc.
 *
 * Sources: OneRoster 1.2 rostering, gradebook and resources (REST), CSV
 * binding 1.2.1; OneRoster 1.1.
 */
#ifndef HOMEROOM_MODEL_H
#define HOMEROOM_MODEL_H

#include "homeroom/base.h"

enum oneroster { V11 = 1, V12 = 2, BOTH = V11 | V12 };

/* What a field holds. kind.c has one row and two functions for each. */
enum kind {
	ID, /* the record's own sourcedId */
	TEXT,
	WORD, /* of a vocabulary */
	BOOL,
	DATE,
	MOMENT, /* dateTime in JSON, date in CSV */
	YEAR,
	NUMBER,
	INTEGER,
	REF,   /* sourcedId of another record */
	TEXTS, /* lists: text[] */
	WORDS,
	REFS,
	OBJECTS,  /* small objects in a list: text[], flattened; see struct
		     object */
	METADATA, /* the extensions, jsonb of texts */
	MODIFIED, /* dateLastModified: the time of the version in `since` */
	KIND_COUNT
};

struct reading; /* a CSV value being read, see read.c */
struct member;  /* a JSON member as it is written, see emit.c */

struct kind_rule {
	const char *name;
	const char *sql;     /* column type */
	const char *openapi; /* type in JSON Schema, as 1.2 has it */
	const char *select_before, *select_after; /* the column, in a SELECT */
	bool (*read)(struct reading *reading, struct text value);
	/* Writes the value alone; false: there is nothing to say. */
	bool (*emit)(const struct member *member, struct buf *out,
	    struct text value);
};

extern const struct kind_rule kind_rules[KIND_COUNT];

/* A field's needs, or-ed. */
enum {
	OPTIONAL = 0,
	REQUIRED_11 = 1, /* a row of 1.1 CSV without it can't be taken */
	REQUIRED_12 = 2,
	REQUIRED = REQUIRED_11 | REQUIRED_12,
	FILLED = 4, /* JSON requires what CSV does not: "" when it is unknown */
	DERIVED = 8, /* computed from other records at commit; never read in */
	KEYED = 16,  /* index (district, column, sourced_id) */
	SOUGHT = 32, /* a column COLUMN_key of lower(COLUMN), and its index */
	LISTED = 64, /* GIN index on the array */
	/* What a grant may replace by the record's pseudonym: an identifier,
	 * an address. Of OBJECTS, the part that says so is replaced. */
	PSEUDONYM = 128,
	PSEUDONYM_MAIL = 256,
	PERSONAL = 512, /* a name: two are the same by their letters */
};

struct field {
	const char *name;   /* JSON member; NULL: only in CSV */
	const char *csv;    /* CSV column; NULL: only in JSON */
	const char *column; /* SQL column; NULL: read and discarded */
	enum kind kind;
	unsigned need; /* REQUIRED | KEYED … */
	enum oneroster in;
	const char *of; /* REF: entity; WORD: vocabulary; OBJECTS: object */
	const char *meaning; /* a sentence that a school's staff understands */
};

enum service { ROSTERING, GRADEBOOK, RESOURCES };

struct entity {
	const char *name;  /* collection, file stem: "academicSessions" */
	const char *one;   /* "academicSession"; NULL: not in REST by itself */
	const char *table; /* "academic_sessions", in roster and in history */
	int number;        /* for ever: homeroom.visible.entity */
	enum service service;
	enum oneroster rest; /* where its endpoints exist; 0: nowhere */
	const char *csv_11;  /* header rows; NULL: no such file */
	const char *csv_12;
	const char *csv_also;       /* a second header of 1.2 that is taken */
	const struct field *fields; /* ends with a row whose meaning is NULL */
	const char *meaning;
};

/* In order of dependency: what a record refers to stands before it, but for
 * parents and agents, which refer within their entity. NULL-terminated. */
extern const struct entity *const entities[];

extern const struct entity entity_orgs, entity_academicSessions, entity_courses,
    entity_classes, entity_users, entity_userProfiles, entity_roles,
    entity_enrollments, entity_demographics, entity_resources,
    entity_classResources, entity_courseResources, entity_userResources,
    entity_categories, entity_scoreScales, entity_lineItems,
    entity_lineItemScoreScales, entity_lineItemLearningObjectiveIds,
    entity_results, entity_resultScoreScales, entity_resultLearningObjectiveIds,
    entity_assessmentLineItems, entity_assessmentResults;

#define for_each_field(f, fields)                                              \
	for (const struct field *f = (fields); f->meaning != NULL; f++)

/* By the collection's name, exact case; NULL: none. */
const struct entity *entity_find(struct text name);
/* By JSON member as that version names it; NULL: none. */
const struct field *field_find(const struct entity *entity, struct text name,
    enum oneroster version);
/* By CSV column as that version's file has it; NULL: none. */
const struct field *field_of_csv(const struct entity *entity,
    struct text column, enum oneroster version);
int field_count(const struct field *fields);

/* --- vocabularies -------------------------------------------------------- */

/* The store keeps 1.2's words. */
struct word {
	const char *v12; /* as stored */
	const char *v11; /* as 1.1 says it; NULL: 1.1 has no such word */
};

struct vocabulary {
	const char *name;
	bool open;                /* 1.2 takes ext:anything as well */
	const char *otherwise_11; /* what 1.1 is told of a word it lacks; NULL:
				     the member is left out */
	const struct word *words; /* ends with a NULL v12 */
	bool slashed; /* 1.2's JSON has /[a-z0-9]+ for ext:anything */
};

extern const struct vocabulary vocabularies[]; /* ends with a NULL name */

const struct vocabulary *vocabulary_find(const char *name);
/* The stored word for a word as that version writes it, or NULL. Exact first,
 * then by any letter case, then ext: (1.2, open); *exact says which. An ext:
 * word is returned as `word.at` itself, so it is not NUL-terminated there. */
bool vocabulary_read(const struct vocabulary *vocabulary,
    enum oneroster version, struct text word, struct text *stored, bool *exact);
/* The stored word as that version says it; at == NULL: leave it out. */
struct text vocabulary_say(const struct vocabulary *vocabulary,
    enum oneroster version, struct text stored);

/* --- small objects in a list --------------------------------------------- */

/*
 * In SQL one text[]: for each object its outer fields' values, then its inner
 * ones'. Neighbours with equal outer values are one JSON object whose member
 * `inner` lists their inner parts. In CSV, an object of two outer fields and
 * no inner ones is written {a:b},{c:d}.
 */
struct object {
	const char *name;
	const struct field *outer;
	const char *inner;                /* NULL: none */
	const struct field *inner_fields; /* one unnamed field: plain strings */
};

extern const struct object objects[]; /* ends with a NULL name */

const struct object *object_find(const char *name);

/* --- what is derived ----------------------------------------------------- */

/*
 * A derived column: its value is a function of the records of another entity
 * that point at this one. `value` is an SQL expression over the child rows c
 * (active ones only) of the parent row p; NULL when there are none.
 */
struct derived {
	const struct entity *parent;
	const char *column;
	const struct entity *child;
	const char *child_column; /* points at the parent */
	const char *value;
};

extern const struct derived derived[]; /* ends with a NULL parent */

/* --- collections and links: what can be asked for ------------------------ */

/*
 * A collection is an entity or a part of one. /schools are the orgs whose
 * type is school.
 */
struct collection {
	const char *name; /* path segment: "schools" */
	const struct entity *entity;
	const char *where; /* SQL condition on the row, or NULL: all */
	const char *one;   /* as an operation calls one of it: "School" */
	const char *many;  /* and many: "Schools" */
};

extern const struct collection collections[]; /* ends with a NULL name */

const struct collection *collection_find(struct text name);

/*
 * A nested read: {path} lists the rows of `of` that `where` keeps. In `where`,
 * $1 … are the path's ids in order, and {entity} stands for the rows of that
 * entity at the version being read.
 */
struct link {
	const char *path; /* "classes/{}/students" */
	enum oneroster in;
	enum service service; /* of 1.2 */
	const char *of;       /* collection */
	const char *where;
	const char *parents[2]; /* collections of the path's ids, for 404 */
	const char *operation;  /* operationId: "getStudentsForClass" */
};

extern const struct link links[]; /* ends with a NULL path */

/* --- scopes (1.2 §3.4 of the reference's list; the same names in 1.1) ---- */

enum scope {
	SCOPE_ROSTER_CORE = 1 << 0, /* 1.1 and 1.2 each have their own bit: */
	SCOPE_ROSTER = 1 << 1,      /* these are 1.2's, << SCOPE_11 is 1.1's */
	SCOPE_DEMOGRAPHICS = 1 << 2,
	SCOPE_RESOURCE_CORE = 1 << 3,
	SCOPE_RESOURCE = 1 << 4,
	SCOPE_GRADEBOOK_CORE = 1 << 5,
	SCOPE_GRADEBOOK = 1 << 6,
	SCOPE_GRADEBOOK_PUT = 1 << 7,
	SCOPE_GRADEBOOK_POST = 1 << 8,
	SCOPE_GRADEBOOK_DELETE = 1 << 9,
	SCOPE_ASSESSMENT = 1 << 10,
	SCOPE_ASSESSMENT_PUT = 1 << 11,
	SCOPE_ASSESSMENT_DELETE = 1 << 12,
};

#define SCOPE_11 13 /* shift: scope bits of 1.1 */

struct scope_name {
	unsigned bit; /* already shifted for 1.1 */
	const char *uri;
};

extern const struct scope_name scope_names[]; /* ends with a NULL uri */

/* The scopes of a list of URIs with spaces between (RFC 6749 §3.3); what is
 * unknown is left out. */
unsigned scopes_read(const char *list);
void scopes_write(struct buf *out, unsigned scopes);
/* The scopes that a person means: a URI, or "roster.readonly" for that of
 * both versions; 0: none is called so. */
unsigned scopes_named(const char *name);

/* --- CSV in -------------------------------------------------------------- */

/*
 * A reader of RFC 4180 as OneRoster narrows it (CSV binding 1.2): pieces of a
 * file go in, rows come out. LF and CRLF end rows; a BOM is skipped; a newline
 * inside quotes is taken and noted. Memory is bounded by CSV_ROW_MAX.
 *
 *	csv_feed(csv, piece, len, last);
 *	while (csv_next(csv, &row))
 *		…
 */
#define CSV_ROW_MAX (1 << 20)
#define CSV_FIELDS_MAX 512

enum csv_problem {
	CSV_FINE,
	CSV_BAD_QUOTE,  /* a quote in a bare field, or text after a closing one
			 */
	CSV_OPEN_QUOTE, /* the file ends inside quotes */
	CSV_BAD_UTF8,
	CSV_NUL,
	CSV_TOO_LONG, /* the row is over CSV_ROW_MAX; it is skipped */
	CSV_TOO_MANY, /* fields */
};

struct csv_row {
	const struct text *fields; /* borrowed until the next csv_next */
	int count;
	int64_t line;             /* of the file, the header is 1 */
	enum csv_problem problem; /* the row's fields are then not to be used */
	int problem_field;        /* which one, or -1 */
};

struct csv;

struct csv *csv_new(struct arena *arena) must_use;
/* What stands between fields, instead of a comma; before the first piece. */
void csv_delimit(struct csv *csv, char delimiter);
void csv_feed(struct csv *csv, const char *data, size_t len, bool last);
bool csv_next(struct csv *csv, struct csv_row *row);

/* One field of CSV out; quoted only where it must be, or always. */
void csv_put(struct buf *out, const char *text, size_t len, bool quote_all);

/* The first line of an entity's file in that version; NULL: it has none. */
const char *csv_header(const struct entity *entity, enum oneroster version);
/*
 * The columns of that header, to be selected from row t, so that COPY writes
 * the file (FORMAT csv). A delta needs m.time beside it, the time of the
 * version that brought the row; a bulk file leaves that and status blank.
 */
void csv_columns(struct buf *sql, const struct entity *entity,
    enum oneroster version, bool delta);

/*
 * What a CSV value says, checked against its field, as Postgres reads it
 * (arrays as array literals, booleans as t and f, times in UTC), added to out.
 * False: it can't be taken, and note says why. True with note->code set: it was
 * taken, as the note says. An empty value is NULL (*null) whatever its kind;
 * whether it may be is the caller's question.
 */
#define FIELD_VALUE_MAX (1 << 16)

struct note {
	const char *code; /* "bad_date"; NULL: nothing to say */
	const char *text; /* "is not a date (YYYY-MM-DD)" */
};

bool field_read(const struct field *field, enum oneroster version,
    struct text value, struct buf *out, bool *null, struct note *note) must_use;

/* Elements of a Postgres array literal, one- or two-dimensional, in order; at
 * is NULL for NULL. Unescapes in place. Returns the count; -1: no array, or
 * more than max elements (there are at most len / 2 + 1). */
int array_split(char *literal, size_t len, struct text *items, int max);
void array_open(struct buf *out);
void array_item(struct buf *out, struct text item); /* at NULL: NULL */
void array_close(struct buf *out);

/* --- a question: what a client asked for, checked against the tables ----- */

enum predicate { EQUAL, UNEQUAL, LESS, AT_MOST, MORE, AT_LEAST, CONTAINS };

struct clause {
	const struct field *field;
	const struct field *part; /* of an OBJECTS field: which; else NULL */
	int part_index;           /* where the part lies in the flattened row */
	const char *key;          /* of METADATA: which; else NULL */
	enum predicate predicate;
	const char *value; /* unquoted; times as clock_parse has them */
};

#define CLAUSES_MAX 20
#define FILTER_VALUE_MAX 1024

struct filter {
	int count;
	bool any; /* OR; otherwise AND */
	struct clause clauses[CLAUSES_MAX];
};

#define LIMIT_DEFAULT 100
#define LIMIT_MAX 10000

struct selection {
	const struct entity *entity;
	enum oneroster version;
	bool word_booleans; /* "true" also in 1.1 */
	uint64_t fields;    /* bit i: the i-th row of entity->fields */
	int limit;          /* clamped to LIMIT_MAX */
	int64_t offset;
	const struct field *sort; /* NULL: by sourcedId */
	bool descending;
	struct filter filter;
	/* 1.1 takes what it does not know, and says so beside the data
	 * (codeMinor, or NULL). */
	const char *warning;
	const char *warning_text;
};

/* From the query's parameters (unknown ones are ignored); sel->entity and
 * sel->version are set before. One record (`single`) takes only fields. */
bool selection_parse(struct selection *sel, struct arena *arena,
    const struct param *params, size_t count, bool single,
    struct err *err) must_use;

/* --- JSON out ------------------------------------------------------------ */

/*
 * How the records of one answer are written: made once an answer. base is the
 * scheme and host, "https://host"; hrefs point to the get-one of the service
 * that owns the record.
 */
struct emit_plan;

const struct emit_plan *emit_plan_new(struct arena *arena,
    const struct selection *sel, const char *base) must_use;
/* The columns that emit_record wants, comma-separated, each of alias t: those
 * of the selected fields in order. */
void emit_columns(const struct emit_plan *plan, struct buf *sql);
int emit_column_count(const struct emit_plan *plan);
/* Which of them is dateLastModified: its value must be replaced by the text of
 * the time of that version; -1: not selected. */
int emit_modified(const struct emit_plan *plan);
/* One JSON object. values[i]: the i-th column's text; at NULL is SQL's NULL. */
void emit_record(const struct emit_plan *plan, struct buf *out,
    const struct text *values);

/* --- what the tables say, for `homeroom describe` ------------------------ */

/* A document of the API: what is served below one path. */
struct api {
	const char *name; /* "rostering-v1p2": api/NAME.json */
	const char *title;
	const char *path; /* "/ims/oneroster/rostering/v1p2" */
	enum oneroster version;
	enum service service;     /* of 1.2; 1.1 has all three in one */
	const char *discovery[3]; /* file names below PATH/discovery/ */
};

extern const struct api apis[]; /* ends with a NULL name */

/* Whether a collection's or a link's endpoints are in this document. */
bool api_has(const struct api *api, enum oneroster in, enum service service);
/* The scopes of a read, any one of which is enough, as the token has them
 * (already shifted for 1.1). */
unsigned scopes_of_read(const struct entity *entity, enum oneroster version,
    bool nested);

/* The server that an API description names: to be replaced by the real one. */
#define API_SERVER "https://homeroom.example"

void describe_openapi(struct buf *out, const struct api *api);
void describe_sql(struct buf *out);      /* sql/model.sql */
void describe_markdown(struct buf *out); /* docs/model.md */

#endif
