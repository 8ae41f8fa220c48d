/*
 * Inside publish: how a question becomes statements, and what is remembered
 * between questions.
 */
#ifndef HOMEROOM_PUBLISH_PUBLISH_H
#define HOMEROOM_PUBLISH_PUBLISH_H

#include "homeroom/base.h"
#include "homeroom/model.h"
#include "homeroom/publish.h"
#include "homeroom/store.h"

/* --- times.c: the versions of a district ---------------------------------- */

struct moment {
	int64_t version;
	int64_t published;
	char text[CLOCK_TEXT];
};

/* What a reader knows of a district: when its versions were published, and how
 * many rows the newest has. */
struct times {
	int64_t district;
	int64_t live;           /* the newest version; 0: none yet */
	struct moment *moments; /* oldest first; times never go back */
	int count, room;
	int64_t rows[32]; /* of the newest, by entity->number; -1: unknown */
	struct times *next;
};

/* Learns of the versions up to `live`. */
bool times_learn(struct times *times, struct db *db, struct arena *arena,
    int64_t live, struct err *err) must_use;
void times_free(struct times *times);
const struct moment *times_find(const struct times *times, int64_t version);
/* The first version published at `when` or later (`behind`: only later), or
 * INT64_MAX. */
int64_t times_first(const struct times *times, int64_t when, bool behind);

/* --- withheld.c: fields that a grant does not share as they are ------ */

/* By entity->number; bit i: the i-th field. */
struct withheld {
	uint64_t omitted[32];
	uint64_t replaced[32]; /* by the record's pseudonym */
};

/* "users.phone=omit users.email=pseudonymise"; what is unknown is skipped. */
void withheld_read(struct withheld *out, const char *fields);
/* Of the field, or another one over the same column. NULL: nothing is. */
bool withheld_omits(const struct withheld *withheld,
    const struct entity *entity, const struct field *field);
bool withheld_replaces(const struct withheld *withheld,
    const struct entity *entity, const struct field *field);
/* Whether readers know the entity's records by pseudonyms. */
bool withheld_renames(const struct withheld *withheld,
    const struct entity *entity);
/* Whether its records need pseudonyms, for any of their fields. */
bool withheld_names(const struct withheld *withheld,
    const struct entity *entity);
/* Whether an entity's records are shown otherwise under one than the other. */
bool withheld_differs(const struct withheld *a, const struct withheld *b,
    const struct entity *entity);
/* NULL: there is none of that number. */
const struct entity *entity_numbered(int64_t number);
/* Whose sourcedIds an entity's are: demographics have those of users. */
const struct entity *entity_named_after(const struct entity *entity);

/* --- names.c: pseudonyms --------------------------------------------- */

/* The grants of a district that have pseudonyms, and their keys; the arena's.
 * It fails without the key file. */
struct names;

bool names_load(const struct names **out, struct db *db, struct arena *arena,
    int64_t district, struct err *err) must_use;
/* Whether some grant has pseudonyms for records of this entity. */
bool names_has(const struct names *names, const struct entity *entity);
/* Makes the table named (grant_id, entity, sourced_id, pseudonym) of a SELECT
 * of the first three; what needs no pseudonym is left out. */
bool names_fill(const struct names *names, struct db *db, const char *select,
    const struct values *values, struct err *err) must_use;
/* A key for a grant that has none yet. */
bool names_make_key(struct db *db, struct arena *arena, int64_t grant,
    struct err *err) must_use;
/* What a grant sees of these entities, "{5,8}", counts as changed: it shows it
 * otherwise. */
bool grant_retell(struct db *db, int64_t district, int64_t version,
    int64_t grant, const char *numbers, struct err *err) must_use;
/* Does not tell any more of what left the sight of a grant, of these entities:
 * its readers knew it by pseudonyms, and may not learn its ids now. */
bool grant_hush(struct db *db, int64_t grant, const char *numbers,
    struct err *err) must_use;

/* --- sql.c: a statement in the making ------------------------------------- */

struct sql {
	struct arena *arena;
	struct buf text;
	struct values values;
	int pinned; /* the $n of the version that is read; 0: the live one */
	bool sight; /* rows are those of homeroom.key_grant(), a restricted one
		     */
	bool walk;  /* all of these rows are read, in the order of ids */
	bool few;   /* seen_few */
	const struct withheld *withheld; /* NULL: nothing is */
	/* What stands for $1, $2 and $3 in conditions of the model's tables;
	 * NULL: they themselves. */
	const char *ids[3];
	bool afresh; /* its best plan depends on its values */
	/* Rows that are older than this version are dated by it. */
	int64_t floor;
};

