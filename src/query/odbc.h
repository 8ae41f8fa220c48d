/* Inside query: any database that has a driver for unixODBC. */
#ifndef HOMEROOM_QUERY_ODBC_H
#define HOMEROOM_QUERY_ODBC_H

#include "query.h"

#include <pthread.h>

#include <sql.h>
#include <sqlext.h>

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
