/*
 * Inside query: the two ways to a database, and how their values become
 * texts.
 */
#ifndef HOMEROOM_QUERY_PRIVATE_H
#define HOMEROOM_QUERY_PRIVATE_H

#include "homeroom/query.h"

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

#endif
