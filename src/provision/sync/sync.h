/*
 * Inside provision/sync: what a directory holds, whose accounts those are, and
 * how it comes to be as the rules say.
 */
#ifndef HOMEROOM_PROVISION_SYNC_SYNC_H
#define HOMEROOM_PROVISION_SYNC_SYNC_H

#include "homeroom/base.h"
#include "homeroom/directory.h"
#include "homeroom/rules.h"
#include "homeroom/store.h"
#include "../provision.h"

#include <jansson.h>

/* Bytes of rows that are gathered before they go to Postgres. */
#define PIECE ((size_t)1 << 20)

/* --- target.c: a directory that settings describe ------------------------- */

struct target {
	int64_t district;
	int64_t id;
	char id_text[24]; /* the same */
	const char *name;
	const struct directory_type *type;
	struct provision_book book;
	json_t *settings;
	const char *fingerprint; /* of its settings and its rules' */
	const char *url;         /* of the database */
	const atomic_bool *stop;
	/* As it was last read: */
	int64_t reading; /* which number; 0: never */
	const char *cookie;
	const char *root;       /* the place of all places */
	const char *attributes; /* that rules speak of, with spaces between */
	const char *read_as;    /* the same, as of that reading */
	int64_t whole;          /* ms; 0: never */
	struct arena *arena;    /* all of this lives here */
};

/* FAULT_NOT_FOUND: there is no such directory. Of `target`, district, name,
 * arena, url and stop are set. */
bool target_find(struct target *target, struct db *db,
    struct err *err) must_use;
/* Opens the directory itself; the caller closes it. */
bool target_open(const struct target *target, struct db *db,
    struct directory **out, struct err *err) must_use;
/* A setting by its path, "thresholds.delete". */
int64_t target_number(const struct target *target, const char *path,
    int64_t otherwise);

/* --- json.c: lists of values ---------------------------------------------- */

/* A parsed text that ends with the arena; the text is Postgres' own. */
json_t *json_read(struct arena *arena, const char *text) must_use;
/* "name":["value",…], with a comma before it when it is not the first. */
void json_values(struct buf *out, const char *name, const struct text *values,
    int count);
void json_quoted(struct buf *out, struct text text);
/* "name":"value", likewise. */
void json_pair(struct buf *out, const char *name, struct text value);
/* The i-th text of a list, or NULL. */
const char *json_nth(const json_t *list, size_t i);

static inline struct text text_of(const char *text)
{
	return (struct text){ text, text != NULL ? strlen(text) : 0 };
}

/* --- map.c: from a text to a number --------------------------------------- */

/* Texts that differ in the case of a to z are the same. 24 bytes each. */
struct map;

#define MAP_NONE (-1)

struct map *map_new(void) must_use;
void map_free(void *map); /* NULL is fine */
/* What it was before, or MAP_NONE. */
int map_put(struct map *map, struct text key, int value);
int map_get(const struct map *map, struct text key);

/* --- observe.c: the directory's picture ----------------------------------- */

struct observed {
	bool whole;
	int64_t entries; /* read */
	int64_t changes; /* of the picture */
};

/* Reads what changed, or all (`whole`, and where nothing else will do), and
 * makes the picture so. Outside a transaction. */
bool observe(struct target *target, struct db *db, bool whole,
    struct observed *out, struct err *err) must_use;

/* --- accounts.c: the picture of accounts, with the ledger ----------------- */

struct account {
	const char *anchor;
	const char *person; /* "": nobody's */
	const char *name, *place, *login;
	const char *basis; /* of the login, when it was given; "" */
	bool enabled, guarded, gone, restorable;
	int64_t disabled;       /* since when, ms by the directory's clocks;
				   0: it is not, or not known */
	int64_t due;            /* ms; 0: not known */
	const char *rule;       /* that wanted it last; "" */
	int64_t unwanted;       /* since when no rule wants it, as `disabled` */
	const char *attributes; /* JSON */
	/* Anchors of its groups, each with '+' before it when a rule put it
	 * there and '-' when not; with \x1f between. */
	const char *groups;
};

/* Those that are somebody's, in the order of persons. */
struct ledger;

/* Within a transaction; `only`: of one person, or NULL. The arena's. */
bool ledger_open(struct ledger **out, struct db *db, struct arena *arena,
    const struct target *target, const char *only, struct err *err) must_use;
/* The next; its person is NULL: there are no more. Until the next call. */
bool ledger_next(struct ledger *accounts, const struct account **out,
    struct err *err) must_use;
void ledger_close(struct ledger *accounts); /* NULL is fine */
/* One, by its anchor; the arena's. */
bool ledger_find(struct db *db, struct arena *arena,
    const struct target *target, const char *anchor, struct account *out,
    struct err *err) must_use;

/* --- actions -------------------------------------------------------------- */

