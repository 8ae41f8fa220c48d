/* Notifications by hand: examples of what they say, sent or not; what was given
 * up, tried again. */
#include "post.h"

#include <string.h>

/* --- examples ------------------------------------------------------------- */

/* One of each kind that it tells of. */
static void make_examples(const struct post *post, const struct told *like,
    struct telling *out)
{
	const json_t *kinds = json_object_get(post->settings, "events");
	struct told *events = arena_alloc(post->arena,
	    (json_array_size(kinds) + 1) * sizeof(*events));

	for (size_t i = 0; i < json_array_size(kinds); i++) {
		events[i] = *like;
		events[i].kind = json_string_value(json_array_get(kinds, i));
		events[i].at = clock_now();
	}
	*out = (struct telling){ .district = post->district_name,
		.notification = post->name,
		.events = events,
		.count = (int)json_array_size(kinds),
		.total = (int64_t)json_array_size(kinds) };
}

/* What there is of a person counts before these. */
static void add_samples(struct arena *arena, struct told *event)
{
	static const struct param samples[] = {
		{ "reason", "this is an example" },
		{ "attempts", "10" },
		{ "more", "it is given up" },
		{ "import", "1" },
		{ "plan", "1" },
		{ "directory", "example" },
		{ "last", "2027-06-11" },
		{ "password", "Example-47-password" },
	};
	struct param *all = arena_alloc(arena,
	    ((size_t)event->data_count + array_length(samples)) * sizeof(*all));
	int count = event->data_count;

	if (count > 0)
		memcpy(all, event->data, (size_t)count * sizeof(*all));
	memcpy(all + count, samples, sizeof(samples));
	event->data = all;
	event->data_count = count + (int)array_length(samples);
}

/* Columns of queries/notification_about.sql. */
static bool ask_person(const struct post *post, const char *person,
    struct told *event, const char **to, struct err *err)
{
	char now[CLOCK_TEXT];
	const struct values values = { 3, { post->id, person, now } };
	const struct rows *rows;

	clock_format(now, clock_now());
	if (!db_ask(post->db, post->arena, STATEMENT_notification_about,
		&values, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_NOT_FOUND,
		    "there is nobody with the sourcedId '%s' in the roster",
		    person);
	post_read_data(post->arena, rows_get(rows, 0, 0), event);
	event->subject = rows_get(rows, 0, 1);
	*to = rows_get(rows, 0, 2);
	return true;
}

/* Opens the notification, and writes the examples. */
static bool prepare(struct post *post, const struct notice_wanted *wanted,
    struct message *message, struct err *err)
{
	struct telling *telling = arena_alloc(post->arena, sizeof(*telling));
	struct told like = { .subject = "example" };
	const char *to = NULL;

	if (!post_open(post, err) ||
	    (wanted->person != NULL &&
		!ask_person(post, wanted->person, &like, &to, err)))
		return false;
	add_samples(post->arena, &like);
	make_examples(post, &like, telling);
	post_write(post, message, telling);
	message->notice.to = to;
	return true;
}

bool notify_preview(struct db *db, struct arena *arena,
    const struct notice_wanted *wanted, struct notice *out, struct err *err)
{
	struct post post = { .db = db,
		.arena = arena,
		.district = wanted->district,
		.name = wanted->name };
	struct message message = { 0 };

	if (!prepare(&post, wanted, &message, err))
		return false;
	*out = message.notice;
	return true;
}

bool notify_test(struct db *db, struct arena *arena,
    const struct notice_wanted *wanted, struct err *err)
{
	struct post post = { .db = db,
		.arena = arena,
		.district = wanted->district,
		.name = wanted->name };
	struct message message = { .made = clock_now(),
		.recipient = wanted->to };
	const char *note;

	if (wanted->to != NULL && !address_valid(wanted->to))
		return fail(err, FAULT_INVALID, "'%s' is no address",
		    wanted->to);
	return prepare(&post, wanted, &message, err) &&
	       post_send(&post, &message, &note, err) &&
	       (note == NULL || fail(err, FAULT_REFUSED, "%s", note));
}

/* --- kept ----------------------------------------------------------------- */

bool notify_retry(struct db *db, struct arena *arena, int64_t district,
    const char *name, int64_t *count, struct err *err)
{
	const struct values values = { 2,
		{ arena_number(arena, district), name } };
	const struct job job = { .district = district,
		.kind = "notify",
		.subject = name };
	const struct rows *rows;

	if (!db_ask(db, arena, STATEMENT_message_retry, &values, &rows, err))
		return false;
	*count = rows_integer(rows, 0, 0);
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
