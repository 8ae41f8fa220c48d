/*
 * Inside query: the two ways to a database, and how their values become
 * texts.
 */
#ifndef HOMEROOM_QUERY_PRIVATE_H
#define HOMEROOM_QUERY_PRIVATE_H

#include "homeroom/query.h"

#include <pthread.h>

#include <sql.h>
#include <sqlext.h>

/* What a column's values are, as far as it matters how they are written. */
enum shape {
	SHAPE_TEXT,
	SHAPE_PADDED, /* char(n): blanks at its end mean nothing */
	SHAPE_NUMBER,
	SHAPE_BOOLEAN,
	SHAPE_MOMENT, /* 2012-04-23 18:25:43.511, UTC or of no zone */
};

struct column {
	const char *name;
	enum shape shape;
};

struct query {
	struct queries *of;
	const char *name, *sql;
	int number; /* among its queries */
	int column_count;
	struct column *columns;
	struct text *values; /* of this row; at NULL: SQL's NULL */
	int64_t rows;        /* that were read */
	const char *problem; /* of this row */
	void *own;           /* the driver's */
};

struct queries {
	const struct driver *driver;
	struct query_account account;
	struct arena *arena;
	struct arena *row; /* for what this row's values are made of */
	int64_t until;     /* a tick: what is asked is given up then */
	int count;
	void *link; /* the driver's */
};

/* A way to a database. What it opened it also closes, half open too. */
struct driver {
	bool (*open)(struct queries *queries, struct err *err);
	void (*close)(struct queries *queries);
	/* Sets columns and column_count; values are made afterwards. */
	bool (*prepare)(struct query *query, struct err *err);
	bool (*ask)(struct query *query, struct err *err);
	/* The next row to query->values, as the database writes them; *more
	 * is false when the last one was there before. */
	bool (*next)(struct query *query, bool *more, struct err *err);
};

extern const struct driver driver_postgres, driver_odbc;

/* Whether it is time to give up: told to stop, or too late. */
bool queries_late(const struct queries *queries, struct err *err) must_use;

/* postgres_url.c, odbc_text.c: whether it is one of theirs, as it should be. */
bool postgres_check(const char *database, struct err *err) must_use;
bool odbc_check(const char *database, struct err *err) must_use;

/* render.c: as it is written outside; what can't be is left as it is. */
struct text render(struct arena *arena, enum shape shape, struct text value);

/* state.c: what an SQLSTATE means for us; and whether the words that come
 * with it may be repeated, which speak of a value when it is one of data. */
enum fault state_fault(const char *state);
bool state_tells(const char *state);

/* --- PostgreSQL ----------------------------------------------------------- */

#define PARAMETERS_MAX 64

/* What libpq is told of a connection; ends with a NULL key. */
struct parameters {
	const char *keys[PARAMETERS_MAX];
	const char *values[PARAMETERS_MAX];
	int count;
};

/* The arena's. Where the address says nothing of it, the server must prove who
 * it is, unless it is of this machine. */
bool postgres_parameters(const struct queries *queries, struct parameters *p,
    struct err *err) must_use;

/* --- ODBC ----------------------------------------------------------------- */

/* odbc_text.c: unixODBC's wide characters are UTF-16 of this machine. What is
 * no character becomes a byte that is no UTF-8. */
struct text odbc_narrow(struct arena *arena, const SQLWCHAR *wide, size_t len);
const SQLWCHAR *odbc_wide(struct arena *arena, const char *text, size_t *len);
/* What SQLDriverConnect takes, with user and password. */
const char *odbc_string(const struct queries *queries);

/*
 * Drivers block. Beside the thread that asks there is one that cancels what it
 * asks when it is late or told to stop.
 */
struct odbc {
	SQLHENV env;
	SQLHDBC connection;
	bool connected;
	pthread_t watch;
	bool watched;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool ended;
	SQLHSTMT busy; /* what the driver works on now, or NULL */
};

/* ODBC takes numbers where it takes pointers. */
static inline SQLPOINTER odbc_number(SQLULEN value)
{
	union {
		SQLULEN in;
		SQLPOINTER out;
	} same = { .in = value };

	return same.out;
}

/* odbc_watch.c */
bool odbc_watch(struct queries *queries, struct err *err) must_use;
void odbc_unwatch(struct odbc *odbc);
/* Around every call that may take long. */
void odbc_busy(struct odbc *odbc, SQLHSTMT statement);
void odbc_done(struct odbc *odbc);

/* odbc_rows.c: a block of rows, column by column. */
struct odbc_column {
	SQLULEN room; /* characters of a value, with its NUL */
	SQLWCHAR *values;
	SQLLEN *lengths;
};

struct odbc_query {
	SQLHSTMT statement;
	struct odbc_column *columns;
	SQLULEN block; /* rows that are fetched at once */
	SQLULEN count; /* rows that were */
	SQLULEN at;    /* the next of them */
	SQLUSMALLINT *states;
	bool ended;
};

bool odbc_describe(struct query *query, struct err *err) must_use;
bool odbc_next(struct query *query, bool *more, struct err *err) must_use;

/* odbc.c: what the driver says of a call that did not succeed. */
bool odbc_refused(const struct query *query, SQLHSTMT statement,
    struct err *err) must_use;

#endif