/* clang-format off */
#define ACTIONS(X) \
/*	  action       word          stage */ \
	X(MAKE_PLACE,  "make-place",  10) \
	X(MAKE_GROUP,  "make-group",  20) \
	X(ADOPT,       "adopt",       30) \
	X(CREATE,      "create",      30) \
	X(RESTORE,     "restore",     30) \
	X(DISABLE,     "disable",     40) \
	X(RENAME,      "rename",      50) \
	X(MOVE,        "move",        55) \
	X(UPDATE,      "update",      60) \
	X(ENABLE,      "enable",      70) \
	X(JOIN,        "join",        80) \
	X(LEAVE,       "leave",       80) \
	X(DELETE,      "delete",      90) \
	X(ASK,         "ask",         99)
/* clang-format on */

/* Those of one subject are done by their stages; places and groups before what
 * is put into them. */
enum action_kind {
#define ACTION_ENUM(action, word, stage) ACTION_##action,
	ACTIONS(ACTION_ENUM)
#undef ACTION_ENUM
	    ACTION_COUNT
};

struct action_rule {
	const char *word;
	int stage;
};

extern const struct action_rule action_rules[ACTION_COUNT];

bool action_parse(struct text word, enum action_kind *out) must_use;

/* What is to be done, on its way into a plan. Texts may be NULL. */
struct action {
	enum action_kind kind;
	const char *subject; /* NULL: the person */
	const char *person, *anchor, *name;
	const char *target;         /* of a membership: the group's address */
	struct buf *before, *after; /* JSON's members; NULL: nothing */
	const char *reason, *rule;
	const char *basis; /* of a login that is given anew; or NULL */
};

/* --- plan.c --------------------------------------------------------------- */

struct planning;

struct plan_wanted {
	const char *purpose; /* "sync" */
	/* Writes the actions; NULL: what rules want. `with`: for it. */
	bool (*fill)(struct planning *p, struct err *err);
	const void *with;
	const char *of; /* the plan that it takes back; or NULL */
	const char *who;
	const char *person; /* of one alone; or NULL */
	unsigned kinds;     /* 1 << ACTION_…; 0: all */
	bool tells;         /* who leaves soon, of whom notifications tell */
	bool rehearses;     /* the transaction stays open */
};

struct planned {
	int64_t id;
	int64_t actions, asking;
	bool held;
	const char *why; /* it is held; the arena's */
};

/* Makes a plan of what is known; in a transaction of its own, which is open
 * then if the plan is a rehearsal's. */
bool plan_make(struct target *target, struct db *db,
    const struct plan_wanted *wanted, struct planned *out,
    struct err *err) must_use;

/* When a day ends there. */
struct expiry {
	const char *day, *at;
	struct expiry *next;
};

/* A plan being made: what several files share. */
struct planning {
	struct target *target;
	struct db *db;
	const struct plan_wanted *wanted;
	struct arena *arena; /* the plan's */
	struct arena *turn;  /* a person's */
	struct rules_moment moment;
	struct scene *scene;
	struct claims *claims;
	char id[24];
	struct buf rows; /* actions on their way */
	int number;
	struct buf maybe;   /* memberships that an exact group would not have */
	struct buf notes;   /* for the ledger, on their way: see note.c */
	bool noted;         /* some of them are there */
	struct buf leaving; /* who leaves when, soon: members of an object */
	struct expiry *expiries;
};

bool plan_wants(const struct planning *p, enum action_kind kind);
bool plan_add(struct planning *p, const struct action *action,
    struct err *err) must_use;

/* hold.c: within the transaction, ready or held; what is covered by an approval
 * is approved. Says which state. */
bool plan_hold(struct planning *p, struct planned *out,
    struct err *err) must_use;

/* --- scene.c: places, groups and names that there are --------------------- */

bool scene_open(struct planning *p, struct err *err) must_use;
void scene_close(struct scene *scene); /* NULL is fine */
/* The address of a place. */
const char *scene_address(struct planning *p,
    const struct desired_place *place);
/* Plans to make what of it is not there. */
bool scene_need_place(struct planning *p, const struct desired_place *place,
    const char *rule, struct err *err) must_use;

struct scene_group {
	const char *address;
	const char *anchor; /* NULL: it is to be made */
	bool exact;         /* members that no rule puts there go */
	bool guarded;
};

/* The group, planned to be made when it is not there. */
bool scene_need_group(struct planning *p, const struct desired_group *group,
    struct scene_group **out, struct err *err) must_use;
/* NULL: it is not known. */
struct scene_group *scene_group(struct planning *p, struct text anchor);
/* Logins that are taken. */
bool scene_names(struct planning *p, struct names **out,
    struct err *err) must_use;
/* Of groups that turned out to be exact, plans to take out who is in them by
 * no rule. */
bool scene_finish(struct planning *p, struct err *err) must_use;

/* --- claims.c: accounts that are nobody's yet ----------------------------- */

enum claim { CLAIM_NONE, CLAIM_ONE, CLAIM_MANY };

void claims_free(struct claims *claims); /* NULL is fine */
struct claimed {
	enum claim claim; /* MANY: a person has to say which */
	const char *by;   /* the attribute */
	struct account account;
};

/* Finds the account that is the person's, by the first match that tells. What
 * comes is p->turn's. */
bool claims_find(struct planning *p, const struct person *person,
    const struct desired *d, struct claimed *out, struct err *err) must_use;
