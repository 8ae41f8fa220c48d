/*
 * Inside publish: settings, checked and made so.
 */
#ifndef HOMEROOM_PUBLISH_SETTINGS_H
#define HOMEROOM_PUBLISH_SETTINGS_H

#include "../publish.h"

/* --- keys.c: settings, checked -------------------------------------------- */

struct node; /* of tree/tree.h */

/* Says in which line of the file what is wrong. */
bool settings_check(const char *file, const struct node *map,
    struct err *err) must_use;

/* fields.c: the same of the fields of a grant, and whether what it says goes
 * together. */
bool settings_check_fields(const char *file, const struct node *node,
    struct err *err) must_use;
bool settings_check_sense(const char *file, const struct node *map,
    struct err *err) must_use;

/* network.c: an address, or a network: "192.0.2.0/24". */
bool settings_is_network(const char *text);

/* limits.c: the same of limits, and of windows in which there are others. */
bool settings_check_limits(const char *file, const struct node *map,
    struct err *err) must_use;
bool settings_check_windows(const char *file, const struct node *map,
    struct err *err) must_use;

/* severities.c: the same of checks of the roster. */
bool settings_check_severities(const char *file, const struct node *map,
    struct err *err) must_use;

/* people.c: the same of a district's rule of matching, and of the orders of
 * its sources. */
bool settings_check_rule(const char *file, const struct node *rule,
    struct err *err) must_use;
bool settings_check_orders(const char *file, const struct node *fields,
    struct err *err) must_use;

/* sources.c: the same of what sources are told. */
bool settings_check_source(const char *file, const char *path,
    const struct node *node, struct err *err) must_use;

/* provisioning.c: the same of parts of rules and directories: as a whole, each
 * of a list, each of a mapping. */
bool settings_check_whole(const char *file, const char *path,
    const struct node *node, struct err *err) must_use;
bool settings_check_each(const char *file, const char *path,
    const struct node *node, struct err *err) must_use;
bool settings_check_named(const char *file, const char *path,
    const struct node *node, struct err *err) must_use;
bool settings_check_thresholds(const char *file, const struct node *node,
    struct err *err) must_use;
/* words.c: an address of this scheme, without user and password; a date; a time
 * of the day, "05:30"; two of these, "22:00-05:30". */
bool settings_is_place(const char *text, const char *scheme);
bool settings_is_date(const char *text);
bool settings_is_clock(const char *text);
bool settings_is_hours(const char *text);

/* notification.c: the same of what is sent where. */
bool settings_check_notice(const char *file, const char *path,
    const struct node *node, struct err *err) must_use;

/* apply.c: YAML as JSON, the arena's. `name` is what its faults are told of. */
bool settings_json(struct arena *arena, const char *name, const char *yaml,
    const char **json, struct err *err) must_use;

/* The path of the next key that holds a secret; NULL: the first, the end. */
const char *settings_secret_after(const char *kind, const char *path);

/* --- apply.c: settings made so -------------------------------------------- */

struct document {
	const struct node *map;
	const char *kind, *name;
	struct document *next;
};

/* A grant that was written; its readers are to hear of it. */
struct granted {
	const struct document *document;
	int64_t district, grant;
	int64_t live; /* version of the district */
	const char *says, *fields;
	const char *turned;   /* entities that it shows otherwise, "{5,8}" */
	const char *unmasked; /* those that had pseudonyms until now */
	bool same;            /* as before */
	bool still;           /* it shows the same as before */
	bool fresh;           /* it shared nothing before */
	bool full;
	bool told; /* a version tells of it */
	struct granted *next;
};

/* A change under way. */
struct applying {
	struct db *db;
	struct arena *arena;
	const char *who;
	struct buf *report;
	const struct document *document;
	int64_t district;
	struct granted *granted, **granted_end;
};

/* For homeroom.setting_change; for people. */
bool applying_note(const struct applying *a, const char *before,
    const char *after, struct err *err) must_use;
void applying_tell(const struct applying *a, const char *what);
/* `by`: setting_same, or grant_shows_same. */
bool applying_same(const struct applying *a, enum statement by,
    const char *before, const char *after, bool *same,
    struct err *err) must_use;
/* sources.c: FAULT_INVALID when a source, as it was written, would wait for
 * itself. */
bool source_circle(const struct applying *a, struct err *err) must_use;
/* The same when it names a directory that is not there. */
bool source_directory(const struct applying *a, struct err *err) must_use;
/* The document; the arena's. */
const char *applying_json(const struct applying *a);
/* The schedule that this mapping, or NULL, names for jobs of a kind. */
bool applying_schedule(const struct applying *a, const char *kind,
    const struct node *map, struct err *err) must_use;
/* jwks.c: the public keys of an application. */
bool jwks_check(const char *file, const struct node *jwks,
    struct err *err) must_use;
bool pem_check(const char *file, const struct node *pem,
    struct err *err) must_use;
bool keys_apply(const struct applying *a, const char *application,
    struct err *err) must_use;
/* secrets.c: seals the secrets of the document, which has marks in
 * their places from then on; forgets those of a setting that goes. */
bool secrets_apply(struct applying *a, struct err *err) must_use;
bool secrets_forget(struct applying *a, struct err *err) must_use;
/* provisioning.c */
bool directory_apply(struct applying *a, struct err *err) must_use;
bool rule_apply(struct applying *a, struct err *err) must_use;
/* notification.c */
bool notification_apply(struct applying *a, struct err *err) must_use;
/* grant.c */
bool grant_apply(struct applying *a, struct err *err) must_use;
bool grant_withdraw(struct applying *a, struct err *err) must_use;
/* One version a district for all of them, last in the transaction. */
bool grants_publish(struct applying *a, struct err *err) must_use;

#endif
