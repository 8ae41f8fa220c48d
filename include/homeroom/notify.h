/*
 * notify: telling people what happened, by mail and by webhook.
 *
 * What happened is in homeroom.event (by homeroom.put_event). A job of each
 * notification tells of all that has gathered, in one message for each whom
 * it concerns; one that can't be sent is tried again, later each time, and
 * given up in the end.
 */
#ifndef HOMEROOM_NOTIFY_H
#define HOMEROOM_NOTIFY_H

#include "homeroom/base.h"
#include "homeroom/store.h"

/* --- texts -----------------------------------------------------------------
 */

/* An event as a message tells of it. */
struct told {
	const char *kind;
	const char *subject;
	int64_t at;
	const struct param *data;
	int data_count;
};

/* What a message tells. */
struct telling {
	const char *district, *notification;
	const struct told *events; /* the first of them */
	int count;
	int64_t total;
};

/*
 * A template is text with {district}, {notification}, {count} and {summary};
 * between {each} and {end}, once for each event, with {event}, {title},
 * {subject}, {at} and the names of its data. {{ is a brace. What is filled in
 * holds no control characters. FAULT_INVALID: it can't be understood.
 */
bool template_check(const char *text, struct err *err) must_use;
/* Whether it asks for a name; of a template that was checked. */
bool template_asks(const char *text, const char *name);
void template_render(struct buf *out, const char *text,
    const struct telling *telling);

/* Whether it is someone@example.org, and nothing else. */
bool address_valid(const char *address) must_use;
/* Whether it is one, or makes one of a person: {teachers},
 * office-{school.identifier}@example.org. FAULT_INVALID: neither. */
bool recipient_check(const char *text, struct err *err) must_use;

/* --- messages --------------------------------------------------------------
 */

/* A message as the notification's templates make it; the arena's. */
struct notice {
	const char *to; /* NULL: it depends on the person */
	const char *subject, *body;
};

struct notice_wanted {
	int64_t district;
	const char *name;   /* of the notification */
	const char *person; /* whom the examples are about; or NULL */
	const char *to;     /* who gets them instead; NULL: as settings say */
};

/* What a notification would send of examples of its events. */
bool notify_preview(struct db *db, struct arena *arena,
    const struct notice_wanted *wanted, struct notice *out,
    struct err *err) must_use;
/* Sends that. */
bool notify_test(struct db *db, struct arena *arena,
    const struct notice_wanted *wanted, struct err *err) must_use;
/* Takes up what was given up. *count: messages. */
bool notify_retry(struct db *db, struct arena *arena, int64_t district,
    const char *name, int64_t *count, struct err *err) must_use;
/* Forgets what was sent or given up before; wakes what has something to tell
 * and no job. */
bool notify_tidy(struct db *db, struct arena *arena, int64_t before,
    struct err *err) must_use;
/* The job of the kind "notify" whose subject is the notification's name. */
bool notify_run(struct job *job, struct arena *arena, const char *url,
    struct err *err) must_use;

#endif
