/* What a CSV value says, checked against its field: one function a kind. Strict
 * where a guess would be needed, tolerant where none is; then a note says so.
 */
#include "model.h"

#include <string.h>

#define ID_MAX 255
#define NUMBER_DIGITS_MAX 40

static bool refuse(struct reading *r, const char *code, const char *text)
{
	*r->note = (struct note){ code, text };
	return false;
}

/* The first remark stays. */
static void remark(struct reading *r, const char *code, const char *text)
{
	if (r->note->code == NULL)
		*r->note = (struct note){ code, text };
}

static struct text trimmed(struct reading *r, struct text value)
{
	size_t before = value.len;

	while (value.len > 0 && value.at[value.len - 1] == ' ')
		value.len--;
	while (value.len > 0 && value.at[0] == ' ') {
		value.at++;
		value.len--;
	}
	if (value.len < before)
		remark(r, "spaces", "has spaces around it, which are ignored");
	return value;
}

bool field_read(const struct field *field, enum oneroster version,
    struct text value, struct buf *out, bool *null, struct note *note)
{
	struct reading r = { field, version, out, note };
	size_t before = out->len;

	*note = (struct note){ 0 };
	if (field->kind != TEXT)
		value = trimmed(&r, value);
	*null = value.len == 0;
	if (*null)
		return true;
	if (value.len > FIELD_VALUE_MAX)
		return refuse(&r, "too_long", "is longer than 64 KiB");
	if (kind_rules[field->kind].read(&r, value))
		return true;
	out->len = before;
	return false;
}

/* --- ids and text -------------------------------------------------------- */

static bool id_character(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '_' ||
	       c == '/' || c == '@';
}

/* C0, DEL, and C1 as UTF-8 has it. */
static bool is_control(const unsigned char *p, size_t left)
{
	return *p < 0x20 || *p == 0x7f ||
	       (*p == 0xc2 && left > 1 && p[1] < 0xa0);
}

static size_t plain_start(struct text id)
{
	size_t len = 0;

	while (len < id.len && id_character((unsigned char)id.at[len]))
		len++;
	return len;
}

/* Real systems break the set of characters; what prints is taken. */
static bool check_id(struct reading *r, struct text id)
{
	const unsigned char *p = (const unsigned char *)id.at;
	size_t characters = plain_start(id);

	if (characters < id.len)
		remark(r, "id_characters",
		    "holds other characters than 0-9 A-Z a-z . - _ / @");
	for (size_t i = characters; i < id.len; i++) {
		if (is_control(p + i, id.len - i))
			return refuse(r, "bad_id", "holds a control character");
		characters += (p[i] & 0xc0) != 0x80;
	}
	if (characters > ID_MAX)
		return refuse(r, "bad_id", "is longer than 255 characters");
	return true;
}

bool read_id(struct reading *r, struct text value)
{
	if (!check_id(r, value))
		return false;
	buf_add(r->out, value.at, value.len);
	return true;
}

bool read_text(struct reading *r, struct text value)
{
	buf_add(r->out, value.at, value.len);
	return true;
}

/* Metadata comes in columns of its own, not as a value. */
bool read_nothing(struct reading *r, struct text value)
{
	(void)value;
	return refuse(r, "unreadable", "can't be given as a value");
}

/* --- words --------------------------------------------------------------- */

static bool find_word(struct reading *r, struct text value, struct text *stored)
{
	const struct vocabulary *words = vocabulary_find(r->field->of);
	bool exact;

	if (!vocabulary_read(words, r->version, value, stored, &exact))
		return refuse(r, "unknown_word",
		    "is not a word of this field's vocabulary");
	if (!exact)
		remark(r, "letter_case",
		    "has other capitals than the standard's word");
	return true;
}

bool read_word(struct reading *r, struct text value)
{
	struct text stored;

	if (!find_word(r, value, &stored))
		return false;
	buf_add(r->out, stored.at, stored.len);
	return true;
}

bool read_bool(struct reading *r, struct text value)
{
	bool yes = text_is_nocase(value, "true");

	if (!yes && !text_is_nocase(value, "false"))
		return refuse(r, "bad_boolean", "is neither true nor false");
	if (!text_is(value, yes ? "true" : "false"))
		remark(r, "letter_case",
		    "has other capitals than the standard's word");
	buf_char(r->out, yes ? 't' : 'f');
	return true;
}

/* --- times --------------------------------------------------------------- */

#define DATE_LENGTH 10

/* A full dateTime is taken by its date, as it is written. */
bool read_date(struct reading *r, struct text value)
{
	struct text date = { value.at, DATE_LENGTH };
	int64_t when;

	if (value.len < DATE_LENGTH || !date_valid(date) ||
	    !clock_parse(value, &when))
		return refuse(r, "bad_date", "is not a date (YYYY-MM-DD)");
	if (value.len > DATE_LENGTH)
		remark(r, "time_dropped",
		    "is a date with a time, of which the date is kept");
	buf_add(r->out, date.at, date.len);
	return true;
}

static bool add_moment(struct reading *r, struct text value)
{
	char text[CLOCK_TEXT];
	int64_t when;

	if (!clock_parse(value, &when))
		return refuse(r, "bad_date_time",
		    "is not a time (YYYY-MM-DDTHH:MM:SS.sssZ)");
	clock_format(text, when);
	buf_puts(r->out, text);
	return true;
}

/* A date in CSV, a dateTime in JSON. */
bool read_moment(struct reading *r, struct text value)
{
	return add_moment(r, value);
}

