/* Pieces of text: comparing, checking, and reading numbers. */
#include "homeroom/base.h"

#include <string.h>
#include <strings.h>

bool text_is(struct text text, const char *word)
{
	return strlen(word) == text.len &&
	       (text.len == 0 || memcmp(text.at, word, text.len) == 0);
}

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool text_is_nocase(struct text text, const char *word)
{
	if (strlen(word) != text.len)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (lower(text.at[i]) != lower(word[i]))
			return false;
	return true;
}

bool text_integer(struct text text, int64_t low, int64_t high, int64_t *out)
{
	bool negative = text.len > 0 && text.at[0] == '-';
	size_t at = negative ? 1 : 0;
	int64_t value = 0;

	if (at == text.len)
		return false;
	for (; at < text.len; at++) {
		int digit = text.at[at] - '0';

		if (digit < 0 || digit > 9)
			return false;
		/* Counts down below zero, where there is one number more. */
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_sub_overflow(value, digit, &value))
			return false;
	}
	if (!negative && __builtin_sub_overflow(0, value, &value))
		return false;
	if (value < low || value > high)
		return false;
	*out = value;
	return true;
}

/* What the lead byte of a character promises: how many bytes follow, and the
 * range of the first of them (RFC 3629 §4: neither overlong nor surrogate). */
struct lead {
	unsigned char from, to;
	unsigned char more;
	unsigned char low, high;
};

/* clang-format off */
static const struct lead leads[] = {
	{ 0xc2, 0xdf, 1, 0x80, 0xbf },
	{ 0xe0, 0xe0, 2, 0xa0, 0xbf },
	{ 0xe1, 0xec, 2, 0x80, 0xbf },
	{ 0xed, 0xed, 2, 0x80, 0x9f },
	{ 0xee, 0xef, 2, 0x80, 0xbf },
	{ 0xf0, 0xf0, 3, 0x90, 0xbf },
	{ 0xf1, 0xf3, 3, 0x80, 0xbf },
	{ 0xf4, 0xf4, 3, 0x80, 0x8f },
};
/* clang-format on */

/* The length of the character at p, or 0 when it is none. */
static size_t character(const unsigned char *p, size_t left)
{
	const struct lead *lead = NULL;

	if (p[0] < 0x80)
		return 1;
	for (size_t i = 0; i < array_length(leads); i++)
		if (p[0] >= leads[i].from && p[0] <= leads[i].to)
			lead = &leads[i];
	if (lead == NULL || left <= lead->more)
		return 0;
	if (p[1] < lead->low || p[1] > lead->high)
		return 0;
	for (size_t i = 2; i <= lead->more; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return lead->more + (size_t)1;
}

/* How much text from p on is plain ASCII, in steps of eight. */
static size_t ascii_run(const unsigned char *p, size_t len)
{
	size_t at = 0;
	uint64_t eight;

	for (; len - at >= sizeof(eight); at += sizeof(eight)) {
		memcpy(&eight, p + at, sizeof(eight));
		if ((eight & 0x8080808080808080U) != 0)
			break;
	}
	return at;
}

bool utf8_valid(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t at = ascii_run(p, len);

	while (at < len) {
		size_t step = character(p + at, len - at);

		if (step == 0)
			return false;
		at += step;
		if (step == 1)
			at += ascii_run(p + at, len - at);
	}
	return true;
}