/* Who claimed what somebody else did too is asked as well. */
bool claims_finish(struct planning *p, struct err *err) must_use;

/* --- differ.c: one person ------------------------------------------------- */

/* One person and their account, being compared. */
struct differing {
	struct planning *p;
	const struct person *person; /* NULL: the roster has none */
	const char *person_id;
	const struct account *has; /* NULL: none */
	struct desired *d;
	struct claimed claimed;
	bool renamed; /* the login is another one, by the rules */
	bool anew;    /* the account they had is gone for good */
};

/* What rules are told of an account. */
static inline void desire_account(struct desire *desire,
    const struct account *has)
{
	desire->login = text_of(has->login);
	desire->disabled_since = has->disabled;
	desire->rule = has->rule;
	desire->unwanted_since = has->unwanted;
}

/* What is to be done so that the person has what rules say; `has` is NULL: no
 * account yet. */
bool differ_person(struct planning *p, const struct person *person,
    const struct account *has, struct err *err) must_use;
/* describe.c: all of the account, as it is made. */
void describe_made(const struct differing *x, struct buf *out);
/* extra.c: adds what rules say elsewhere to the attributes that are wanted. */
bool extra_wanted(struct differing *x, struct err *err) must_use;
/* groups.c: the groups that it is to be in, and to leave. */
bool differ_groups(const struct differing *x, struct err *err) must_use;
/* Those that it is in, for the way back from its deletion; but none that nobody
 * may touch. */
void groups_describe(const struct differing *x, struct buf *out);
/* In words, where they are in life. */
const char *life_of(const struct differing *x);
/* An account whose person is not in the roster any more. */
bool differ_left(struct planning *p, const struct account *has,
    struct err *err) must_use;

/* --- note.c: what a plan finds out, for the ledger ------------------------ */

/* Which rule wants the account, or since when none does; and so when it is to
 * be deleted. */
bool note_account(const struct differing *x, struct err *err) must_use;
bool notes_write(struct planning *p, struct err *err) must_use;

/* --- changes.c: actions as changes of the directory ----------------------- */

/* An action that this hand has taken. */
struct taken {
	int64_t number;
	enum action_kind kind;
	const char *person, *anchor, *login;
	const char *group;  /* its anchor; NULL: it is not there */
	const char *target; /* its address */
	const char *subject;
	const json_t *before, *after;
	int attempts;
	bool sent;                /* before, and nobody knows what came of it */
	const char *name, *place; /* of the account, as it is; NULL: none yet */
	const char *address;      /* where it will be; "" */
	const char *password;
	const char *found; /* it was made before: its anchor; or NULL */
	bool settled;      /* it has its outcome */
	struct directory_outcome outcome;
};

/* False: it can't be done, and `words` says why. Texts are the arena's. */
bool change_of(const struct target *target, struct arena *arena,
    const struct taken *taken, struct directory_change *out,
    const char **words);

/* --- settle.c: what came of actions, in the ledger ------------------------ */

struct hand {
	const struct target *target;
	const char *plan;
	struct db *db;
	struct directory *dir;
	struct provision_book book; /* its own: rules are one thread's */
	struct arena *life;         /* of the hand's */
	struct arena *arena;        /* a turn's */
	char id[24];                /* the session */
	int64_t done, failed, lost;
	bool alone; /* members go one by one */
};

/* All in one transaction. */
bool settle(struct hand *hand, struct taken *taken, int count,
    struct err *err) must_use;

/* --- first.c -------------------------------------------------------------- */

/* For accounts that are to be made now: first passwords, which are kept before
 * the directory hears of them; those of an attempt before, if there was one. Of
 * whom none can be made is settled. */
bool first_passwords(struct hand *hand, struct taken *taken, int count,
    struct err *err) must_use;
/* They are carried out: our copies go, and what was kept for accounts that
 * were refused. */
bool first_forget(struct hand *hand, const struct taken *taken, int count,
    struct err *err) must_use;

/* Nothing was begun: they wait, as they were before. */
bool settle_back(struct hand *hand, const struct taken *taken, int count,
    struct err *err) must_use;

/* --- hand.c --------------------------------------------------------------- */

/* Takes some actions that are to be done and does them; *did: how many. */
bool hand_turn(struct hand *hand, int *did, struct err *err) must_use;

/* --- run.c ---------------------------------------------------------------- */

struct provision_wanted;
struct provision_run;

/* The target of what is wanted, of which all but its state is set. */
bool run_begin(struct target *target, struct db *db, struct arena *arena,
    const struct provision_wanted *wanted, struct err *err) must_use;
/* Reads the directory and makes a plan. */
bool run_plan(struct target *target, struct db *db,
    const struct provision_wanted *wanted, const struct plan_wanted *plan,
    struct provision_run *out, struct err *err) must_use;

/* --- apply.c -------------------------------------------------------------- */

struct applied {
	int64_t done, failed;
	int64_t lost; /* that failed since they would not be restored */
};

/* Carries out a plan that is ready, approved, or was begun; may run in several
 * processes at once. */
bool plan_apply(struct target *target, struct db *db, int64_t plan,
    struct applied *out, struct err *err) must_use;

#endif
