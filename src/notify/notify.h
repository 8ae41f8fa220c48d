/*
 * Inside notify: how a message is written down, and how it goes out.
 */
#ifndef HOMEROOM_NOTIFY_PRIVATE_H
#define HOMEROOM_NOTIFY_PRIVATE_H

#include "homeroom/notify.h"
#include "homeroom/remote.h"

#include <stdatomic.h>

/* A message and how often it was tried. */
struct message {
	int64_t id; /* 0: a test */
	int attempts;
	int64_t made;
	const char *recipient; /* NULL: those whom settings name */
	struct notice notice;
	const struct telling *telling;
};

/* Where messages go. Texts are borrowed. */
struct mailing {
	const char *server, *from;
	const char *to[REMOTE_RECIPIENTS_MAX];
	int to_count;
	bool plain;
	struct remote_account account;
};

struct hook {
	const char *url, *secret;
	struct remote_account account;
};

/* mail.c. *note: what people should know though it was sent; or NULL. */
bool mail_send(struct arena *arena, const struct mailing *mailing,
    const struct message *message, const char **note, struct err *err) must_use;
/* hook.c */
bool hook_send(struct arena *arena, const struct hook *hook,
    const struct message *message, struct err *err) must_use;

#endif
