/* Text in the encodings that other systems write, as UTF-8. */
#include "mapping.h"

#include <string.h>

/* What a character that is none becomes: no UTF-8 has it. */
#define NO_UTF8 '\xff'

static void put_letter(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_char(out, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_char(out, (char)(0xc0 | c >> 6));
	} else if (c < 0x10000) {
		buf_char(out, (char)(0xe0 | c >> 12));
		buf_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
	} else {
		buf_char(out, (char)(0xf0 | c >> 18));
		buf_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_char(out, (char)(0x80 | (c & 0x3f)));
}

/* --- each takes a character's bytes; 0: there are too few ----------------- */

/* 0x80 to 0x9f; 0: there is no such character. */
static const uint16_t windows_1252[32] = { 0x20ac, 0, 0x201a, 0x0192, 0x201e,
	0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
	0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178 };

static size_t take_1252(struct text in, struct buf *out)
{
	uint32_t c = (unsigned char)*in.at;

	if (c >= 0x80 && c < 0xa0)
		c = windows_1252[c - 0x80];
	if (c == 0 && *in.at != 0)
		buf_char(out, NO_UTF8);
	else
		put_letter(out, c);
	return 1;
}

static uint32_t unit(const char *at, bool big)
{
	uint32_t a = (unsigned char)at[0], b = (unsigned char)at[1];

	return big ? a << 8 | b : b << 8 | a;
}

static size_t take_utf16(struct text in, struct buf *out, bool big)
{
	uint32_t high, low;

	if (in.len < 2)
		return 0;
	high = unit(in.at, big);
	if (high < 0xd800 || high > 0xdfff) {
		put_letter(out, high);
		return 2;
	}
	if (high < 0xdc00 && in.len < 4)
		return 0;
	low = high < 0xdc00 ? unit(in.at + 2, big) : 0;
	if (low < 0xdc00 || low > 0xdfff) {
		buf_char(out, NO_UTF8);
		return 2;
	}
	put_letter(out, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
	return 4;
}

static size_t take_little(struct text in, struct buf *out)
{
	return take_utf16(in, out, false);
}

static size_t take_big(struct text in, struct buf *out)
{
	return take_utf16(in, out, true);
}

/* The reader of CSV looks at it. */
static size_t take_as_it_is(struct text in, struct buf *out)
{
	buf_add(out, in.at, in.len);
	return in.len;
}

static size_t (*const takers[])(struct text in, struct buf *out) = {
	[ENCODING_MARKED] = take_as_it_is,
	[ENCODING_UTF8] = take_as_it_is,
	[ENCODING_UTF16LE] = take_little,
	[ENCODING_UTF16BE] = take_big,
	[ENCODING_1252] = take_1252,
};

/* --- pieces --------------------------------------------------------------- */

static size_t take_all(const struct decoder *d, struct text in, struct buf *out)
{
	size_t taken = 0, len;

	while (taken < in.len &&
	       (len = takers[d->encoding](
		    (struct text){ in.at + taken, in.len - taken }, out)) > 0)
		taken += len;
	return taken;
}

/* From the first two bytes; a mark in UTF-8 is left to the reader of CSV. */
static void look_for_mark(struct decoder *d, struct text first)
{
	d->begun = true;
	if (d->encoding != ENCODING_MARKED || first.len < 2)
		return;
	if (memcmp(first.at, "\xff\xfe", 2) == 0)
		d->encoding = ENCODING_UTF16LE;
	else if (memcmp(first.at, "\xfe\xff", 2) == 0)
		d->encoding = ENCODING_UTF16BE;
}

static void take_kept(struct decoder *d, struct buf *out)
{
	const struct text kept = { (const char *)d->kept, d->kept_len };
	size_t taken = take_all(d, kept, out);

	d->kept_len -= taken;
	memmove(d->kept, d->kept + taken, d->kept_len);
}

/* What was kept goes on with as many bytes of the piece as it needs. */
static void finish_kept(struct decoder *d, struct text *piece, struct buf *out)
{
	take_kept(d, out);
	while (d->kept_len > 0 && piece->len > 0) {
		d->kept[d->kept_len++] = (uint8_t)*piece->at++;
		piece->len--;
		take_kept(d, out);
	}
}

void decode(struct decoder *d, struct text piece, bool last, struct buf *out)
{
	if (!d->begun && d->kept_len == 0 && piece.len < 2 && !last) {
		memcpy(d->kept, piece.at, piece.len);
		d->kept_len = piece.len;
		return;
	}
	if (!d->begun) {
		char first[2] = { (char)d->kept[0] };
		size_t len = d->kept_len;

		for (size_t i = 0; len < 2 && i < piece.len; i++)
			first[len++] = piece.at[i];
		look_for_mark(d, (struct text){ first, len });
	}
	finish_kept(d, &piece, out);
	if (piece.len > 0) {
		size_t taken = take_all(d, piece, out);

		d->kept_len = piece.len - taken;
		memcpy(d->kept, piece.at + taken, d->kept_len);
	}
	if (last && d->kept_len > 0)
		buf_char(out, NO_UTF8);
}
