/* Postgres' array literals: {a,"b c",NULL} and {{a,b},{c,d}}. */
#include "model.h"

#include <string.h>

/* --- reading ------------------------------------------------------------- */

struct split {
	char *at, *end;
	struct text *items;
	int count, max;
};

static bool put_item(struct split *s, const char *at, size_t len)
{
	if (s->count == s->max)
		return false;
	s->items[s->count++] = (struct text){ at, len };
	return true;
}

/* "…" with \ before any byte: the bytes move down over the backslashes. */
static bool quoted_item(struct split *s)
{
	char *from = s->at + 1, *to = from, *start = from;

	while (from < s->end && *from != '"') {
		if (*from == '\\' && ++from == s->end)
			return false;
		*to++ = *from++;
	}
	if (from == s->end)
		return false;
	s->at = from + 1;
	return put_item(s, start, (size_t)(to - start));
}

static const bool ends_bare[256] = {
	[','] = true,
	['{'] = true,
	['}'] = true,
	['"'] = true,
	['\\'] = true,
};

static bool bare_item(struct split *s)
{
	size_t len = 0, left = (size_t)(s->end - s->at);
	const char *start = s->at;

	while (len < left && !ends_bare[(unsigned char)start[len]])
		len++;
	s->at += len;
	if (text_is_nocase((struct text){ start, len }, "NULL"))
		return put_item(s, NULL, 0);
	return len > 0 && put_item(s, start, len);
}

static bool take(struct split *s, char c)
{
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static bool items(struct split *s)
{
	do {
		bool quoted = s->at < s->end && *s->at == '"';

		if (!(quoted ? quoted_item(s) : bare_item(s)))
			return false;
	} while (take(s, ','));
	return true;
}

static bool rows(struct split *s)
{
	do {
		if (!take(s, '{') || !items(s) || !take(s, '}'))
			return false;
	} while (take(s, ','));
	return true;
}

int array_split(char *literal, size_t len, struct text *out, int max)
{
	struct split s = { literal, literal, out, 0, max };
	bool fine;

	if (len == 0 || *literal != '{')
		return -1;
	s.at++;
	s.end += len;
	if (take(&s, '}'))
		return s.at == s.end ? 0 : -1;
	fine = s.at < s.end && *s.at == '{' ? rows(&s) : items(&s);
	return fine && take(&s, '}') && s.at == s.end ? s.count : -1;
}

/* --- writing ------------------------------------------------------------- */

void array_open(struct buf *out)
{
	buf_char(out, '{');
}

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool needs_quotes(struct text item)
{
	if (item.len == 0 || text_is_nocase(item, "NULL"))
		return true;
	for (size_t i = 0; i < item.len; i++)
		if (is_one_of(item.at[i], ",{}\"\\ \t\n\r\v\f"))
			return true;
	return false;
}

/* An item that would end like an opening brace is quoted: so a brace as the
 * last byte says that this is the first item. */
void array_item(struct buf *out, struct text item)
{
	if (out->data[out->len - 1] != '{')
		buf_char(out, ',');
	if (item.at == NULL) {
		buf_puts(out, "NULL");
		return;
	}
	if (!needs_quotes(item)) {
		buf_add(out, item.at, item.len);
		return;
	}
	buf_char(out, '"');
	for (size_t i = 0; i < item.len; i++) {
		if (item.at[i] == '"' || item.at[i] == '\\')
			buf_char(out, '\\');
		buf_char(out, item.at[i]);
	}
	buf_char(out, '"');
}

void array_close(struct buf *out)
{
	buf_char(out, '}');
}
