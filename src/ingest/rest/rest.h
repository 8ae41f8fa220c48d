/*
 * Inside ingest/rest: sources that answer questions over HTTP, a page of a
 * list at a time.
 */
#ifndef HOMEROOM_INGEST_REST_H
#define HOMEROOM_INGEST_REST_H

#include "../sources/sources.h"
#include "homeroom/remote.h"

#include <jansson.h>

/* --- caller.c: questions to one server, asked until it answers ------------ */

/* How we prove who we are. */
struct credentials_there {
	const char *id, *secret;
	/* OAuth 1.0a: "HMAC-SHA256" or "HMAC-SHA1"; NULL: OAuth 2. */
	const char *signature;
	const char *token_url; /* OAuth 2 */
	const char *scope;     /* NULL: none is asked for */
};

struct caller;

#define CALL_PARAMS_MAX 8

struct call {
	/* The question. */
	const char *method; /* "GET" */
	const char *url;
	struct param params[CALL_PARAMS_MAX]; /* decoded */
	int param_count;
	const char *body; /* JSON, or NULL */
	/* Its answer, of status 200. */
	struct arena *arena; /* the call's own */
	struct remote_answer answer;
	/* The caller's. */
	int attempts;
	int64_t number; /* the asker's */
	bool sent, renewed;
	const char *token;  /* it was sent with */
	int64_t not_before; /* clock_tick */
};

/* `parallel` questions are on their way at a time, at most. The caller is the
 * source's arena's. */
bool caller_open(struct caller **out, const struct source *source,
    const struct credentials_there *credentials, int parallel,
    struct err *err) must_use;
/* Makes an empty question, of an arena of its own. */
struct call *call_new(void) must_use;
void call_free(struct call *call);
void call_param(struct call *call, const char *name, const char *value);
/* Asks; the answer comes by caller_wait. At most CALLS_MAX are open. */
#define CALLS_MAX 32
void caller_ask(struct caller *caller, struct call *call);
/*
 * One that is answered, of those that were asked. What may pass is tried
 * again, with patience: connections that break, 429 and 5xx as Retry-After has
 * it, tokens that expired.
 *	FAULT_UNAVAILABLE	it does not answer, or not with what was asked
 *	FAULT_FORBIDDEN		it does not let us in, or isn't who it should be
 *	FAULT_INVALID		it has nothing there
 */
bool caller_wait(struct caller *caller, struct call **call,
    struct err *err) must_use;
/* Their clock when they answered first; 0: they did not say. */
int64_t caller_began(const struct caller *caller);
/* Forgets what is on its way; its calls may be freed then. */
void caller_forget(struct caller *caller);
/* Asks one question and waits for its answer. */
bool caller_get(struct caller *caller, struct call *call,
    struct err *err) must_use;

/* token.c: a token by client credentials (RFC 6749 §4.4); the arena's.
 * *seconds: for how long. */
bool token_get(struct remote *remote, struct arena *arena,
    const struct credentials_there *credentials, const char **token,
    int64_t *seconds, struct err *err) must_use;
/* The header Authorization of a signed request (RFC 5849). */
const char *signed_header(struct arena *arena,
    const struct credentials_there *credentials,
    const struct call *call) must_use;

/* --- answer.c: what an answer says ---------------------------------------- */

/* The body as JSON; the call's. FAULT_UNAVAILABLE: it is none. */
bool answer_json(struct call *call, json_t **out, struct err *err) must_use;
/* The records of a list that is called so, or whose records are; NULL and an
 * error: there is no list. One record without its list is a list, too. */
json_t *answer_list(json_t *body, const char *many, const char *one,
    struct err *err) must_use;
/* X-Total-Count; -1: it says none. */
int64_t answer_total(const struct call *call);
/* A scalar as text: numbers and booleans too. At NULL: it is none. */
struct text answer_text(struct arena *arena, const json_t *value);

/* --- table.c: a CSV file that is written while its columns are found ------ */

struct table_point { /* up to there, rows have so many columns */
	int64_t offset;
	int columns;
};

struct table {
	const char *folder, *name;   /* "users" */
	const struct entity *entity; /* or NULL */
	int fd;                      /* of its rows, without a header */
	int64_t size; /* of the file, with what is not written yet */
	struct buf rows;
	const char *columns[CSV_FIELDS_MAX];
	int column_count;
	struct table_point points[CSV_FIELDS_MAX];
	int point_count;
	struct text *row; /* of the next row: a value a column */
};

/* In the folder; what was there of it is gone. The table is the arena's. */
bool table_open(struct table **out, struct arena *arena, const char *folder,
    const char *name, struct err *err) must_use;
/* Where a column stands; a new one is added, of a name that is copied. -1:
 * there are too many. */
int table_column(struct table *table, struct arena *arena, struct text name);
/* Writes table->row, borrowed until then, and empties it. */
bool table_row(struct table *table, struct err *err) must_use;
bool table_flush(struct table *table, struct err *err) must_use;
/* Back to how long it was. */
bool table_cut(struct table *table, int64_t size, struct err *err) must_use;
/* With its header into the new file `path`; the rows are gone then. */
bool table_finish(struct table *table, const char *path,
    struct err *err) must_use;

/* --- list.c: all of a list, proven ---------------------------------------- */

