/*
 * Inside rules: rulebooks, compiled.
 */
#ifndef HOMEROOM_RULES_RULES_H
#define HOMEROOM_RULES_RULES_H

#include "homeroom/mapping.h"
#include "homeroom/rules.h"

/* --- columns.c: what rules may ask for ------------------------------------ */

/* FAULT_INVALID: there is no such column. */
bool column_find(struct arena *arena, const char *name,
    struct rules_column *out, struct err *err) must_use;

/* --- compile.c ------------------------------------------------------------ */

/* A template. */
struct expression {
	struct mapping_field field;
	const char *key;  /* "login.candidates" */
	const char *said; /* JSON */
};

/* Several of them: texts that a place, a list of values is made of. */
struct expressions {
	const struct expression *at;
	int count;
};

struct attribute_rule {
	const char *name;
	const char *key; /* "attributes.mail" */
	const char *said;
	struct expressions values;
	bool initial;
};

struct attribute_rules {
	const struct attribute_rule *at;
	int count;
};

enum mode { MODE_ADD, MODE_EXACT };
enum each { EACH_PERSON, EACH_ROLE, EACH_CLASS };

struct group_rule {
	const char *key; /* "groups[2]" */
	struct expression name;
	struct expressions place;
	const struct condition *when; /* NULL: always */
	enum each each;
	enum mode mode;
};

struct group_rules {
	const struct group_rule *at;
	int count;
};

/* What no rule wants any more: days, or what is not said. */
#define NOT_SAID (-1)

struct unwanted_rule {
	int64_t disable_days, delete_days;
};

struct life_rule {
	const struct expression *first, *last; /* NULL: the role's days */
	int64_t create_days;
	int64_t tell_days;  /* before the last: they are about to leave */
	int64_t disable_at; /* ms after midnight of the last day */
	int64_t delete_days;
	const struct condition *summer; /* whose last day waits for autumn */
	const struct condition *leave;
	struct expressions place; /* leavers'; none: where they were */
	bool strip_groups, hide;
	struct unwanted_rule unwanted;
};

struct account_rule {
	const char *name;
	int64_t order;
	const struct condition *when;
	struct expressions candidates; /* none: it adds to other rules */
	int64_t counter_from, counter_width, longest;
	const struct expression *label;
	struct expressions place;
	struct attribute_rules attributes;
	struct group_rules groups;
	const struct condition *enabled;
	const struct expression *expires;
	struct life_rule life;
	struct password_policy password;
	const struct expression *pattern;
};

struct match_rule {
	const char *attribute;
	struct expression value;
};

struct match_rules {
	const struct match_rule *at;
	int count;
};

/* Columns that evaluating needs, asked for by rules or not. */
struct known_columns {
	int status, enabled, role_begin, role_end, class_begin, class_end,
	    login, label, first, last;
};

struct rulebook {
	struct arena *arena;
	struct mapping_set *set;
	const struct rules_column *columns;
	int column_count;
	const int *identity; /* the i-th is the i-th */
	struct known_columns is;
	bool classes; /* some rule asks for them */
	const char *type, *zone;
	struct rulebook_names names;
	struct match_rules matches;
	struct unwanted_rule unwanted; /* of what rules don't say */
	struct names_list guards[3];   /* patterns, by enum rules_guarded */
	bool default_guards;
	const struct account_rule *rules; /* in their order */
	int rule_count;
};

/* --- keys.c: what settings say -------------------------------------------- */

struct known_key;

struct compiling_rule {
	struct rulebook *book;
	const struct known_key *key; /* that is being read */
};

bool keys_of_rule(struct rulebook *book, const char *json,
    struct account_rule *rule, struct err *err) must_use;
bool keys_of_directory(struct rulebook *book, const char *json,
    struct err *err) must_use;
bool keys_check(struct rulebook *book, const char *key, const char *json,
    struct err *err) must_use;

/* --- life.c -------------------------------------------------------------- */

/* What a person's days say: days, or "". */
struct days {
	struct text first, last;
	bool leave;  /* they are on leave, or disabled by their source */
	bool summer; /* who left in summer comes back in autumn */
};

struct span {
	enum life life;
	bool waits;         /* it is over, but for the summer */
	int64_t over;       /* without regard to that: the day after the last */
	int64_t begin, end; /* local; from the first day until it is over */
	char first[11], last[11];
	bool leaving; /* the last day comes soon */
};

void life_find(const struct life_rule *rule, const struct desire *desire,
    const struct days *days, struct span *out);
/* The day before a day; "" for what is none. */
void day_before(char out[11], struct text day);
/* Whether the account of who left when the span ended is to be deleted. */
bool life_is_due(const struct life_rule *rule, const struct desire *desire,
    const struct span *span);
/* When that is, ms since 1970 (UTC); 0: never, or not known. */
int64_t life_deletion(const struct life_rule *rule, const struct desire *desire,
    const struct span *span);

/* --- view.c: a person as rules see them ---------------------------------- */

struct view {
	const struct rulebook *book;
	struct arena *arena;
	const struct person *person;
	struct text *fields; /* of all columns, as far as they are known */
	struct mapping_row row;
	char today[11];
	const struct account_rule *rule; /* that is asked just now */
	struct desired *out;
};

void view_open(struct view *view, const struct rulebook *book,
    struct arena *arena, const struct desire *desire);
/* Looks at one of the roles, of the classes; of none there is nothing. */
void view_role(struct view *view, int role);
void view_class(struct view *view, int number);
void view_set(struct view *view, int column, struct text value);
bool view_holds(const struct view *view, const struct condition *condition);
/* Whether today lies between two columns with days, the second exclusive. */
bool view_now(const struct view *view, int begin, int end);
/* False: out->problem says why. */
bool view_value(struct view *view, const struct expression *expression,
    struct text *value) must_use;
/* Those that are not empty. */
bool view_values(struct view *view, const struct expressions *expressions,
    const struct text **values, int *count) must_use;

/* --- login.c ------------------------------------------------------------- */

/* Finds out->login and out->basis. */
bool login_find(struct view *view, const struct desire *desire) must_use;

/* --- additions.c: attributes and groups ---------------------------------- */

/* Whether address lists show it: as many as HIDDEN_MOST are added. */
#define HIDDEN_MOST 1
void hidden_add(struct view *view, struct desired_attribute *all);

/* `role`: the one that the account comes from. */
bool attributes_find(struct view *view, int role) must_use;
bool groups_find(struct view *view, int role) must_use;

#endif
