/*
 * Inside mapping: rules, and the steps that they are made of.
 */
#ifndef HOMEROOM_MAPPING_MAPPING_H
#define HOMEROOM_MAPPING_MAPPING_H

#include "homeroom/mapping.h"

/* --- regex.c: PCRE2, compiled to machine code, with limits ---------------- */

struct regex;

enum found { NOT_FOUND, FOUND, TOO_HARD };

bool regex_compile(struct arena *arena, const char *pattern, struct regex **out,
    struct err *err) must_use;
/* What its first group holds; without one, all that matched. */
enum found regex_find(const struct regex *regex, struct text subject,
    struct text *part);
/* Whether `with` has only groups that the pattern has: $1, ${1}, $$. */
bool regex_can_insert(const struct regex *regex, const char *with);
/* All that matches, replaced. */
enum found regex_replace(const struct regex *regex, struct arena *arena,
    struct text with, struct text *value);

/* --- letters.c: letters of European alphabets ----------------------------- */

struct text letters_upper(struct arena *arena, struct text text);
struct text letters_lower(struct arena *arena, struct text text);
struct text letters_title(struct arena *arena, struct text text);
/* Bytes of the character that begins so; the text is valid UTF-8. */
size_t letter_length(char first);

/* --- ascii.c -------------------------------------------------------------- */

struct ascii;

/* "": of no language in particular. One thread's. */
bool ascii_compile(struct arena *arena, const char *language,
    const struct ascii **out, struct err *err) must_use;
bool ascii_write(const struct ascii *ascii, struct arena *arena,
    struct text *value) must_use;

/* --- days.c: dates as people write them ----------------------------------- */

/* Whether a format says year, month and day, each once. */
bool day_format_valid(const char *format);
/* YYYY-MM-DD to out. */
bool day_read(const char *format, struct text text, char out[11]);

/* --- rules ---------------------------------------------------------------- */

struct running {
	const struct mapping_row *row;
	struct mapping_fault *fault;
};

struct step;

typedef bool step_run(struct running *r, const struct step *step,
    struct text *value);

/* Steps of a rule, parts of a concat. */
#define MAPPING_PARTS_MAX 32
/* So deep rules lie in rules, and conditions in conditions. */
#define MAPPING_DEPTH_MAX 4

struct lookup_entry {
	struct text key, value;
};

int lookup_compare(const void *a, const void *b); /* by their keys */

struct lookup {
	const struct lookup_entry *entries; /* sorted */
	size_t count;
	bool has_empty; /* it says what nothing becomes */
	bool otherwise;
	struct text fallback;
};

struct rule {
	const struct step *steps;
	int count;
};

/* One that holds of a row. */
struct test {
	int column;
	const struct text *words; /* any of these */
	int word_count;
	const struct regex *regex; /* NULL: none */
	bool asks_empty, empty;
	struct text least, most;        /* as text; at NULL: no bound */
	const struct condition *within; /* it holds, instead; or NULL */
	bool negated;
};

/* All of them hold, or any. */
struct condition {
	const struct test *tests;
	int count;
	bool any;
};

struct branch {
	const struct condition *when; /* NULL: otherwise */
	const struct rule *then;
};

/* One thing that is done to a value. */
struct step {
	step_run *run;
	int column;
	struct text text;
	const struct regex *regex;
	const struct ascii *ascii;
	/* `text` is there for what does not match; pad: to the right. */
	bool otherwise;
	const struct lookup *lookup;
	const struct rule *parts; /* of concat */
	const struct branch *branches;
	const char *const *formats;
	int count; /* of these three */
	int64_t from, length;
};

step_run run_copy, run_constant, run_concat, run_first, run_when, run_lookup,
    run_date, run_trim, run_upper, run_lower, run_title, run_slice, run_pad,
    run_ascii, run_match, run_replace;

bool rule_run(struct running *r, const struct rule *rule, struct text *value);
bool condition_holds(const struct condition *condition,
    const struct mapping_row *row);

/* --- compile.c, steps.c, conditions.c: from JSON -------------------------- */

struct compiling {
	struct arena *arena;
	const char **columns; /* of the file that is being read */
	int column_count;
	int depth;
};

/* What follows takes jansson's values. The number of a column, which is new or
 * known. */
bool compiling_column(struct compiling *c, const void *json, int *column,
    struct err *err) must_use;
/* A string, true or false. NULL: something else. */
const char *compiling_text(const void *json);
struct text compiling_keep(struct compiling *c, const char *text);
/* That an object has these keys alone, which end with a NULL. */
bool compiling_only(const void *object, const char *const *known,
    struct err *err) must_use;
bool compiling_regex(struct compiling *c, const char *pattern,
    const struct regex **out, struct err *err) must_use;
bool rule_compile(struct compiling *c, const void *json,
    const struct rule **out, struct err *err) must_use;
bool condition_compile(struct compiling *c, const void *json,
    const struct condition **out, struct err *err) must_use;

#endif
