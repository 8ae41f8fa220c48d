/* Messages of a notification: gathered from events, sent, tried again. */
#include "../notify.h"
#include "homeroom/publish.h"

#include <inttypes.h>
#include <string.h>

#include <jansson.h>

/* A message tells of so many events one by one. */
#define EVENTS_MAX 100
#define ATTEMPTS_MAX 10

#define SUBJECT "Homeroom, {district}: {summary}"
#define BODY                                                                   \
	"{each}\n{at}  {title}: {subject}\n    {reason}\n{end}\n"              \
	"\nHomeroom's notification {notification}, district {district}\n"

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

/* --- settings ----------------------------------------------------------------
 */

static const char *says(const struct post *post, const char *part,
    const char *key)
{
	return json_string_value(
	    json_object_get(json_object_get(post->settings, part), key));
}

static void free_object(void *object)
{
	json_decref(object);
}

static bool open_post(struct post *post, struct err *err)
{
	const struct values values = { 2,
		{ arena_printf(post->arena, "%" PRId64, post->district),
		    post->name } };
	const struct rows *rows;
	json_t *said;

	if (!db_ask(post->db, post->arena, STATEMENT_notification_find, &values,
		&rows, err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_NOT_FOUND,
		    "there is no notification '%s': `homeroom get "
		    "notification` lists those that there are",
		    post->name);
	said = json_loads(rows_get(rows, 0, 1), 0, NULL);
	arena_defer(post->arena, free_object, said);
	post->id = rows_get(rows, 0, 0);
	post->settings = said;
	post->district_name = rows_get(rows, 0, 2);
	return true;
}

/* "mail.password", or what the file that settings name holds. */
static bool read_secret(const struct post *post, const char *part,
    const char *key, const char **out, struct err *err)
{
	const struct setting_which which = { post->district, "notification",
		post->name, NULL };
	const char *file =
	    says(post, part, arena_printf(post->arena, "%sFile", key));

	if (file != NULL)
		return secret_read(post->arena, file, out, err);
	return setting_secret(post->db, post->arena, &which,
	    arena_printf(post->arena, "%s.%s", part, key), out, err);
}

/* --- sending -----------------------------------------------------------------
 */

static bool send_mail(const struct post *post, const struct message *message,
    const char **note, struct err *err)
{
	const json_t *to =
	    json_object_get(json_object_get(post->settings, "mail"), "to");
	const char *tls = says(post, "mail", "tls");
	struct mailing *mailing = arena_alloc(post->arena, sizeof(*mailing));

	mailing->server = says(post, "mail", "server");
	mailing->from = says(post, "mail", "from");
	mailing->plain = tls != NULL && strcmp(tls, "none") == 0;
	mailing->account =
	    (struct remote_account){ .user = says(post, "mail", "user"),
		    .authorities = says(post, "mail", "authorities"),
		    .stop = post->stop };
	for (size_t i = 0; i < json_array_size(to) && i < REMOTE_RECIPIENTS_MAX;
	     i++)
		mailing->to[mailing->to_count++] =
		    json_string_value(json_array_get(to, i));
	return read_secret(post, "mail", "password", &mailing->account.password,
		   err) &&
	       mail_send(post->arena, mailing, message, note, err);
}

static bool send_hook(const struct post *post, const struct message *message,
    struct err *err)
{
	struct hook hook = { .url = says(post, "webhook", "url"),
		.account = { .authorities =
				 says(post, "webhook", "authorities"),
		    .plain = true,
		    .stop = post->stop } };

	if (!read_secret(post, "webhook", "secret", &hook.secret, err))
		return false;
	if (hook.secret == NULL)
		return fail(err, FAULT_INVALID,
		    "the notification '%s' has no `webhook.secret` to sign "
		    "with",
		    post->name);
	return hook_send(post->arena, &hook, message, err);
}

static const char *make_text(const struct post *post, const char *key,
    const char *otherwise, const struct telling *telling)
{
	const char *template = says(post, "template", key);
	struct buf out = { 0 };
	const char *text;

	template_render(&out, template != NULL ? template : otherwise, telling);
	text = arena_textn(post->arena, out.data, out.len);
	buf_free(&out);
	return text;
}

static void write_message(const struct post *post, struct message *message,
    const struct telling *telling)
{
	message->telling = telling;
	message->notice =
	    (struct notice){ make_text(post, "subject", SUBJECT, telling),
		    make_text(post, "body", BODY, telling) };
}

static bool send(const struct post *post, const struct message *message,
    const char **note, struct err *err)
{
	*note = NULL;
	if (json_object_get(post->settings, "mail") != NULL)
		return send_mail(post, message, note, err);
	return send_hook(post, message, err);
}

/* --- what a message tells ----------------------------------------------------
 */

static void read_data(struct arena *arena, const char *text, struct told *event)
{
	json_t *data = json_loads(text, 0, NULL);
	struct param *list =
	    arena_alloc(arena, (json_object_size(data) + 1) * sizeof(*list));
	const char *name;
	json_t *value;

	json_object_foreach(data, name, value) if (json_is_string(value))
	    list[event->data_count++] = (struct param){ arena_text(arena, name),
		    arena_text(arena, json_string_value(value)) };
	event->data = list;
	json_decref(data);
}

static bool read_events(const struct post *post, int64_t message,
    struct telling *out, struct err *err)
{
	struct arena *arena = post->arena;
	const struct values values = { 2,
		{ arena_printf(arena, "%" PRId64, message),
		    arena_printf(arena, "%d", EVENTS_MAX) } };
	const struct rows *rows;
	struct told *events;

	if (!db_ask(post->db, arena, STATEMENT_message_events, &values, &rows,
		err))
		return false;
	events = arena_alloc(arena,
	    ((size_t)rows_count(rows) + 1) * sizeof(*events));
	for (int i = 0; i < rows_count(rows); i++) {
		events[i] = (struct told){ .kind = rows_get(rows, i, 0),
			.subject = rows_get(rows, i, 1),
			.at = rows_integer(rows, i, 3) };
		read_data(arena, rows_get(rows, i, 2), &events[i]);
		out->total = rows_integer(rows, i, 4);
	}
	out->district = post->district_name;
	out->notification = post->name;
	out->events = events;
	out->count = rows_count(rows);
	return true;
}

/* --- the job -----------------------------------------------------------------
 */

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
		{ arena_printf(post->arena, "%" PRId64, message), state, reason,
		    now } };

	clock_format(now, clock_now());
	return db_ask(post->db, post->arena, STATEMENT_message_note, &values,
	    NULL, err);
}

