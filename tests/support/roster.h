/*
 * A small district in the test's cluster, and questions about it as a
 * publisher asks them, without a server between.
 */
#ifndef HOMEROOM_TESTS_ROSTER_H
#define HOMEROOM_TESTS_ROSTER_H

#include "homeroom/publish.h"
#include "support/database.h"

/* An application of the default district with a grant over everything. */
extern int64_t roster_application;
extern struct reader *roster_reader;

/* Makes them, and tells the district's records of tests/support/roster.sql as
 * version 1. */
void roster_open(void);
void roster_close(void);
/* The script that told the records and version 1. */
const char *roster_records(void);
/* Runs a script as the cluster's superuser; returns what it printed. */
const char *roster_sql(const char *script);

/* What came of a question. */
struct told {
	enum fault fault;
	const char *ids; /* sourcedIds with spaces between, in order */
	const char *json;
	struct answer answer;
	const char *text; /* of the fault */
};

/* "1.2 users?limit=2&filter=role='x'", "1.1 classes/c1/students", or one
 * record, "1.2 users/u1"; nothing is percent-encoded. */
struct told roster_ask(const char *question);
/* The same, to be asked in a batch of one's own making. */
void roster_reading(struct reading *reading, const char *question,
    struct err *err);
struct arena *roster_arena(void); /* of all this; emptied by roster_close */

#endif
