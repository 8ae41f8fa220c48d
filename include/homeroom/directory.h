/*
 * directory: systems with accounts (Active Directory, files for others …),
 * behind one interface: observe, and act. Knows nothing of Postgres, of
 * persons or of rules.
 *
 * Every call may block, for as long as the settings allow. A struct directory
 * belongs to one thread at a time; several of the same directory may be open.
 * All text is UTF-8; all times are milliseconds since 1970 (UTC).
 *
 * Nothing here logs. Errors and outcomes hold the directory's own words, which
 * may name an account: they are for the district's staff, not for the log.
 */
#ifndef HOMEROOM_DIRECTORY_H
#define HOMEROOM_DIRECTORY_H

#include "homeroom/base.h"

#include <stdatomic.h>

/* --- kinds of directories --------------------------------------------------
 */

enum directory_can {
	DIRECTORY_CAN_PLACES = 1,   /* has containers; else places are "" */
	DIRECTORY_CAN_CHANGES = 2,  /* reads what changed since a cookie */
	DIRECTORY_CAN_RESTORE = 4,  /* what was deleted comes back, whole */
	DIRECTORY_CAN_GROUPS = 8,   /* has groups */
	DIRECTORY_CAN_PASSWORD = 16 /* takes passwords */
};

/* What two values may differ in and still be the same name there. */
enum directory_fold {
	DIRECTORY_FOLD_CASE = 1,
	DIRECTORY_FOLD_ACCENTS = 2,
	DIRECTORY_FOLD_WIDTH = 4 /* half and full width, kana */
};

/* What a value of an attribute may be; "name" is the name in its place. */
struct directory_limit {
	const char *attribute;
	int most;           /* characters */
	const char *banned; /* characters that may not be in it; NULL: none */
	bool unique;        /* in the whole directory; "name": in its place */
	bool many;          /* holds several values */
};

/* A setting that a kind of directory understands. */
struct directory_setting {
	const char *name;
	const char *fallback; /* NULL: none */
	bool need;
	bool many;   /* may be given several times */
	bool secret; /* never shown */
	const char *meaning;
};

struct directory_type {
	const char *name;  /* "ad" */
	const char *title; /* "Active Directory" */
	const char *login; /* the attribute people sign in by */
	unsigned can;      /* of DIRECTORY_CAN_* */
	unsigned fold;     /* of DIRECTORY_FOLD_* */
	int batch;         /* changes that directory_act takes at a time best */
	int settle_ms;     /* until a read surely sees a write; 0: at once */
	const struct directory_setting *settings; /* ends with a NULL name */
	const struct directory_limit *limits;     /* ends with a NULL one */
};

/* NULL: there is no such kind. */
const struct directory_type *directory_type(const char *name);

/* --- opening ---------------------------------------------------------------
 */

struct directory;

struct directory_open {
	const struct directory_type *type;
	/* Name and value, secrets among them as they are; a name that may be
	 * given several times stands there several times. Copied. */
	const struct param *settings;
	int setting_count;
	const atomic_bool *stop; /* set: calls give up soon; or NULL */
};

/* Whether the settings make sense, without asking anybody: FAULT_INVALID with
 * the setting's name first. */
bool directory_check(const struct directory_open *open,
    struct err *err) must_use;
/* Checks, and connects to nobody yet: the first call that needs to does. */
bool directory_open(struct directory **out, const struct directory_open *open,
    struct err *err) must_use;
void directory_close(struct directory *dir); /* NULL is fine */

/*
 * Faults of all that follows:
 *   UNAVAILABLE   nobody answers, or it took too long: later again
 *   FORBIDDEN     it does not let us in, or is not who it should be: never
 *                 again before a person has looked (accounts lock)
 *   INVALID       the settings don't fit the directory
 *   GONE          (directory_read) the cookie is of no use: read all
 */