/*
 * A list that is read page by page. It is whole when all of this holds: every
 * page came, as long as the totals say; each page takes up where the one
 * before it ended; beyond the last one there is nothing; no record came twice.
 * Otherwise it is read again, three times in all, and then refused.
 */
struct list {
	const char *name; /* for people: "users" */
	int64_t total;    /* as it was told; -1: it is not told */
	/* Pages are asked for by the number of their first record, and overlap
	 * by a record; otherwise by their own number. */
	bool overlaps;
	int page;     /* records that are asked for at a time */
	int parallel; /* pages on their way, at most */
	void *about;  /* of these: */
	bool (*begin)(struct list *list, struct err *err); /* from none */
	bool (*ask)(struct list *list, struct call *call, int64_t first,
	    int count, struct err *err);
	/* The records of an answer; *total stays when it says none. */
	bool (*read)(struct list *list, struct call *call, json_t **records,
	    int64_t *total, struct err *err);
	/* By what a record is known: its id, or all of it; the call's. */
	struct text (*identify)(struct call *call, const json_t *record);
	/* One record, in order. */
	bool (*take)(struct list *list, struct call *call, const json_t *record,
	    struct text id, struct err *err);
	/* After each page, in order: what was taken can be kept. Or NULL. */
	bool (*keep)(struct list *list, struct err *err);
	/* The total, asked for by itself; or NULL. */
	bool (*count)(struct list *list, int64_t *total, struct err *err);
	/* How far it is: kept from reading to reading where it is resumed. */
	int64_t taken;
	uint64_t last;    /* hash of what the last one is known by */
	struct buf ids;   /* of them all */
	struct buf marks; /* of the last one of each page */
};

bool list_read(struct list *list, const struct source *source,
    struct caller *caller, struct err *err) must_use;
void list_free(struct list *list);

/* --- record.c: OneRoster's records as rows of its CSV --------------------- */

#define ROSTER_COLUMNS_MAX 64

/* A file of the bundle. */
struct roster_table {
	const struct entity *entity;
	struct table *table;
	const struct field *fields[ROSTER_COLUMNS_MAX]; /* by column */
	int count;
	const struct field *status, *modified, *metadata;
};

/* What is made of a server's lists. */
struct roster {
	struct arena *arena;
	const struct source *source;
	const char *folder;
	enum oneroster version;
	bool delta, resources; /* with resources, and who has them */
	struct findings *findings;
	struct roster_table *tables[PARTS_MAX];
	int table_count;
};

/* A row of a table: what is given for a column, or what the record has. */
struct roster_row {
	const json_t *record; /* or NULL */
	const char *given[ROSTER_COLUMNS_MAX];
	int64_t number; /* of the record */
	/* In a delta: */
	bool goes;
	const char *modified;
};

/* The table of an entity, with the columns of the standard; NULL: an error. */
struct roster_table *roster_table(struct roster *roster,
    const struct entity *entity, struct err *err);
/* -1: the file has no such column. */
int roster_column(const struct roster_table *table, const char *csv);
bool roster_row(struct roster *roster, struct roster_table *table,
    const struct roster_row *row, struct call *call, struct err *err) must_use;

/* inner.c: rows of files of their own that JSON has inside of records: roles,
 * profiles, resources. Of the entities that have none, nothing. */
bool inner_tables(struct roster *roster, const struct entity *of,
    struct err *err) must_use;
bool inner_rows(struct roster *roster, const struct entity *of,
    const struct roster_row *row, struct text id, struct call *call,
    struct err *err) must_use;

/* Whether the source has given rows of that kind before. */
bool inner_known(const struct roster *roster, const struct entity *entity,
    bool *known, struct err *err) must_use;

/* --- since.c: what changed, instead of everything ------------------------- */

struct since {
	int64_t every;   /* so manyth reading is a full one */
	const char *key; /* of the settings that it is true of */
	int64_t when;    /* in a delta: what changed later is read */
	int deltas;      /* since the last full one, with this */
	int64_t seen;    /* the latest dateLastModified */
};

/* Makes the roster a delta when it is time for one. */
bool since_find(struct since *since, const struct source *source,
    struct roster *roster, struct err *err) must_use;
/* A dateLastModified was read. */
void since_note(struct since *since, struct text modified);
/* Where the next reading takes up, into *out. This one began then, by their
 * clock. */
void since_tell(const struct since *since, const struct source *source,
    int64_t began, struct fetched *out);

/* --- kept.c: what a reading that broke off has brought home --------------- */

struct kept {
	const struct source *source;
	const char *folder; /* of the rows */
	json_t *state;
};

/* Of a reading with this key; `fresh` forgets what there is. */
bool kept_open(struct kept *kept, const struct source *source, const char *key,
    bool fresh, struct err *err) must_use;
/* When the first of what is kept was read, by their clock; 0: nothing is. */
int64_t kept_began(const struct kept *kept);
/* Whether this list is there, whole, and as the server still has it: as many
 * records, none of which changed. Its tables, from the first on, hold it
 * then. */
bool kept_take(struct kept *kept, struct list *list, struct roster *roster,
    int first, struct caller *caller);
/* Keeps it, once it is whole. */
bool kept_put(struct kept *kept, const struct list *list,
    const struct roster *roster, int first, const struct caller *caller,
    struct err *err) must_use;
void kept_end(const struct kept *kept);

#endif
