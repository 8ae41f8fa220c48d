/* What a message tells, and how. */
#include "post.h"
#include "homeroom/password.h"

#include <string.h>

/* A message tells of so many events one by one. */
#define EVENTS_MAX "100"

#define SUBJECT "Homeroom, {district}: {summary}"
#define BODY                                                                   \
	"{each}\n{at}  {title}: {subject}\n    {reason}\n{end}\n"              \
	"\nHomeroom's notification {notification}, district {district}\n"
#define PASSWORD_BODY                                                          \
	"{each}\n{givenName} {familyName}\n    login: {subject}\n"             \
	"    first password: {password}\n{end}\n"                              \
	"\nAt the first logon it must be changed. Hand it over, and delete "   \
	"this message.\n"                                                      \
	"\nHomeroom's notification {notification}, district {district}\n"

/* --- texts ---------------------------------------------------------------- */

static bool is_about_passwords(const struct post *post)
{
	const json_t *kinds = json_object_get(post->settings, "events");
	const char *first = json_string_value(json_array_get(kinds, 0));

	/* Settings have it alone. */
	return first != NULL && strcmp(first, "password.waiting") == 0;
}

static const char *body_of(const struct post *post)
{
	const char *template = post_says(post, "template", "body");

	if (template != NULL)
		return template;
	return is_about_passwords(post) ? PASSWORD_BODY : BODY;
}

bool post_asks_passwords(const struct post *post)
{
	return is_about_passwords(post) &&
	       template_asks(body_of(post), "password");
}

static const char *make_text(const struct post *post, const char *template,
    const struct telling *telling)
{
	struct buf out = { 0 };
	const char *text;

	template_render(&out, template, telling);
	text = arena_textn(post->arena, out.data, out.len);
	explicit_bzero(out.data, out.len);
	buf_free(&out);
	return text;
}

void post_write(const struct post *post, struct message *message,
    const struct telling *telling)
{
	const char *subject = post_says(post, "template", "subject");

	message->telling = telling;
	message->notice.subject =
	    make_text(post, subject != NULL ? subject : SUBJECT, telling);
	message->notice.body = make_text(post, body_of(post), telling);
}

/* --- events --------------------------------------------------------------- */

/* With room for one more. */
void post_read_data(struct arena *arena, const char *text, struct told *event)
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

bool post_read_events(const struct post *post, int64_t message,
    struct telling *out, struct err *err)
{
	struct arena *arena = post->arena;
	const struct values values = { 2,
		{ arena_number(arena, message),
		    post_asks_passwords(post) ? NULL : EVENTS_MAX } };
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
		post_read_data(arena, rows_get(rows, i, 2), &events[i]);
		out->total = rows_integer(rows, i, 4);
	}
	out->district = post->district_name;
	out->notification = post->name;
	out->events = events;
	out->count = rows_count(rows);
	return true;
}

/* --- passwords ------------------------------------------------------------ */

static const char *value_of(const struct told *event, const char *name)
{
	for (int i = 0; i < event->data_count; i++)
		if (strcmp(event->data[i].name, name) == 0)
			return event->data[i].value;
	return "";
}

static struct password_wanted wanted_of(const struct post *post,
    const struct message *message, const struct told *event)
{
	return (struct password_wanted){ .district = post->district,
		.directory = value_of(event, "directory"),
		.person = value_of(event, "person"),
		.who = arena_printf(post->arena, "notification %s", post->name),
		.to = message->recipient };
}

bool post_open_passwords(const struct post *post, const struct message *message,
    struct telling *telling, struct err *err)
{
	for (int i = 0; i < telling->count; i++) {
		struct told *event = not_const(&telling->events[i]);
		struct param *data = not_const(event->data);
		const struct password_wanted wanted =
		    wanted_of(post, message, event);
		const struct password_row *rows;
		int count;

		if (!password_open(post->db, post->arena, &wanted, &rows,
			&count, err))
			return false;
		data[event->data_count++] = (struct param){ "password",
			count > 0 ? rows[0].password
				  : "(handed over in another way)" };
	}
	return true;
}

bool post_passwords_sent(const struct post *post, const struct message *message,
    const struct telling *telling, struct err *err)
{
	for (int i = 0; i < telling->count; i++) {
		const struct password_wanted wanted =
		    wanted_of(post, message, &telling->events[i]);

		if (!password_sent(post->db, post->arena, &wanted, err))
			return false;
	}
	return true;
}
