/*
 * query: other people's databases. Rows of a SELECT, one after the other, as
 * texts: from PostgreSQL by libpq, from any other by unixODBC.
 *
 * Nothing is ever written there: all queries of a struct queries are asked in
 * one transaction that only reads (PostgreSQL: of one snapshot) and is never
 * committed. Every call blocks, within its limits; all belong to one thread.
 */
#ifndef HOMEROOM_QUERY_H
#define HOMEROOM_QUERY_H

#include "homeroom/base.h"

#include <stdatomic.h>

/* A longer value makes its row one that can't be read. */
#define QUERY_VALUE_MAX (64 << 10)
#define QUERY_COLUMNS_MAX 256

/* Texts are borrowed until queries_close; NULL is none. */
struct query_account {
	const char *name; /* whose it is, for errors: of the source */
	/* postgresql://host/name, or ODBC's KEY=VALUE;…, without password */
	const char *database;
	const char *user;
	const char *password;
	/* A PEM file; NULL: the system's. PostgreSQL alone: an ODBC driver
	 * has settings of its own. */
	const char *authorities;
	int64_t seconds;         /* that a query may take, to its last row */
	const atomic_bool *stop; /* set: it gives up; or NULL */
};

/* FAULT_INVALID: it can't be a database, or holds a password, which has a
 * place of its own. */
bool query_check(const char *database, struct err *err) must_use;

struct queries;
struct query;

/*
 * In what follows, an error is
 *	FAULT_UNAVAILABLE	it can't be reached, or was too slow
 *	FAULT_FORBIDDEN		it doesn't let us in, or isn't who it should be
 *	FAULT_INVALID		a query that it does not take
 *	FAULT_IO		it broke off
 * and its text never holds the password, nor a value of a row.
 */
bool queries_open(struct queries **out, const struct query_account *account,
    struct err *err) must_use;
void queries_close(struct queries *queries); /* NULL is fine */

/* One statement that gives rows; `name` is for errors. Lives as long as
 * `queries`. */
bool query_prepare(struct queries *queries, const char *name, const char *sql,
    struct query **out, struct err *err) must_use;
int query_columns(const struct query *query);
const char *query_column(const struct query *query, int i);

/* Asks it anew; one at a time, read to its end. */
bool query_ask(struct query *query, struct err *err) must_use;

struct query_row {
	/* One a column, until the next row. `at` NULL is SQL's NULL. Numbers
	 * without needless zeros, true and false, 2012-04-23 and
	 * 2012-04-23T18:25:43.511Z. NULL after the last row, of which the
	 * server said that it was the last. */
	const struct text *values;
	int64_t number;      /* from 1 */
	const char *problem; /* why its values can't be read; or NULL */
};

bool query_next(struct query *query, struct query_row *row,
    struct err *err) must_use;

#endif
