/*
 * Inside notify/post: a notification, its messages and their way out.
 */
#ifndef HOMEROOM_NOTIFY_POST_H
#define HOMEROOM_NOTIFY_POST_H

#include "../notify.h"
#include "homeroom/store.h"

#include <jansson.h>

struct post {
	struct db *db;
	struct arena *arena;
	int64_t district;
	const char *id;
	const char *name;
	const char *district_name;
	const json_t *settings;
	const atomic_bool *stop;
};

/* --- send.c --------------------------------------------------------------- */

/* Fills in the rest of what has db, arena, district and name. */
bool post_open(struct post *post, struct err *err) must_use;
/* A text of settings: "mail", "server"; or NULL. */
const char *post_says(const struct post *post, const char *part,
    const char *key);
/* *note: what people should know though it was sent; or NULL. */
bool post_send(const struct post *post, const struct message *message,
    const char **note, struct err *err) must_use;

/* --- write.c -------------------------------------------------------------- */

/* The first events of a message; where it holds passwords, all. */
bool post_read_events(const struct post *post, int64_t message,
    struct telling *out, struct err *err) must_use;
/* JSON as an event's data. */
void post_read_data(struct arena *arena, const char *text, struct told *event);
void post_write(const struct post *post, struct message *message,
    const struct telling *telling);

/* Whether its messages hold first passwords. */
bool post_asks_passwords(const struct post *post);
/* Opens those that a message is about, for its recipient; it is in the audit.
 * They wait until they are sent. */
bool post_open_passwords(const struct post *post, const struct message *message,
    struct telling *telling, struct err *err) must_use;
bool post_passwords_sent(const struct post *post, const struct message *message,
    const struct telling *telling, struct err *err) must_use;

#endif
