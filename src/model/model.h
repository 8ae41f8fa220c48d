/* Inside model: what the entities' tables share. */
#ifndef HOMEROOM_MODEL_MODEL_H
#define HOMEROOM_MODEL_MODEL_H

#include "homeroom/model.h"

/* A JSON document being written. A name is the member's; NULL: an item of a
 * list. */
struct doc {
	struct buf *out;
	int depth;
	bool first;
};

void doc_key(struct doc *j, const char *name);
void doc_open(struct doc *j, const char *name, char bracket);
void doc_close(struct doc *j, char bracket);
void doc_string(struct doc *j, const char *name, const char *value);
void doc_bare(struct doc *j, const char *name, const char *value);
void doc_reference(struct doc *j, const char *name, const char *kind,
    const char *of, const char *suffix);
/* The record's schema, as a member; an answer with one or many, as "example".
 */
void doc_schema(struct doc *j, const struct entity *entity,
    enum oneroster version);
void doc_example(struct doc *j, const struct entity *entity,
    const struct api *api, bool many);

/* clang-format off */

/* The members that every record has: first three, last one. */
#define BASE_FIELDS \
	{ "sourcedId",        "sourcedId",        "sourced_id", ID,       REQUIRED | PSEUDONYM, BOTH, NULL,     "Unique id, given by the source" }, \
	{ "status",           "status",           "status",     WORD,     OPTIONAL, BOTH, "status", "Whether the record is in use or to be deleted" }, \
	{ "dateLastModified", "dateLastModified", "since",      MODIFIED, OPTIONAL, BOTH, NULL,     "When the record last changed as readers see it" }
#define LAST_FIELDS \
	{ "metadata",         NULL,               "metadata",   METADATA, OPTIONAL, BOTH, NULL,     "Further values that the source adds, by name" }, \
	{ 0 }

#define BASE_HEADER "sourcedId,status,dateLastModified,"

/* clang-format on */

/* --- a row of CSV being scanned (scan.c) --------------------------------- */

/* Where the scan of a row stands. It can stop at any byte and go on in the next
 * piece, so every state is between two bytes. */
enum state {
	FIELD_START,
	BARE,       /* in a field without quotes */
	QUOTED,     /* inside quotes */
	CLOSING,    /* behind a quote inside quotes: the end, or half a pair */
	CLOSING_CR, /* behind that and a carriage return */
	SPOILED,    /* behind a mistake: the row ends with the line */
	ENDED,
};

/* A field, by its distance from the row's start: the row may move. */
struct span {
	size_t from, to;
	bool paired; /* holds doubled quotes */
};

/* The row being scanned. */
struct scan {
	char delimiter;
	const char *start;
	size_t at; /* bytes that were scanned */
	enum state state;
	int count; /* fields that have ended */
	int64_t lines;
	enum csv_problem problem;
	int problem_field;
	struct span field;    /* the one being scanned */
	size_t newline;       /* behind the first newline in its quotes, or 0 */
	int64_t lines_before; /* it */
	struct span spans[CSV_FIELDS_MAX];
};

void scan_begin(struct scan *scan, const char *start);
/* Most rows have no quotes: then commas are all there is to find. False: it is
 * not such a row, or not whole. */
bool scan_line(struct scan *scan, const char *end);
/* Goes on, up to `end` at most; true: the row has ended, at scan->at. */
bool scan_row(struct scan *scan, const char *end);
/* The file ends without a newline. False: there is no row any more. */
bool scan_end(struct scan *scan);
/* Too long a row is forgotten as it is scanned; its start may be reused. */
void scan_forget(struct scan *scan);
/* The first complaint stays. */
void scan_complain(struct scan *scan, enum csv_problem problem, int field);

/* --- a CSV value being read (read.c) ------------------------------------- */

struct reading {
	const struct field *field;
	enum oneroster version;
	struct buf *out;
	struct note *note;
};

bool read_id(struct reading *reading, struct text value);
bool read_text(struct reading *reading, struct text value);
bool read_word(struct reading *reading, struct text value);
bool read_bool(struct reading *reading, struct text value);
bool read_date(struct reading *reading, struct text value);
bool read_moment(struct reading *reading, struct text value);
bool read_year(struct reading *reading, struct text value);
bool read_number(struct reading *reading, struct text value);
bool read_integer(struct reading *reading, struct text value);
bool read_modified(struct reading *reading, struct text value);
bool read_texts(struct reading *reading, struct text value);
bool read_words(struct reading *reading, struct text value);
bool read_ids(struct reading *reading, struct text value);
bool read_pairs(struct reading *reading, struct text value);
bool read_nothing(struct reading *reading, struct text value);

/* --- a JSON member as it is written (emit.c) ----------------------------- */

/* Where array literals are taken apart. */
struct scratch {
	struct buf literal;
	struct buf items;
};

struct emit_object;

struct member {
	struct text open;   /* ,"name": */
	struct text absent; /* the member when there is no value; may be "" */
	const struct kind_rule *kind;
	enum oneroster version;
	bool word_booleans;
	const struct vocabulary *vocabulary;
	struct text href;  /* up to the id */
	struct text after; /* what follows the id */
	const struct emit_object *object;
	struct scratch *scratch;
};

bool emit_text(const struct member *m, struct buf *out, struct text value);
bool emit_plain(const struct member *m, struct buf *out, struct text value);
bool emit_word(const struct member *m, struct buf *out, struct text value);
bool emit_bool(const struct member *m, struct buf *out, struct text value);
bool emit_number(const struct member *m, struct buf *out, struct text value);
bool emit_ref(const struct member *m, struct buf *out, struct text value);
bool emit_texts(const struct member *m, struct buf *out, struct text value);
bool emit_words(const struct member *m, struct buf *out, struct text value);
bool emit_refs(const struct member *m, struct buf *out, struct text value);
bool emit_objects(const struct member *m, struct buf *out, struct text value);
bool emit_metadata(const struct member *m, struct buf *out, struct text value);

/* --- the filter of a question (filter.c) --------------------------------- */

bool filter_parse(struct selection *sel, struct arena *arena, const char *text,
    struct err *err) must_use;
/* A name from outside as an error may show it: "…" unless it looks like a
 * name, for it may be anything, personal data too. */
const char *name_shown(struct arena *arena, struct text name);

#endif