bool read_modified(struct reading *r, struct text value)
{
	size_t before = r->out->len;

	if (!add_moment(r, value))
		return false;
	if (value.len != r->out->len - before ||
	    memcmp(value.at, r->out->data + before, value.len) != 0)
		remark(r, "date_time_form",
		    "is not written YYYY-MM-DDTHH:MM:SS.sssZ");
	return true;
}

bool read_year(struct reading *r, struct text value)
{
	int64_t year;

	if (value.len != 4 || !text_integer(value, 1, 9999, &year))
		return refuse(r, "bad_year", "is not a year (YYYY)");
	buf_add(r->out, value.at, value.len);
	return true;
}

/* --- numbers ------------------------------------------------------------- */

static size_t digits(struct text text, size_t at)
{
	size_t count = 0;

	while (at + count < text.len && text.at[at + count] >= '0' &&
	       text.at[at + count] <= '9')
		count++;
	return count;
}

/* -12.5, .5, 1e3; no inf, no nan. Exponents of two digits at most, so that no
 * short value becomes a long one. */
static bool is_number(struct text value)
{
	size_t at = value.at[0] == '-', whole, part = 0;

	whole = digits(value, at);
	at += whole;
	if (at < value.len && value.at[at] == '.') {
		part = digits(value, at + 1);
		at += part + 1;
	}
	if (whole + part == 0 || whole + part > NUMBER_DIGITS_MAX)
		return false;
	if (at < value.len && (value.at[at] | 0x20) == 'e') {
		size_t exponent;

		at++;
		at += at < value.len &&
		      (value.at[at] == '-' || value.at[at] == '+');
		exponent = digits(value, at);
		if (exponent == 0 || exponent > 2)
			return false;
		at += exponent;
	}
	return at == value.len;
}

bool read_number(struct reading *r, struct text value)
{
	if (!is_number(value))
		return refuse(r, "bad_number", "is not a number");
	buf_add(r->out, value.at, value.len);
	return true;
}

bool read_integer(struct reading *r, struct text value)
{
	int64_t number;

	if (!text_integer(value, INT32_MIN, INT32_MAX, &number))
		return refuse(r, "bad_integer", "is not a whole number");
	buf_add(r->out, value.at, value.len);
	return true;
}

/* --- lists --------------------------------------------------------------- */

/* The next element of a list: up to the comma, without spaces around. */
static bool next_item(struct reading *r, struct text *rest, struct text *item)
{
	const char *comma;

	if (rest->at == NULL)
		return false;
	comma = memchr(rest->at, ',', rest->len);
	*item = *rest;
	if (comma == NULL) {
		rest->at = NULL;
	} else {
		item->len = (size_t)(comma - rest->at);
		rest->len -= item->len + 1;
		rest->at = comma + 1;
	}
	*item = trimmed(r, *item);
	if (item->len == 0)
		remark(r, "empty_item", "has an empty element");
	return true;
}

/* Empty elements stay: subjects and their codes are paired by position. */
bool read_texts(struct reading *r, struct text value)
{
	struct text item;

	array_open(r->out);
	while (next_item(r, &value, &item))
		array_item(r->out, item);
	array_close(r->out);
	return true;
}

bool read_words(struct reading *r, struct text value)
{
	struct text item, stored;

	array_open(r->out);
	while (next_item(r, &value, &item)) {
		if (item.len == 0)
			continue;
		if (!find_word(r, item, &stored))
			return false;
		array_item(r->out, stored);
	}
	array_close(r->out);
	return true;
}

bool read_ids(struct reading *r, struct text value)
{
	struct text item;

	array_open(r->out);
	while (next_item(r, &value, &item)) {
		if (item.len == 0)
			continue;
		if (!check_id(r, item))
			return false;
		array_item(r->out, item);
	}
	array_close(r->out);
	return true;
}

/* {left:right}; the first colon divides. */
static bool add_pair(struct reading *r, struct text pair, bool first)
{
	const char *colon = memchr(pair.at, ':', pair.len);
	struct text left = pair, right;

	if (colon == NULL)
		return false;
	left.len = (size_t)(colon - pair.at);
	right.at = colon + 1;
	right.len = pair.len - left.len - 1;
	left = trimmed(r, left);
	right = trimmed(r, right);
	if (left.len == 0 || right.len == 0)
		return false;
	if (!first)
		buf_char(r->out, ',');
	array_open(r->out);
	array_item(r->out, left);
	array_item(r->out, right);
	array_close(r->out);
	return true;
}

static bool bad_pairs(struct reading *r)
{
	return refuse(r, "bad_pairs", "is not a list of pairs ({a:b},{c:d})");
}

bool read_pairs(struct reading *r, struct text value)
{
	bool first = true;

	array_open(r->out);
	while (value.len > 0) {
		const char *end = memchr(value.at, '}', value.len);
		struct text pair = { value.at + 1, 0 };

		if (*value.at != '{' || end == NULL)
			return bad_pairs(r);
		pair.len = (size_t)(end - pair.at);
		if (!add_pair(r, pair, first))
			return bad_pairs(r);
		first = false;
		value.len -= (size_t)(end + 1 - value.at);
		value.at = end + 1;
		value = trimmed(r, value);
		if (value.len == 0)
			break;
		if (*value.at != ',' || value.len == 1)
			return bad_pairs(r);
		value.at++;
		value.len--;
		value = trimmed(r, value);
	}
	array_close(r->out);
	return true;
}
