/*
 * mapping: any CSV file as OneRoster's, by rules that settings write down.
 *
 * The rules are compiled once, into a small table of steps for each field, and
 * run for every row. What is compiled belongs to one thread: its regular
 * expressions have room of their own to match in.
 */
#ifndef HOMEROOM_MAPPING_H
#define HOMEROOM_MAPPING_H

#include "homeroom/base.h"
#include "homeroom/model.h"

enum encoding {
	ENCODING_MARKED, /* what its byte order mark says, or UTF-8 */
	ENCODING_UTF8,
	ENCODING_UTF16LE,
	ENCODING_UTF16BE,
	ENCODING_1252,
};

struct rule;
struct condition;

/* A column of OneRoster's file, and where it comes from. */
struct mapping_field {
	const char *name; /* "givenName", "metadata.title" */
	const struct rule *rule;
};

/* Rows of the file, as records of one entity. */
struct mapping_feed {
	const struct entity *entity;
	const struct condition *when; /* NULL: all rows */
	const struct mapping_field *fields;
	int field_count;
};

struct mapping_file {
	const char *pattern; /* glob(7) of its name */
	char delimiter;
	enum encoding encoding;
	bool header;                /* false: columns are called 1, 2 … */
	const char *const *columns; /* those that rules speak of */
	int column_count;
	const struct mapping_feed *feeds;
	int feed_count;
};

struct mapping {
	const struct mapping_file *files;
	int file_count;
};

/* From `files` of a source's settings, as JSON. FAULT_INVALID: where it can't
 * be understood, and why. The mapping is the arena's. */
bool mapping_compile(struct arena *arena, const char *json,
    const struct mapping **out, struct err *err) must_use;

/* Rows that a database gives. */
struct mapping_query {
	const char *name;
	const char *sql;
	const char *count; /* SQL for the number of its rows; or NULL */
	/* Its columns are called as those of this entity's file; NULL: rules
	 * of `file` say what becomes of them. */
	const struct entity *entity;
	const struct mapping_file *file;
};

struct mapping_queries {
	struct mapping_query *list;
	int count;
};

/* The same from `queries`. One that is only a text, and is called like one of
 * `ready`, `files` as JSON, is mapped by that. */
bool mapping_queries_compile(struct arena *arena, const char *json,
    const char *ready, const struct mapping_queries **out,
    struct err *err) must_use;
/* Makes the `file` of a query that has an entity, from the columns that the
 * database says it has. */
bool mapping_plain(struct arena *arena, struct mapping_query *query,
    const char *const *columns, int count, struct err *err) must_use;

/* --- rules by themselves -------------------------------------------------- */

/* Rules and conditions over columns that are not of a file. */
struct mapping_set;

struct mapping_set *mapping_set_new(struct arena *arena) must_use;
/* From JSON; the set's arena's. */
bool mapping_set_rule(struct mapping_set *set, const char *json,
    const struct rule **out, struct err *err) must_use;
bool mapping_set_condition(struct mapping_set *set, const char *json,
    const struct condition **out, struct err *err) must_use;
/* The number of a column, which they ask for from now on. */
bool mapping_set_column(struct mapping_set *set, const char *name, int *out,
    struct err *err) must_use;
/* Those that they ask for. */
const char *const *mapping_set_columns(const struct mapping_set *set,
    int *count);

/* --- rows -------------------------------------------------------------------
 */

/* A row of the file. */
struct mapping_row {
	struct arena *scratch;     /* what values may be made in */
	const struct text *fields; /* valid UTF-8 */
	const int *at;             /* the i-th of file->columns is here */
};

/* Why a value could not be made. */
struct mapping_fault {
	const char *code, *message;
	int column;        /* of file->columns; -1: of none */
	struct text value; /* as far as it was made */
};

bool mapping_wants(const struct mapping_feed *feed,
    const struct mapping_row *row);
bool mapping_holds(const struct condition *condition,
    const struct mapping_row *row);
/* The value is the row's, the scratch arena's or the mapping's. */
bool mapping_value(const struct mapping_field *field,
    const struct mapping_row *row, struct text *value,
    struct mapping_fault *fault) must_use;

/* What differs in case, accents or width alone becomes the same. The arena's,
 * or the text itself. */
struct text text_folded(struct arena *arena, struct text text);

/*
 * Bytes in any encoding become UTF-8, piece by piece. What is no text in that
 * encoding becomes a byte that is no UTF-8 either, so that the reader of CSV
 * finds it in its row.
 */
struct decoder {
	enum encoding encoding;
	bool begun;
	uint8_t kept[4]; /* of a character that the piece cuts */
	size_t kept_len;
};

void decode(struct decoder *decoder, struct text piece, bool last,
    struct buf *out);

#endif
