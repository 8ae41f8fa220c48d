/*
 * checks: what is wrong with the live roster though each row of it is right:
 * students in no class, one user name twice, terms that overlap.
 */
#ifndef HOMEROOM_CHECKS_H
#define HOMEROOM_CHECKS_H

#include "homeroom/base.h"
#include "homeroom/store.h"

enum severity { CHECK_OFF, CHECK_INFO, CHECK_WARNING, CHECK_ERROR };

extern const char *const severity_names[]; /* "off", "info", … */

/* One thing that is looked for. */
struct check {
	const char *code;         /* "studentsInNoClass"; NULL ends the table */
	enum severity severity;   /* unless the district says otherwise */
	const char *entity;       /* of the records that are found: "users" */
	enum statement statement; /* STATEMENT_COUNT: composed of the model */
	const char *title;        /* "Students who are in no class" */
	const char *advice;       /* a sentence or two */
};

extern const struct check checks[];

bool check_is_known(const char *code) must_use;
/* False: there is no such word. */
bool severity_read(const char *word, enum severity *out) must_use;

/* Of one check, at most so many records are kept: of those with the lowest
 * sourcedIds. What is new and gone is not known beyond that. */
#define CHECK_KEPT 20000

struct check_example {
	const char *id;
	const char *school; /* sourcedId; NULL: it has none */
	const char *detail; /* ids, dates and counts; NULL: nothing to add */
	const char *name;   /* NULL unless names were asked for */
	bool fresh;         /* new in this version */
	int64_t since;      /* the version that was checked first and had it */
};

struct check_result {
	const struct check *check;
	enum severity severity;
	int64_t count;
	int64_t fresh, gone; /* since the run before; -1: not known */
	const struct check_example *examples;
	int example_count;
};

struct checks_report {
	const char *district;
	int64_t version; /* that was checked; 0: there is none yet */
	int64_t before;  /* that the run before was about; 0: there was none */
	int64_t at;      /* ms since 1970 */
	int64_t ms;      /* how long it took */
	const struct check_result *results; /* the gravest first */
	int count;
	int64_t found[4]; /* checks that found something, by severity */
};

struct checks_wanted {
	int64_t district;
	int examples;     /* at most, of each; those that are new first */
	const char *code; /* all of this one's, and no others'; or NULL */
	bool names;       /* of the people and things that are examples */
};

/*
 * Checks the live version, in one read-only transaction, and keeps what was
 * found for the next run to compare with. A version that is checked again is
 * compared with the one before it again. As DB_INGEST, outside a transaction;
 * one at a time of a district, others wait.
 */
bool checks_run(struct db *db, struct arena *arena,
    const struct checks_wanted *wanted, struct checks_report *report,
    struct err *err) must_use;
/* "1 error, 2 warnings, 0 remarks": how many checks found something; the
 * arena's. */
const char *checks_summary(struct arena *arena,
    const struct checks_report *report) must_use;
/* The job of the kind "checks", which each new version wants. */
bool checks_job(struct job *job, struct arena *arena, const char *url,
    struct err *err) must_use;

#endif