struct sql *sql_new(struct arena *arena) must_use;
/* Adds a value and returns its n in $n. The arena must keep it. */
int sql_value(struct sql *sql, const char *value);
int sql_integer(struct sql *sql, int64_t value);
void sql_put(struct sql *sql, const char *fmt, ...) printf_like(2, 3);
/* The text so far, for later; the statement is empty again. */
const char *sql_take(struct sql *sql) must_use;
/* The rows of an entity at the version that is read, for a FROM. */
void sql_relation(struct sql *sql, const struct entity *entity);
/* A condition of the model's tables: {name} becomes that entity's rows, $1 what
 * stands for it. */
void sql_expand(struct sql *sql, const char *condition);
/* All columns of the roster's table, of alias t. */
void sql_columns(struct sql *sql, const struct entity *entity);

/* --- seen.c: which records a restricted grant sees ------------------- */

/* For homeroom.page: the rows of homeroom.visible that a walk comes to behind
 * that id (NULL: from the first on); "" when they go in another order. */
const char *seen_window(const struct sql *sql, const struct selection *sel,
    const char *after) must_use;
/* Whether a page reads far fewer rows than its grant sees records; where a
 * filter decides it may read them all. */
bool seen_few(const struct reading *reading) must_use;
/* Of row `v` of homeroom.visible: it was open in the version that is read. */
void seen_open(struct sql *sql, const char *v);
/* FROM the rows w of an entity that are seen; another condition may follow. */
void seen_from(struct sql *sql, const struct entity *of);
/* The ids of all that are seen, in parentheses: of entities that have few
 * records. An IN of it that is asked whether it IS TRUE is hashed once a page;
 * as it is, it would become a join, once a record. */
void seen_ids(struct sql *sql, const struct entity *of);
/* Whether the record of that id is seen, a condition. */
void seen_test(struct sql *sql, const char *id, const struct entity *of);

/* --- sight.c -------------------------------------------------------------- */

/* The rows of an entity as a restricted grant sees them, those that left its
 * sight among them (gone; was: in which collections); `past`: those that are
 * history by now. In parentheses, for a FROM. `where` is a condition on the
 * stored record t and its row v of homeroom.visible, or "". Where records have
 * pseudonyms, the column `pseudonym` has them; columns that refer to renamed
 * records have a twin COLUMN_real. */
void sight_rows(struct sql *sql, const struct entity *entity, bool past,
    const char *where);
/* Whether what a column refers to is always seen where the record is. */
bool sight_is_sure(const struct entity *entity, const char *column);
/* Live and past rows at once, in no order. */
void sight_relation(struct sql *sql, const struct entity *entity);
/* The stored id of the record that readers know by this pseudonym, an
 * expression, as another one. */
const char *sight_real(struct sql *sql, const struct entity *of,
    const char *pseudonym) must_use;

/* Behind the pseudonym, it makes an address of nobody (RFC 2606). */
#define PSEUDONYM_DOMAIN "@pseudonym.invalid"

/* --- terms.c -------------------------------------------------------------- */

/* What a clause is compiled from. `value` is an expression in SQL: a column,
 * or a part of an object in a list. */
struct term {
	const struct clause *clause;
	const struct field
	    *field; /* of the value: the clause's field or part */
	const char *value;
	enum predicate predicate; /* never UNEQUAL */
	const char *literal;
	enum oneroster version;
	const struct times *times;
};

/* The condition. */
void sql_term(struct sql *sql, const struct term *t);

/* --- filter.c ------------------------------------------------------------- */

/* A filter as a condition on row t, in parentheses. It cannot fail in
 * Postgres, whatever the client wrote. */
void sql_filter(struct sql *sql, const struct selection *sel,
    const struct times *times);

/* --- reader.c ------------------------------------------------------------- */

/* Which district an application belongs to, as the last session said. */
struct membership {
	int64_t application;
	struct times *times;
	int64_t grant;   /* 0: a full one */
	int64_t changed; /* the version with which it became what it is */
	struct withheld withheld;
	const struct manner *manner;
};