/* One message. *failed, when it is to be tried again; what can't be sent ever
 * is given up, and stands in the list. */
static bool post_one(const struct post *post, struct message *message,
    struct err *failed, struct err *err)
{
	struct telling *telling = arena_alloc(post->arena, sizeof(*telling));
	struct err why = { 0 };
	const char *note;
	bool stopped, later;

	if (!read_events(post, message->id, telling, err))
		return false;
	write_message(post, message, telling);
	if (send(post, message, &note, &why))
		return note_outcome(post, message->id, "sent", note, err);
	*failed = why;
	stopped = post->stop != NULL && atomic_load(post->stop);
	if (stopped)
		return true;
	later = fault_rules[why.fault].retry &&
		message->attempts + 1 < ATTEMPTS_MAX;
	return note_outcome(post, message->id, later ? "waiting" : "failed",
	    why.text, err);
}

static bool post_all(const struct post *post, int *sent, struct err *failed,
    struct err *err)
{
	const struct values values = { 1, { post->id } };
	const struct rows *rows;

	if (!db_ask(post->db, post->arena, STATEMENT_message_open, &values,
		&rows, err))
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		struct message message = { .id = rows_integer(rows, i, 0),
			.attempts = (int)rows_integer(rows, i, 1),
			.made = rows_integer(rows, i, 2) };

		if (!post_one(post, &message, failed, err))
			return false;
		*sent = i + 1;
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
		    open_post(&post, err) && gather(&post, err) &&
		    post_all(&post, &sent, &failed, err);

	db_close(post.db);
	if (!done)
		return false;
	job->detail =
	    arena_printf(arena, "%d message%s", sent, sent == 1 ? "" : "s");
	return failed.fault == FAULT_NONE ||
	       fail(err, failed.fault, "%s", failed.text);
}

/* --- by hand -----------------------------------------------------------------
 */

/* One of each kind that it tells of. */
static void make_examples(const struct post *post, struct telling *out)
{
	static const struct param data[] = {
		{ "reason", "this is an example" },
		{ "attempts", "10" },
		{ "more", "it is given up" },
		{ "import", "1" },
	};
	const json_t *kinds = json_object_get(post->settings, "events");
	struct told *events = arena_alloc(post->arena,
	    (json_array_size(kinds) + 1) * sizeof(*events));

	for (size_t i = 0; i < json_array_size(kinds); i++)
		events[i] = (struct told){ .kind = json_string_value(
					       json_array_get(kinds, i)),
			.subject = "example",
			.at = clock_now(),
			.data = data,
			.data_count = array_length(data) };
	*out = (struct telling){ .district = post->district_name,
		.notification = post->name,
		.events = events,
		.count = (int)json_array_size(kinds),
		.total = (int64_t)json_array_size(kinds) };
}

bool notify_preview(struct db *db, struct arena *arena, int64_t district,
    const char *name, struct notice *out, struct err *err)
{
	struct post post = { db, arena, district, NULL, name, NULL, NULL,
		NULL };
	struct message message = { 0 };
	struct telling telling;

	if (!open_post(&post, err))
		return false;
	make_examples(&post, &telling);
	write_message(&post, &message, &telling);
	*out = message.notice;
	return true;
}

bool notify_test(struct db *db, struct arena *arena, int64_t district,
    const char *name, struct err *err)
{
	struct post post = { db, arena, district, NULL, name, NULL, NULL,
		NULL };
	struct message message = { .made = clock_now() };
	struct telling telling;
	const char *note;

	if (!open_post(&post, err))
		return false;
	make_examples(&post, &telling);
	write_message(&post, &message, &telling);
	return send(&post, &message, &note, err) &&
	       (note == NULL || fail(err, FAULT_REFUSED, "%s", note));
}

bool notify_retry(struct db *db, struct arena *arena, int64_t district,
    const char *name, int64_t *count, struct err *err)
{
	const struct values values = { 2,
		{ arena_printf(arena, "%" PRId64, district), name } };
	const struct job job = { .district = district,
		.kind = "notify",
		.subject = name };
	const struct rows *rows;

	if (!db_ask(db, arena, STATEMENT_message_retry, &values, &rows, err))
		return false;
	*count = rows_affected(rows);
	return *count == 0 || job_add(db, &job, clock_now(), err);
}

bool notify_tidy(struct db *db, struct arena *arena, int64_t before,
    struct err *err)
{
	char when[CLOCK_TEXT], now[CLOCK_TEXT];
	const struct values values = { 1, { when } };

	clock_format(when, before);
	clock_format(now, clock_now());
	return db_ask(db, arena, STATEMENT_notification_purge, &values, NULL,
		   err) &&
	       db_ask(db, arena, STATEMENT_notification_wake,
		   &(struct values){ 1, { now } }, NULL, err);
}
