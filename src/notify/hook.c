/* Messages to webhooks: JSON, signed with a secret that both sides know. */
#include "homeroom/notify.h"
#include "notify.h"

#include <inttypes.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#define ANSWER_MAX (64 << 10)

static void put_string(struct buf *out, const char *key, const char *text)
{
	buf_printf(out, "\"%s\":", key);
	json_quote(out, text, strlen(text));
}

static void put_event(struct buf *out, const struct told *event)
{
	char at[CLOCK_TEXT];

	clock_format(at, event->at);
	buf_char(out, '{');
	put_string(out, "event", event->kind);
	buf_char(out, ',');
	put_string(out, "subject", event->subject);
	buf_printf(out, ",\"at\":\"%s\"}", at);
}

/* Of the events no more than what they are: all else is in the text, which is
 * the template's. */
static void put_body(struct buf *out, const struct message *message)
{
	const struct telling *t = message->telling;

	buf_printf(out, "{\"id\":\"%" PRId64 "\",\"count\":%" PRId64 ",",
	    message->id, t->total);
	put_string(out, "district", t->district);
	buf_char(out, ',');
	put_string(out, "notification", t->notification);
	buf_char(out, ',');
	put_string(out, "summary", message->notice.subject);
	buf_char(out, ',');
	put_string(out, "text", message->notice.body);
	buf_puts(out, ",\"events\":[");
	for (int i = 0; i < t->count; i++) {
		buf_puts(out, i > 0 ? "," : "");
		put_event(out, &t->events[i]);
	}
	buf_puts(out, "]}");
}

/* Of the time and the body: an old message can't be sent again by others. */
static const char *sign(struct arena *arena, const char *secret,
    const char *timestamp, const struct buf *body)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct buf text = { 0 };
	unsigned len = 0;

	buf_printf(&text, "%s.", timestamp);
	buf_add(&text, body->data, body->len);
	HMAC(EVP_sha256(), secret, (int)strlen(secret),
	    (const unsigned char *)text.data, text.len, digest, &len);
	buf_free(&text);
	return arena_printf(arena, "sha256=%s", arena_hex(arena, digest, len));
}

static bool judge(int status, struct err *err)
{
	if (status >= 200 && status < 300)
		return true;
	if (status == 408 || status == 429 || status >= 500)
		return fail(err, FAULT_UNAVAILABLE,
		    "the webhook does not take it now: status %d", status);
	return fail(err, FAULT_REFUSED, "the webhook refused it: status %d",
	    status);
}

bool hook_send(struct arena *arena, const struct hook *hook,
    const struct message *message, struct err *err)
{
	const char *timestamp = arena_number(arena, clock_now() / 1000);
	struct remote *remote = remote_new(&hook->account);
	struct remote_answer answer;
	struct buf body = { 0 };
	bool done;

	put_body(&body, message);
	const struct param headers[] = {
		{ "Content-Type", "application/json" },
		{ "Homeroom-Message", arena_number(arena, message->id) },
		{ "Homeroom-Timestamp", timestamp },
		{ "Homeroom-Signature",
		    sign(arena, hook->secret, timestamp, &body) },
	};
	const struct remote_request request = { .method = "POST",
		.url = hook->url,
		.headers = headers,
		.header_count = array_length(headers),
		.body = body.data,
		.body_length = body.len,
		.limit = ANSWER_MAX,
		.deadline_ms = 60000 };

	done = remote_ask(remote, arena, &request, &answer, err) &&
	       judge(answer.status, err);
	buf_free(&body);
	remote_free(remote);
	return done;
}