/* How answers of one shape are written: the same for many questions. */
struct plan {
	const struct entity *entity;
	enum oneroster version;
	bool word_booleans;
	uint64_t fields;
	const char *base;
	const struct emit_plan *emit;
	const char *columns; /* as in a SELECT */
	int count;           /* of them */
	int id;              /* which of them is the sourcedId */
};

#define PLANS_MAX (2 * READINGS_MAX)

struct reader {
	const char *url;
	struct db *db;
	int64_t pause;         /* clock_tick: no new connection before */
	struct arena *scratch; /* of a round trip */
	struct arena *rows;    /* of pages, until it rests */
	struct times *districts;
	struct arena *plan_arena;
	struct plan plans[PLANS_MAX];
	int plan_count;
	struct membership memberships[64]; /* by the low bits of the id */
};

/* The connection is of no more use. */
void reader_disconnect(struct reader *reader);
/* What is known of a district; nothing at first. */
struct times *reader_times(struct reader *reader, int64_t district);
/* The plan for this selection; it lasts until reader_refresh. */
const struct plan *reader_plan(struct reader *reader,
    const struct selection *sel, const char *base);
/* Before a batch of at most READINGS_MAX questions. */
void reader_refresh(struct reader *reader);
/* The place of an application; it may be another's. */
struct membership *reader_membership(struct reader *reader,
    int64_t application);

/* --- page.c: the statements of one question ------------------------------- */

struct asked {
	struct times *times;
	int64_t grant; /* 0: a full one */
	int64_t floor; /* as in struct sql */
	const struct withheld *withheld;
	const struct plan *plan;
	struct sql *kept;    /* NULL: it is the live version */
	struct sql *purged;  /* NULL: it does not ask for what changed */
	struct sql *parents; /* NULL: the question has none */
	struct sql *page;
	struct sql *count; /* NULL: not needed */
	const struct rows *rows;
	struct hash128 what;  /* the set of rows, whatever their order */
	struct hash128 order; /* and their order */
	const char *window;   /* seen_window, or "" */
	int64_t total;        /* -1: not known yet */
	bool failed;          /* in Postgres, or because one before it did */
	bool trusted; /* the place where the page begins is ours, not the
			 client's claim */
};

/* Whose rows: those of all full grants of a district are the same. */
struct sight {
	struct reader *reader;
	struct times *times;
	int64_t grant;   /* 0: a full one */
	int64_t changed; /* the version with which it became what it is */
	const struct withheld *withheld;
};

bool asked_compose(struct reading *reading, const struct sight *sight,
    struct err *err) must_use;
/* The statement that counts, for a page that did not tell its total. */
void asked_compose_count(struct reading *reading);

/* --- deletions.c: whether an answer tells of all --------------------- */

/* Asks for the last version that is not kept, where the filter asks for what
 * changed. */
void deletions_compose(struct reading *reading);
void deletions_hear(struct reading *reading, const struct rows *purged);

/* --- rules.c: what a restricted grant sees --------------------------- */

struct reference {
	const char *column; /* NULL ends a list */
	const struct entity *of;
};

struct pointer {
	const struct entity *child;
	const char *column; /* NULL ends a list */
};

/* A SELECT that counts when some grant meets `flag`; NULL: always. */
struct wanted {
	const char *flag;
	const char *select; /* of grant_id, sourced_id; NULL ends a list */
	const char *means;  /* what its records are, for people */
};

/* What a record must meet, and how that is said to people: "school s1". */
struct condition {
	const char *sql;       /* on record t and grant g; NULL ends a list */
	const char *restricts; /* when the grant asks for it, likewise */
	const char *what;
	const char *shows; /* of t, as text */
};

struct touched {
	const char *flag;
	const char *select; /* of a sourced_id */
};

struct rule {
	const struct entity *entity;
	const char *flag; /* the grant's column that must be true; NULL: none */
	/* Seen when all of these are seen; all but the first may be null. */
	const struct reference *refs;
	const struct condition *may;   /* further ones */
	const struct condition *found; /* what `wanted` says itself */
	const char *joins;             /* rows that they need beside t */
	/* Seen when a record that is seen points at it. */
	const struct pointer *shown_by;
	const struct wanted *wanted; /* seen by statements of its own */
	/* Fills a table that they use when few records are looked at. */
	const struct wanted *aside;
	/* Besides the records that changed, and those that hang together with
	 * records that came into sight or left it: which may have, too. */
	const struct touched *touched;
	bool whole; /* few records: all are looked at */
};

