/*
 * Inside checks: a run, from statements that find records to what is told of
 * them.
 */
#ifndef HOMEROOM_CHECKS_CHECKS_H
#define HOMEROOM_CHECKS_CHECKS_H

#include "homeroom/checks.h"

struct run {
	struct db *db;
	struct arena *arena;
	const struct checks_wanted *wanted;
	struct checks_report *report;
	struct check_result *results;
	const char *district, *version, *before; /* as values */
	const char *day;     /* on which the roster is looked at */
	const char *today;   /* the clock's */
	const char *schools; /* how many of what each has, JSON */
};

/* severities.c: the results, the gravest first, as the district's settings say
 * how grave each check is. */
bool run_order(struct run *run, struct err *err) must_use;
/* find.c: the records of each check, into the table pg_temp.found. */
bool run_find(struct run *run, struct err *err) must_use;
/* dangle.c: a statement that finds references to nothing; the arena's. */
const char *dangling(struct arena *arena);
/* keep.c: from there to what is known of each, and what is new and gone. */
bool run_keep(struct run *run, struct err *err) must_use;
/* The examples, of what is known. */
bool run_examples(struct run *run, struct err *err) must_use;

#endif
