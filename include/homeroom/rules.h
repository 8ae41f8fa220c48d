/*
 * rules: from a person to the account that they should have in a directory.
 * Pure: no clock, no database, no directory. The same in gives the same out.
 *
 * A rulebook, all rules of one directory, is compiled once and belongs to one
 * thread. Text is UTF-8; a day is "YYYY-MM-DD".
 */
#ifndef HOMEROOM_RULES_H
#define HOMEROOM_RULES_H

#include "homeroom/base.h"
#include "homeroom/model.h"

/* --- rulebooks ---------------------------------------------------------------
 */

struct rulebook;

/* Settings as JSON, as `homeroom apply` checked them. */
struct rulebook_texts {
	const char *directory;
	const char *const *rules; /* in any order */
	int count;
};

/* The arena's. FAULT_INVALID: what can't be understood, and why. */
bool rulebook_compile(struct arena *arena, const struct rulebook_texts *texts,
    struct rulebook **out, struct err *err) must_use;

/* Whether the value of a key, as JSON, can be compiled: "when", "attributes".
 * Keys that are not of rules can. */
bool rules_check(const char *key, const char *json, struct err *err) must_use;

/* What rules know: of the person, once for each role that they have, and once
 * for each class that they are in. */
enum rules_scope { SCOPE_PERSON, SCOPE_ROLE, SCOPE_CLASS, SCOPE_ACCOUNT };

/* A column that some rule asks for. */
struct rules_column {
	const char *name;            /* "school.identifier" */
	enum rules_scope scope;      /* SCOPE_ACCOUNT: found by evaluating */
	const char *record;          /* which: "school"; "" is the person */
	const struct entity *entity; /* of that record */
	const struct field *field;   /* NULL: metadata */
	const char *key;             /* of metadata: "title" */
	bool first;                  /* of a list: its first value */
	int slot;                    /* among those of its scope */
};

const struct rules_column *rulebook_columns(const struct rulebook *book,
    int *count);
/* By whose clocks, "Europe/Berlin"; "UTC" when the directory says nothing. */
const char *rulebook_zone(const struct rulebook *book);

enum rules_guarded { GUARD_ACCOUNT, GUARD_GROUP, GUARD_PLACE };

/* Whether nobody may touch what has this name (a place: address), because
 * settings say so or because it is an administrator's. */
bool rulebook_guards(const struct rulebook *book, enum rules_guarded what,
    const char *name);

/* What becomes of a login when the names that it was made of change. */
enum rules_rename { RENAME_KEEP, RENAME_ALIAS, RENAME_ASK };

struct names_list {
	const char *const *at;
	int count;
};

struct rulebook_names {
	enum rules_rename rename;
	/* Logins are unique in these directories, too. */
	struct names_list across;
	bool forever; /* and never those of accounts that are deleted */
};

const struct rulebook_names *rulebook_names(const struct rulebook *book);

/* --- logins
 * -------------------------------------------------------------------
 */

/* Logins that are taken: one thread's, 16 bytes each. What differs in case,
 * accents or width alone is the same. */
struct names;

struct names *names_new(struct arena *arena) must_use;
void names_take(struct names *names, struct text name);
bool names_taken(const struct names *names, struct text name);

/* --- persons
 * -------------------------------------------------------------------
 */

/* Fields are those of the rulebook's columns that have the scope, by their
 * slots; no value is "", or NULL. */
struct person {
	struct text id; /* sourcedId: persons come in its order, by bytes */
	const struct text *fields;
	const struct text *const *roles; /* the main one first */
	int role_count;
	const struct text *const *classes; /* by the class's sourcedId */
	int class_count;
	char gone[11]; /* the day when they were deleted; "": are not */
};

struct school_year {
	char begin[11], end[11]; /* the day after the last */
};

struct rules_moment {
	int64_t now;   /* ms since 1970, UTC */
	int64_t local; /* what clocks show there then, likewise */
	const struct school_year *years;
	int year_count;
};

