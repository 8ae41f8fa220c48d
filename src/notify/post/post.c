/* Messages of a notification: gathered from events, sent, tried again. */
#include "post.h"

#include <string.h>

#define ATTEMPTS_MAX 10
/* After so many failures, one after the other, the rest wait: the server is
 * likely to be down. */
#define FAILURES_MAX 3

/* --- the job -------------------------------------------------------------- */

static bool gather(const struct post *post, struct err *err)
{
	char now[CLOCK_TEXT];
	const struct values values = { 2, { post->id, now } };

	clock_format(now, clock_now());
	return db_ask(post->db, post->arena, STATEMENT_message_gather, &values,
	    NULL, err);
}

static bool note_outcome(const struct post *post, int64_t message,
    const char *state, const char *reason, struct err *err)
{
	char now[CLOCK_TEXT];
	const struct values values = { 4,
		{ arena_number(post->arena, message), state, reason, now } };

	clock_format(now, clock_now());
	return db_ask(post->db, post->arena, STATEMENT_message_note, &values,
	    NULL, err);
}

static bool deliver(const struct post *post, struct message *message,
    struct telling *telling, const char **note, struct err *err)
{
	bool passwords = post_asks_passwords(post), done;

	if (passwords && !post_open_passwords(post, message, telling, err))
		return false;
	post_write(post, message, telling);
	done = post_send(post, message, note, err);
	if (passwords)
		explicit_bzero(not_const(message->notice.body),
		    strlen(message->notice.body));
	return done;
}

static bool note_sent(const struct post *post, const struct message *message,
    const struct telling *telling, const char *note, struct err *err)
{
	return (!post_asks_passwords(post) ||
		   post_passwords_sent(post, message, telling, err)) &&
	       note_outcome(post, message->id, "sent", note, err);
}

/* One message. *failed, when it is to be tried again; what can't be sent ever
 * is given up, and stands in the list. */
static bool post_one(const struct post *post, struct message *message,
    struct err *failed, struct err *err)
{
	struct telling *telling = arena_alloc(post->arena, sizeof(*telling));
	struct err why = { 0 };
	const char *note;
	bool later;

	*failed = why;
	if (!post_read_events(post, message->id, telling, err))
		return false;
	if (deliver(post, message, telling, &note, &why))
		return note_sent(post, message, telling, note, err);
	*failed = why;
	if (post->stop != NULL && atomic_load(post->stop))
		return true;
	later = fault_rules[why.fault].retry &&
		message->attempts + 1 < ATTEMPTS_MAX;
	return note_outcome(post, message->id, later ? "waiting" : "failed",
	    why.text, err);
}

/* *failed: the latest failure. */
static bool post_all(const struct post *post, int *sent, struct err *failed,
    struct err *err)
{
	const struct values values = { 1, { post->id } };
	const struct rows *rows;
	int failures = 0;

	if (!db_ask(post->db, post->arena, STATEMENT_message_open, &values,
		&rows, err))
		return false;
	for (int i = 0; i < rows_count(rows) && failures < FAILURES_MAX; i++) {
		struct message message = { .id = rows_integer(rows, i, 0),
			.attempts = (int)rows_integer(rows, i, 1),
			.made = rows_integer(rows, i, 2),
			.recipient = rows_get(rows, i, 3) };
		struct err why;

		if (!post_one(post, &message, &why, err))
			return false;
		failures = why.fault == FAULT_NONE ? 0 : failures + 1;
		*sent += why.fault == FAULT_NONE;
		if (why.fault != FAULT_NONE)
			*failed = why;
	}
	return true;
}

bool notify_run(struct job *job, struct arena *arena, const char *url,
    struct err *err)
{
	struct post post = { .arena = arena,
		.district = job->district,
		.name = job->subject,
		.stop = job->stop };
	struct err failed = { 0 };
	int sent = 0;
	bool done = db_open(&post.db, url, DB_INGEST, err) &&
		    post_open(&post, err) && gather(&post, err) &&
		    post_all(&post, &sent, &failed, err);

	db_close(post.db);
	if (!done)
		return false;
	job->detail =
	    arena_printf(arena, "%d message%s", sent, sent == 1 ? "" : "s");
	return failed.fault == FAULT_NONE ||
	       fail(err, failed.fault, "%s", failed.text);
}
