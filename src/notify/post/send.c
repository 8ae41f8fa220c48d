/* A notification as settings have it, and the way out of its messages. */
#include "post.h"
#include "homeroom/publish.h"

#include <string.h>

/* --- settings ------------------------------------------------------------- */

const char *post_says(const struct post *post, const char *part,
    const char *key)
{
	return json_string_value(
	    json_object_get(json_object_get(post->settings, part), key));
}

static void free_object(void *object)
{
	json_decref(object);
}

bool post_open(struct post *post, struct err *err)
{
	const struct values values = { 2,
		{ arena_number(post->arena, post->district), post->name } };
	const struct rows *rows;
	json_t *said;

	if (!db_ask(post->db, post->arena, STATEMENT_notification_find, &values,
		&rows, err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_NOT_FOUND,
		    "there is no notification '%.60s'; `homeroom get "
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
	    post_says(post, part, arena_printf(post->arena, "%sFile", key));

	if (file != NULL)
		return secret_read(post->arena, file, out, err);
	return setting_secret(post->db, post->arena, &which,
	    arena_printf(post->arena, "%s.%s", part, key), out, err);
}

/* --- sending -------------------------------------------------------------- */

static void add_recipients(const struct post *post,
    const struct message *message, struct mailing *mailing)
{
	const json_t *to =
	    json_object_get(json_object_get(post->settings, "mail"), "to");

	if (message->recipient != NULL) {
		mailing->to[mailing->to_count++] = message->recipient;
		return;
	}
	for (size_t i = 0; i < json_array_size(to) && i < REMOTE_RECIPIENTS_MAX;
	     i++) {
		const char *one = json_string_value(json_array_get(to, i));

		if (strchr(one, '{') == NULL)
			mailing->to[mailing->to_count++] = one;
	}
}

static bool send_mail(const struct post *post, const struct message *message,
    const char **note, struct err *err)
{
	const char *tls = post_says(post, "mail", "tls");
	struct mailing *mailing = arena_alloc(post->arena, sizeof(*mailing));

	*mailing =
	    (struct mailing){ .server = post_says(post, "mail", "server"),
		    .from = post_says(post, "mail", "from"),
		    .plain = tls != NULL && strcmp(tls, "none") == 0,
		    .account = { .user = post_says(post, "mail", "user"),
			.authorities = post_says(post, "mail", "authorities"),
			.stop = post->stop } };
	add_recipients(post, message, mailing);
	if (mailing->to_count == 0)
		return fail(err, FAULT_INVALID,
		    "the notification '%s' names nobody in `mail.to` but by "
		    "the person: say to whom with --to",
		    post->name);
	return read_secret(post, "mail", "password", &mailing->account.password,
		   err) &&
	       mail_send(post->arena, mailing, message, note, err);
}

static bool send_hook(const struct post *post, const struct message *message,
    struct err *err)
{
	struct hook hook = { .url = post_says(post, "webhook", "url"),
		.account = { .authorities =
				 post_says(post, "webhook", "authorities"),
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

bool post_send(const struct post *post, const struct message *message,
    const char **note, struct err *err)
{
	*note = NULL;
	if (json_object_get(post->settings, "mail") != NULL)
		return send_mail(post, message, note, err);
	return send_hook(post, message, err);
}