/* --- what is desired
 * -------------------------------------------------------------
 */

enum life {
	LIFE_NONE,    /* no rule wants an account */
	LIFE_EARLY,   /* it is too early for one; one that is there stays */
	LIFE_FUTURE,  /* before the first day */
	LIFE_ACTIVE,  /* from the first day to the last, and in the summer */
	LIFE_LEAVE,   /* on leave, or the source disabled them */
	LIFE_LEAVER,  /* the last day is over */
	LIFE_DELETED, /* and the account's time, too: it is to go */
	/* They are still there, but no rule wants their account any more. */
	LIFE_UNWANTED,
};

extern const char *const life_words[]; /* "active" */

/* Where a value comes from. */
struct why {
	const char *rule; /* its name */
	const char *key;  /* "attributes.mail" */
	const char *said; /* its template, JSON; or "" */
};

/* Where something lies: parts, from the outermost. */
struct desired_place {
	const struct text *parts;
	int count;
};

struct desired_attribute {
	const char *name;
	const struct text *values; /* none: it is to be empty */
	int count;
	bool initial; /* only for an account that is made */
	struct why why;
};

struct desired_group {
	struct text name;
	struct desired_place place;
	bool exact; /* members that no rule puts there are taken away */
	struct why why;
};

/* For adoption: the account whose attribute has this value, in the order in
 * which they are tried. */
struct desired_match {
	const char *attribute;
	struct text value;
};

enum password_kind { PASSWORD_RANDOM, PASSWORD_WORDS, PASSWORD_PATTERN };

struct password_policy {
	enum password_kind kind;
	int64_t length;    /* random: characters */
	int64_t words;     /* words: how many */
	const char *file;  /* words: one a line; NULL: our own list */
	bool change;       /* at the first logon */
	struct text value; /* pattern: the password */
};

struct desired {
	enum life life;
	/* Set: something can't be made; the account stays as it is. The key
	 * of `why` says what of it. */
	const char *problem;
	struct why why; /* the rule that the account comes from */
	struct text login;
	/* The login without regard to others: when it is another than the one
	 * at the time when the login was given, the person was renamed. */
	struct text basis;
	struct text name; /* in its place */
	struct desired_place place;
	bool enabled;
	const struct desired_attribute *attributes; /* by name */
	int attribute_count;
	const struct desired_group *groups; /* by place and name */
	int group_count;
	bool strip_groups; /* a leaver's: out of every group */
	bool hide;         /* from address lists */
	char expires[11];  /* the last day that it may be used; "": none */
	char first[11], last[11]; /* days of the person; "": not known */
	bool leaving; /* the last day comes soon, and nobody is waited for */
	int64_t delete_at; /* ms since 1970, UTC; 0: never, or not known yet */
	char unwanted[11]; /* the day since which no rule wants it; "" */
	bool stays;        /* it is not wanted, but its days are not over yet */
	struct password_policy password;
	const struct desired_match *matches;
	int match_count;
};

struct desire {
	const struct person *person;
	const struct rules_moment *moment;
	struct text login; /* the account's; "": it has none yet */
	/* For one that has none: the first candidate that is not taken, which
	 * it takes. NULL: the first candidate. */
	struct names *names;
	/* The account, as clocks there showed it; 0: it is not, or not known.
	 */
	int64_t disabled_since;
	const char *rule; /* that wanted it last; "" or NULL: not known */
	/* No rule wants it, as clocks there showed it; 0: that is new. */
	int64_t unwanted_since;
};

/* What should be; all of it the arena's, the person's or the rulebook's. */
void rulebook_desire(const struct rulebook *book, struct arena *arena,
    const struct desire *desire, struct desired *out);

/* What becomes of an account that no rule wants: of LIFE_NONE, who has one; and
 * whom the roster does not know any more, a person without fields. No place,
 * attributes or groups are those that it has. */
void rulebook_let_go(const struct rulebook *book, struct arena *arena,
    const struct desire *desire, struct desired *out);

#endif
