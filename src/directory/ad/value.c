/* Values of attributes: the server's bytes, and the door's text. */
#include "ad.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

/* Between 1601 and 1970. */
#define EPOCH_MS INT64_C(11644473600000)
#define TICKS_MS 10000
#define SID_MOST 15

/* --- GUIDs ---------------------------------------------------------------- */

/* The bytes of the text, in its order: the first three fields are turned. */
static const unsigned char guid_order[GUID_SIZE] = { 3, 2, 1, 0, 5, 4, 7, 6, 8,
	9, 10, 11, 12, 13, 14, 15 };

void guid_text(char out[GUID_TEXT], const unsigned char guid[GUID_SIZE])
{
	for (int i = 0; i < GUID_SIZE; i++) {
		hex_encode(out, &guid[guid_order[i]], 1);
		out += 2;
		if (i == 3 || i == 5 || i == 7 || i == 9)
			*out++ = '-';
	}
	*out = '\0';
}

bool guid_valid(const char *text)
{
	for (int i = 0; i < GUID_TEXT - 1; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return text[GUID_TEXT - 1] == '\0';
}

bool guid_bytes(unsigned char out[GUID_SIZE], const char *text)
{
	struct buf byte = { 0 };

	if (!guid_valid(text))
		return false;
	for (int i = 0; i < GUID_SIZE; i++) {
		if (*text == '-')
			text++;
		if (!hex_decode(&byte, text, 2))
			break;
		out[guid_order[i]] = (unsigned char)byte.data[i];
		text += 2;
	}
	buf_free(&byte);
	return true;
}

const char *guid_dn(struct arena *arena, const char *anchor)
{
	return arena_printf(arena, "<GUID=%s>", anchor);
}

/* --- times ---------------------------------------------------------------- */

static bool integer(const struct berval *bytes, int64_t *out)
{
	return text_integer((struct text){ bytes->bv_val, bytes->bv_len },
	    INT64_MIN, INT64_MAX, out);
}

/* A FILETIME as milliseconds since 1970; 0: never. */
static int64_t ticks_time(const struct berval *bytes)
{
	int64_t ticks;

	if (!integer(bytes, &ticks) || ticks < TICKS_MS || ticks == INT64_MAX)
		return 0;
	return ticks / TICKS_MS - EPOCH_MS;
}

/* "20261122123108.0Z" as "2026-11-22T12:31:08.0Z", for clock_parse. */
/* A generalized time, likewise; 0: it is none. */
static int64_t general_time(const struct berval *bytes)
{
	const char *in = bytes->bv_val;
	char text[48];
	int64_t when;
	int len;

	if (bytes->bv_len < 15 || bytes->bv_len > 24)
		return 0;
	len = snprintf(text, sizeof(text), "%.4s-%.2s-%.2sT%.2s:%.2s:%.*s", in,
	    in + 4, in + 6, in + 8, in + 10, (int)bytes->bv_len - 12, in + 12);
	if (!clock_parse((struct text){ text, (size_t)len }, &when))
		return 0;
	return when - when % 1000; /* a directory keeps whole seconds */
}

static const char *time_text(struct arena *arena, int64_t when)
{
	char text[CLOCK_TEXT];

	if (when == 0)
		return NULL;
	clock_format(text, when);
	return arena_text(arena, text);
}

static bool time_bytes(struct arena *arena, enum syntax syntax,
    const char *text, const char **out)
{
	char iso[CLOCK_TEXT];
	int64_t when;

	if (!clock_parse((struct text){ text, strlen(text) }, &when))
		return false;
	if (syntax == SYNTAX_TICKS) {
		if (when < -EPOCH_MS || when > INT64_MAX / TICKS_MS - EPOCH_MS)
			return false;
		*out = arena_number(arena, (when + EPOCH_MS) * TICKS_MS);
		return true;
	}
	clock_format(iso, when);
	*out = arena_printf(arena, "%.4s%.2s%.2s%.2s%.2s%.2s.0Z", iso, iso + 5,
	    iso + 8, iso + 11, iso + 14, iso + 17);
	return true;
}

/* --- SIDs ----------------------------------------------------------------- */

/* Revision, count, 6 bytes of authority (big-endian), then sub-authorities of
 * 4 bytes (little-endian): MS-DTYP 2.4.2.2. */
static const char *sid_text(struct arena *arena, const struct berval *bytes)
{
	const unsigned char *at = (const unsigned char *)bytes->bv_val;
	uint64_t authority = 0;
	struct buf out = { 0 };
	const char *text;

	if (bytes->bv_len < 8 || at[1] > SID_MOST ||
	    bytes->bv_len != 8U + 4U * at[1])
		return NULL;
	for (int i = 2; i < 8; i++)
		authority = authority << 8 | at[i];
	buf_printf(&out, "S-%d-%" PRIu64, at[0], authority);
	for (size_t i = 0; i < at[1]; i++) {
		const unsigned char *sub = at + 8 + 4 * i;

		buf_printf(&out, "-%" PRIu32,
		    (uint32_t)sub[0] | (uint32_t)sub[1] << 8 |
			(uint32_t)sub[2] << 16 | (uint32_t)sub[3] << 24);
	}
	text = arena_text(arena, buf_text(&out));
	buf_free(&out);
	return text;
}

/* --- any ------------------------------------------------------------------ */

static const char *base64_text(struct arena *arena, const struct berval *bytes)
{
	char *text = arena_alloc(arena, (bytes->bv_len + 2) / 3 * 4 + 1);

	EVP_EncodeBlock((unsigned char *)text,
	    (const unsigned char *)bytes->bv_val, (int)bytes->bv_len);
	return text;
}

const char *value_text(struct arena *arena, enum syntax syntax,
    const struct berval *bytes)
{
	char guid[GUID_TEXT];

	switch (syntax) {
	case SYNTAX_DN:
		return arena_text(arena, dn_extended(bytes->bv_val, guid));
	case SYNTAX_TIME:
		return time_text(arena, general_time(bytes));
	case SYNTAX_TICKS:
		return time_text(arena, ticks_time(bytes));
	case SYNTAX_SID:
		return sid_text(arena, bytes);
	case SYNTAX_BYTES:
		return base64_text(arena, bytes);
	case SYNTAX_BOOL:
		return bytes->bv_len == 4 ? "true" : "false";
	case SYNTAX_GUID:
		if (bytes->bv_len != GUID_SIZE)
			return NULL;
		guid_text(guid, (const unsigned char *)bytes->bv_val);
		return arena_text(arena, guid);
	case SYNTAX_TEXT:
		break;
	}
	if (memchr(bytes->bv_val, '\0', bytes->bv_len) != NULL ||
	    !utf8_valid(bytes->bv_val, bytes->bv_len))
		return NULL;
	return arena_textn(arena, bytes->bv_val, bytes->bv_len);
}

static bool base64_bytes(struct arena *arena, const char *text,
    struct berval *out)
{
	struct buf bytes = { 0 };
	bool good = base64_decode(&bytes, text, strlen(text));

	if (good)
		*out = (struct berval){ bytes.len,
			arena_copy(arena, bytes.data, bytes.len) };
	buf_free(&bytes);
	return good;
}

bool value_bytes(struct arena *arena, enum syntax syntax, const char *text,
    struct berval *out)
{
	unsigned char guid[GUID_SIZE];
	const char *value = text;

	switch (syntax) {
	case SYNTAX_TIME:
	case SYNTAX_TICKS:
		if (!time_bytes(arena, syntax, text, &value))
			return false;
		break;
	case SYNTAX_BOOL:
		if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
			return false;
		value = text[0] == 't' ? "TRUE" : "FALSE";
		break;
	case SYNTAX_BYTES:
		return base64_bytes(arena, text, out);
	case SYNTAX_GUID:
		if (!guid_bytes(guid, text))
			return false;
		*out = (struct berval){ GUID_SIZE,
			arena_copy(arena, guid, GUID_SIZE) };
		return true;
	case SYNTAX_SID:
		return false;
	case SYNTAX_DN:
		if (!dn_valid(text))
			return false;
		break;
	case SYNTAX_TEXT:
		break;
	}
	*out = (struct berval){ strlen(value), arena_text(arena, value) };
	return out->bv_len > 0 && utf8_valid(value, out->bv_len);
}
