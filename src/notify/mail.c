/* Messages as mail. */
#include "homeroom/notify.h"
#include "notify.h"

#include <inttypes.h>
#include <string.h>

#include <openssl/evp.h>

/* Bytes of an encoded line (RFC 2045 §6.8), and of a text in a header, which
 * are encoded 45 at a time. */
#define PIECE 57
#define WORD_PIECE 42

/* --- headers -------------------------------------------------------------- */

static void put_base64(struct buf *out, const char *data, size_t len)
{
	unsigned char text[4 * ((PIECE + 2) / 3) + 1];
	int made = EVP_EncodeBlock(text, (const unsigned char *)data, (int)len);

	buf_add(out, text, (size_t)made);
}

static bool is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
			return false;
	return true;
}

/* No more than `most` bytes, and no half character. */
static size_t whole_characters(const char *text, size_t len, size_t most)
{
	if (len <= most)
		return len;
	while (most > 1 && ((unsigned char)text[most] & 0xc0) == 0x80)
		most--;
	return most;
}

/* A text in a header: as it is, or in encoded words (RFC 2047). */
static void put_text(struct buf *out, const char *text)
{
	size_t left = strlen(text);

	if (is_plain(text) && left < 70 && strstr(text, "=?") == NULL) {
		buf_puts(out, text);
		return;
	}
	while (left > 0) {
		size_t len = whole_characters(text, left, WORD_PIECE);

		buf_puts(out, "=?UTF-8?B?");
		put_base64(out, text, len);
		buf_puts(out, "?=");
		text += len;
		left -= len;
		if (left > 0)
			buf_puts(out, "\r\n ");
	}
}

/* Sun, 22 Nov 2026 13:02:11 +0000 */
static void put_date(struct buf *out, int64_t when)
{
	static const char days[][4] = { "Thu", "Fri", "Sat", "Sun", "Mon",
		"Tue", "Wed" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	char text[CLOCK_TEXT];
	int month, day;

	clock_format(text, when);
	clock_date(when, &month, &day);
	buf_printf(out, "%s, %02d %s %.4s %.8s +0000",
	    days[when / 86400000 % 7], day, months[month - 1], text, text + 11);
}

static void put_recipients(struct buf *out, const struct mailing *mailing)
{
	for (int i = 0; i < mailing->to_count; i++)
		buf_printf(out, "%s%s", i > 0 ? ",\r\n " : "", mailing->to[i]);
}

/* RFC 5322; its lines end with CR LF. */
static void write_mail(struct buf *out, const struct mailing *mailing,
    const struct message *message)
{
	const char *body = message->notice.body;
	size_t left = strlen(body);

	buf_printf(out, "From: Homeroom <%s>\r\nTo: ", mailing->from);
	put_recipients(out, mailing);
	buf_puts(out, "\r\nSubject: ");
	put_text(out, message->notice.subject);
	buf_puts(out, "\r\nDate: ");
	put_date(out, message->made);
	/* Sent again, it is the same message. */
	buf_printf(out, "\r\nMessage-ID: <homeroom.%" PRId64 ".%" PRId64 "%s>",
	    message->id, message->made, strchr(mailing->from, '@'));
	buf_puts(out, "\r\nAuto-Submitted: auto-generated"
		      "\r\nMIME-Version: 1.0"
		      "\r\nContent-Type: text/plain; charset=UTF-8"
		      "\r\nContent-Transfer-Encoding: base64\r\n\r\n");
	while (left > 0) {
		size_t len = left < PIECE ? left : PIECE;

		put_base64(out, body, len);
		buf_puts(out, "\r\n");
		body += len;
		left -= len;
	}
}

/* --- sending -------------------------------------------------------------- */

bool mail_send(struct arena *arena, const struct mailing *mailing,
    const struct message *message, const char **note, struct err *err)
{
	struct remote *remote = remote_new(&mailing->account);
	struct buf text = { 0 };
	struct remote_mail mail = { .url = mailing->server,
		.from = mailing->from,
		.to = mailing->to,
		.to_count = mailing->to_count,
		.plain = mailing->plain };
	int refused;
	bool done;

	write_mail(&text, mailing, message);
	mail.message = (struct text){ text.data, text.len };
	done = remote_send(remote, &mail, &refused, err);
	/* It may hold passwords. */
	explicit_bzero(text.data, text.len);
	buf_free(&text);
	remote_free(remote);
	*note = NULL;
	if (done && refused > 0)
		*note = arena_printf(arena,
		    "%d of %d recipients were refused by the mail server",
		    refused, mailing->to_count);
	return done;
}