struct directory_about {
	const char *server;   /* who answered */
	const char *root;     /* the place of all places */
	const char *software; /* what it says it is; "" if it doesn't */
	unsigned can;         /* of DIRECTORY_CAN_*, there and now */
	const char *note;     /* what a person should know; "" if nothing */
};

/* Connects, and looks around. The arena's. */
bool directory_look(struct directory *dir, struct arena *arena,
    struct directory_about *out, struct err *err) must_use;

/* --- observing -------------------------------------------------------------
 */

enum directory_kind {
	DIRECTORY_ACCOUNT,
	DIRECTORY_GROUP,
	DIRECTORY_CONTAINER,
	DIRECTORY_KIND_COUNT
};

extern const char *const directory_kinds[DIRECTORY_KIND_COUNT];

/* An attribute that is there has a value. Times are ISO 8601 in UTC, truth is
 * "true" or "false", bytes are base64. */
struct directory_attribute {
	const char *name;
	const char *const *values;
	int count;
};

/*
 * What stands in a directory, always whole: an attribute that is not there has
 * no value. Attributes are those of the settings and what a kind always reads;
 * what the fields hold is not among them.
 */
struct directory_entry {
	enum directory_kind kind;
	const char *anchor;  /* its id there: stays, whatever else changes */
	const char *name;    /* its name in its place */
	const char *place;   /* the address of what it is in */
	const char *address; /* place and name, in the directory's words:
				changes when it moves */
	bool enabled;        /* accounts */
	/* Deleted, or out of our sight: only anchor (and what else is known)
	 * is to be relied on. */
	bool gone;
	bool restorable;    /* gone, and DIRECTORY_RESTORE may bring it back */
	bool shielded;      /* the directory itself protects it: an
			       administrator, or marked against deletion */
	int64_t gone_since; /* 0: not known */
	int64_t last_logon; /* accounts; 0: never, or not known */
	const struct directory_attribute *attributes;
	int attribute_count;
	/* Groups: anchors of the direct members, accounts and groups. NULL
	 * when not known. */
	const char *const *members;
	int member_count;
};

/* The entry is borrowed for the call. False ends the reading. */
typedef bool directory_each(void *context, const struct directory_entry *entry,
    struct err *err);

struct directory_reading {
	/* For the next one; the arena's. NULL: always read all. */
	const char *cookie;
	/* Every entry was read: what was not is gone. */
	bool whole;
	/* Not whole: those that went came too. False: read all from time to
	 * time. */
	bool saw_gone;
	int64_t count;
};

struct directory_since {
	const char *cookie; /* what changed since; NULL: all there is */
	directory_each *each;
	void *context;
};

/* Containers come in any order with the others; the same entry may come twice,
 * the later one holds. */
bool directory_read(struct directory *dir, struct arena *arena,
    const struct directory_since *since, struct directory_reading *out,
    struct err *err) must_use;

/* By anchor (attribute NULL: gone ones too), or by the value of an attribute
 * ("" is the address). */
struct directory_key {
	const char *attribute;
	const char *value;
};

struct directory_found {
	const struct directory_entry *entries;
	int count;
};

/* Asks for many at a time: out[i] for keys[i]; the arena's. */
bool directory_find(struct directory *dir, struct arena *arena,
    const struct directory_key *keys, int count, struct directory_found *out,
    struct err *err) must_use;

/* --- acting ----------------------------------------------------------------
 */

/* And what each needs, beside the anchor. */
enum directory_verb {
	DIRECTORY_CREATE, /* no anchor; name, place, edits … */
	DIRECTORY_UPDATE, /* edits */
	DIRECTORY_MOVE,   /* place */
	DIRECTORY_RENAME, /* name */
	DIRECTORY_ENABLE,
	DIRECTORY_DISABLE,
	DIRECTORY_DELETE,         /* of a container: if it is empty */
	DIRECTORY_RESTORE,        /* name, place, edits: what it had */
	DIRECTORY_ADD_MEMBERS,    /* members */
	DIRECTORY_REMOVE_MEMBERS, /* members */
	DIRECTORY_SET_PASSWORD,   /* password */
	DIRECTORY_VERB_COUNT
};