extern const struct rule rules[]; /* ends with a NULL entity */

/* A collection that is a part of an entity; `where` says so of record t that
 * leaves the sight of c.grant_id. */
struct part_of {
	const char *collection;
	const struct entity *entity;
	const char *where;
};

extern const struct part_of parts_of[]; /* ends with a NULL collection */

/* --- compile.c: what grants see, brought up to date ------------------ */

/* Rows of the tables of that name. */
struct held {
	int64_t candidate, want, change;
	int64_t changes; /* of all entities so far */
};

struct compile {
	struct db *db;
	struct arena *arena; /* of a statement */
	int64_t district, version;
	/* All that these grants see is found anew, "{1,2}" or, of all of the
	 * district, ""; at NULL it is what the version changed, of all. */
	const char *anew;
	bool narrow; /* only the table `candidate` is looked at */
	const struct entity *entity;
	int64_t sharing; /* grants that share a part */
	struct held *held;
	const struct names *names;
};

/* The tables of a round, among them `sharing` of the grants looked at. */
bool compile_begin(struct compile *c, struct err *err) must_use;
/* Rows last until the next statement. */
bool compile_rows(const struct compile *c, const char *text,
    const struct rows **rows, struct err *err) must_use;
/* *count: rows that were written, or the one number that was asked for. */
bool compile_ask(const struct compile *c, const char *text, int64_t *count,
    struct err *err) must_use;
/* Tells the planner of a table, when it is worth it. */
bool compile_count(const struct compile *c, const char *analyze, int64_t rows,
    struct err *err) must_use;
/* *held: how many rows it has. */
bool compile_empty(const struct compile *c, const char *truncate, int64_t *held,
    struct err *err) must_use;
/* grants_compile; *changes: records that came into some grant's sight or left
 * it. */
bool compile_version(struct db *db, int64_t district, int64_t version,
    int64_t *changes, struct err *err) must_use;
/* scope.c: fills the table `shifted`. */
bool compile_scope(const struct compile *c, struct err *err) must_use;
/* seek.c: whether some grant has what this asks of a grant; the table
 * `candidate`; the table `want` of the entity, and how many rows it has. */
bool compile_has(const struct compile *c, const char *flag, bool *has,
    struct err *err) must_use;
bool compile_candidates(const struct compile *c, const struct rule *rule,
    int64_t *count, struct err *err) must_use;
bool compile_wanted(const struct compile *c, const struct rule *rule,
    int64_t *count, struct err *err) must_use;

/* redate.c: dates anew what refers to records that came into sight or left it.
 */
bool compile_redate(const struct compile *c, struct err *err) must_use;

/* --- records.c ------------------------------------------------------------ */

/* The page itself tells the total when it is the last one, and begins where
 * we know that it does. */
void records_tell_total(struct reading *reading, int64_t rows, bool more);

/* --- places.c: what pages of all workers have in common -------------- */

/* Where a page ended that began nowhere yet: `last` is the sourcedId of the
 * record before `offset`. False: not known. */
bool places_find(struct hash128 order, int64_t offset, char last[257]);
void places_keep(struct hash128 order, int64_t offset, const char *last);
/* How many records there are. */
bool places_total(struct hash128 what, int64_t *total);
void places_keep_total(struct hash128 what, int64_t total);
/* Says by which keys a question's set of records, and their order, are known:
 * asked->what and asked->order. */
void places_name(struct reading *reading, const struct sight *sight);

/* --- sheet.c: a file of a bundle as SQL ------------------------------ */

/* An entity's file, as the session's role sees the live version. A delta is
 * since the version in the key homeroom.since. */
struct sheet {
	const struct entity *entity;
	enum oneroster format;
	bool delta;
	const struct withheld *withheld;
	bool full; /* else the grant's visible rows are joined */
	bool quote_all;
	int keys; /* metadata columns */
};

/* Lists the names of the metadata columns. */
void sheet_keys(struct sql *sql, const struct sheet *sheet);
/* COPY … TO STDOUT of the rows, in CSV without a header. */
void sheet_copy(struct sql *sql, const struct sheet *sheet);

#endif
