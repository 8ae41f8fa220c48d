/* Spellings of bytes as text: percent, base64, hexadecimal, JSON. */
#include "homeroom/base.h"

#include <string.h>

static const char hex_lower[] = "0123456789abcdef";
static const char hex_upper[] = "0123456789ABCDEF";

/* --- percent-encoding ---------------------------------------------------- */

/* RFC 3986 §2.3. */
static const bool unreserved[256] = {
	['0' ... '9'] = true,
	['A' ... 'Z'] = true,
	['a' ... 'z'] = true,
	['-'] = true,
	['.'] = true,
	['_'] = true,
	['~'] = true,
};

/* Every reference of every record passes here: room is made once. */
void percent_encode(struct buf *out, const char *text, size_t len)
{
	char *to;

	buf_reserve(out, 3 * len + 1);
	to = out->data + out->len;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (unreserved[c]) {
			*to++ = (char)c;
			continue;
		}
		*to++ = '%';
		*to++ = hex_upper[c >> 4];
		*to++ = hex_upper[c & 15];
	}
	out->len = (size_t)(to - out->data);
}

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool percent_decode(char *text, size_t *len, bool form)
{
	size_t to = 0;

	for (size_t from = 0; from < *len; from++) {
		char c = text[from];

		if (c == '%') {
			int high, low;

			if (*len - from < 3)
				return false;
			high = hex_digit(text[from + 1]);
			low = hex_digit(text[from + 2]);
			if (high < 0 || low < 0 || high + low == 0)
				return false;
			c = (char)(high << 4 | low);
			from += 2;
		} else if (c == '+' && form) {
			c = ' ';
		}
		text[to++] = c;
	}
	*len = to;
	return true;
}

/* --- base64 -------------------------------------------------------------- */

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static const char base64url_digits[] = LETTERS "-_";

void base64url_encode(struct buf *out, const void *data, size_t len)
{
	const unsigned char *p = data;
	unsigned bits = 0;
	int have = 0;

	buf_reserve(out, len / 3 * 4 + 4);
	for (size_t i = 0; i < len; i++) {
		bits = (bits << 8 | p[i]) & 0xffff;
		have += 8;
		for (; have >= 6; have -= 6)
			buf_char(out,
			    base64url_digits[bits >> (have - 6) & 63]);
	}
	if (have > 0)
		buf_char(out, base64url_digits[bits << (6 - have) & 63]);
}

/* The six bits of a digit, or -1. The two alphabets differ in the last two. */
static int base64_digit(char c, const char last[2])
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == last[0])
		return 62;
	return c == last[1] ? 63 : -1;
}

/* Digits without padding. Bits left over at the end must be zero: else one
 * value would have several spellings. */
static bool decode_digits(struct buf *out, const char *text, size_t len,
    const char last[2])
{
	size_t before = out->len;
	unsigned bits = 0;
	int have = 0;

	for (size_t i = 0; i < len; i++) {
		int digit = base64_digit(text[i], last);

		if (digit < 0) {
			out->len = before;
			return false;
		}
		bits = (bits << 6 | (unsigned)digit) & 0xffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_char(out, (char)(bits >> have & 0xff));
		}
	}
	if (have == 6 || (bits & ((1U << have) - 1)) != 0) {
		out->len = before;
		return false;
	}
	return true;
}

bool base64url_decode(struct buf *out, const char *text, size_t len)
{
	return decode_digits(out, text, len, "-_");
}

bool base64_decode(struct buf *out, const char *text, size_t len)
{
	if (len % 4 != 0)
		return false;
	for (int i = 0; i < 2 && len > 0 && text[len - 1] == '='; i++)
		len--;
	return decode_digits(out, text, len, "+/");
}

/* --- hexadecimal --------------------------------------------------------- */

void hex_encode(char *out, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++) {
		*out++ = hex_lower[p[i] >> 4];
		*out++ = hex_lower[p[i] & 15];
	}
	*out = '\0';
}

bool hex_decode(struct buf *out, const char *text, size_t len)
{
	buf_reserve(out, len / 2 + 1);
	for (size_t i = 0; i + 1 < len; i += 2) {
		int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);

		if (high < 0 || low < 0)
			return false;
		buf_char(out, (char)(high << 4 | low));
	}
	return len % 2 == 0;
}

/* --- JSON ---------------------------------------------------------------- */

#define EACH_BYTE(b) ((uint64_t)(b)*0x0101010101010101U)

/* Whether one of eight bytes must be escaped: below 0x20, '"' or '\'. The
 * borrow trick marks bytes below a bound; xor turns "equal" into "below 1". */
static bool any_special(uint64_t x)
{
	uint64_t quote = x ^ EACH_BYTE('"');
	uint64_t slash = x ^ EACH_BYTE('\\');
	uint64_t marks = ((x - EACH_BYTE(0x20)) & ~x) |
			 ((quote - EACH_BYTE(1)) & ~quote) |
			 ((slash - EACH_BYTE(1)) & ~slash);

	return (marks & EACH_BYTE(0x80)) != 0;
}

static bool special(char c)
{
	return (unsigned char)c < 0x20 || c == '"' || c == '\\';
}

/* Copies what stands for itself, up to the first byte that does not; says how
 * much that was. Eight bytes at a time, the last eight over some before. */
static inline size_t copy_plain(char *to, const char *from, size_t len)
{
	size_t at = 0;
	uint64_t eight;

	for (; len - at >= sizeof(eight); at += sizeof(eight)) {
		memcpy(&eight, from + at, sizeof(eight));
		if (any_special(eight))
			break;
		memcpy(to + at, &eight, sizeof(eight));
	}
	if (at > 0 && len - at < sizeof(eight)) {
		memcpy(&eight, from + len - sizeof(eight), sizeof(eight));
		if (!any_special(eight)) {
			memcpy(to + len - sizeof(eight), &eight, sizeof(eight));
			return len;
		}
	}
	for (; at < len && !special(from[at]); at++)
		to[at] = from[at];
	return at;
}

static void json_escape(struct buf *out, unsigned char c)
{
	static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	char unicode[] = "\\u0000";

	for (const char *s = shorts; *s != '\0'; s += 2) {
		if (c == (unsigned char)*s) {
			buf_char(out, '\\');
			buf_char(out, s[1]);
			return;
		}
	}
	unicode[4] = hex_lower[c >> 4];
	unicode[5] = hex_lower[c & 15];
	buf_add(out, unicode, 6);
}

void json_quote(struct buf *out, const char *text, size_t len)
{
	size_t at = 0;

	buf_reserve(out, len + 2);
	out->data[out->len++] = '"';
	while (at < len) {
		size_t run =
		    copy_plain(out->data + out->len, text + at, len - at);

		out->len += run;
		at += run;
		if (at < len) {
			json_escape(out, (unsigned char)text[at++]);
			buf_reserve(out, len - at + 1);
		}
	}
	out->data[out->len++] = '"';
}

/* --- HTML ---------------------------------------------------------------- */

void html_encode(struct buf *out, const char *text)
{
	static const struct {
		char c;
		const char *name;
	} names[] = { { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" },
		{ '"', "&quot;" }, { '\'', "&#39;" } };

	for (; *text != '\0'; text++) {
		size_t i = 0;

		while (i < array_length(names) && names[i].c != *text)
			i++;
		if (i < array_length(names))
			buf_puts(out, names[i].name);
		else
			buf_char(out, *text);
	}
}