/*
 * An attribute before and after; of one with many values only what differs is
 * touched, so what others put there meanwhile stays. No values after: it is
 * taken away. Values are as in struct directory_attribute.
 */
struct directory_edit {
	const char *name;
	const char *const *before;
	const char *const *after;
	int before_count, after_count;
};

struct directory_change {
	enum directory_verb verb;
	enum directory_kind kind;
	const char *anchor;
	const char *name;
	const char *place; /* RESTORE: NULL is where it was */
	const struct directory_edit *edits;
	int edit_count;
	bool enabled;               /* CREATE, RESTORE of an account */
	const char *password;       /* CREATE (or NULL), SET_PASSWORD */
	bool change_password;       /* at the next logon */
	const char *const *members; /* anchors */
	int member_count;
};

enum directory_result {
	DIRECTORY_DONE,
	DIRECTORY_ALREADY, /* it was so before */
	DIRECTORY_PENDING, /* it is being done: look later */
	DIRECTORY_REFUSED, /* it stays refused until something else changes */
	DIRECTORY_AGAIN,   /* not done: again, after again_ms */
	/* It may have been done, or be done yet: directory_find by anchor or
	 * by a unique attribute before it is repeated. */
	DIRECTORY_UNKNOWN,
	DIRECTORY_RESULT_COUNT
};

extern const char *const directory_results[DIRECTORY_RESULT_COUNT];

/* What a refusal means to whoever planned. */
enum directory_reason {
	DIRECTORY_NO_REASON,
	DIRECTORY_TAKEN,        /* the name, login or address: another one */
	DIRECTORY_NO_PLACE,     /* the container is not there */
	DIRECTORY_NO_ENTRY,     /* what was to be changed is not there */
	DIRECTORY_NO_MEMBER,    /* one of the members is not there */
	DIRECTORY_NOT_EMPTY,    /* a container with something in it */
	DIRECTORY_BAD_VALUE,    /* too long, a character, no such attribute */
	DIRECTORY_BAD_PASSWORD, /* another one may do */
	DIRECTORY_CHANGED,      /* it is not what it was when it was read */
	DIRECTORY_NOT_ALLOWED,  /* our account may not, or it is shielded */
	DIRECTORY_CANNOT,       /* this directory can't do that */
	DIRECTORY_REASON_COUNT
};

extern const char *const directory_reasons[DIRECTORY_REASON_COUNT];

/* Texts are the arena's, never NULL. */
struct directory_outcome {
	enum directory_result result;
	enum directory_reason reason;
	const char *anchor; /* of what was made or changed; "" if not known */
	const char *code;   /* the directory's, short: "68 00000524" */
	const char *words;  /* the directory's own */
	const char *why;    /* in plain words: what happened and what to do */
	int64_t again_ms;   /* AGAIN, PENDING: not before */
};

/*
 * Carries the changes out, many at once and in any order, but those of one
 * anchor in theirs: what else depends on another belongs to a later call. Each
 * has its outcome. False: nothing was begun (and outcomes hold nothing). A
 * container is made with those that it lies in; members are added and taken in
 * requests of a fitting size. Passwords go nowhere but to the directory, over
 * what is encrypted only, and our copies are wiped.
 */
bool directory_act(struct directory *dir, struct arena *arena,
    const struct directory_change *changes, int count,
    struct directory_outcome *outcomes, struct err *err) must_use;

/* The place that lies `name` deep in `place`, in the directory's words (for a
 * container that a change of the same plan makes). The arena's. */
const char *directory_address(const struct directory_type *type,
    struct arena *arena, const char *place, const char *name,
    enum directory_kind kind);

#endif
