/* Texts as ODBC has them: wide characters, and connection strings. */
#include "query.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* --- wide characters ------------------------------------------------------ */

/* What a character that is none becomes: no UTF-8 has it. */
#define NO_UTF8 '\xff'

static char *put_letter(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*out++ = (char)(0xe0 | c >> 12);
		} else {
			*out++ = (char)(0xf0 | c >> 18);
			*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		}
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (c & 0x3f));
	return out;
}

static bool is_pair(const SQLWCHAR *wide, size_t left)
{
	return left > 1 && wide[0] < 0xdc00 && wide[1] >= 0xdc00 &&
	       wide[1] <= 0xdfff;
}

struct text odbc_narrow(struct arena *arena, const SQLWCHAR *wide, size_t len)
{
	char *text = arena_alloc(arena, 3 * len + 1), *out = text;

	for (size_t i = 0; i < len; i++) {
		uint32_t c = wide[i];

		if (c < 0xd800 || c > 0xdfff) {
			out = put_letter(out, c);
		} else if (is_pair(wide + i, len - i)) {
			out = put_letter(out, 0x10000 + ((c - 0xd800) << 10) +
						  (wide[++i] - 0xdc00U));
		} else {
			*out++ = NO_UTF8;
		}
	}
	return (struct text){ text, (size_t)(out - text) };
}

/* The text is valid UTF-8: a first byte says how many follow. */
static uint32_t take_letter(const unsigned char **at)
{
	uint32_t c = *(*at)++;
	int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

	if (more > 0)
		c &= 0x3fU >> more;
	while (more-- > 0)
		c = c << 6 | (*(*at)++ & 0x3fU);
	return c;
}

const SQLWCHAR *odbc_wide(struct arena *arena, const char *text, size_t *len)
{
	const unsigned char *at = (const unsigned char *)text;
	SQLWCHAR *wide = arena_alloc(arena, (strlen(text) + 1) * sizeof(*wide));

	*len = 0;
	while (*at != '\0') {
		uint32_t c = take_letter(&at);

		if (c >= 0x10000) {
			c -= 0x10000;
			wide[(*len)++] = (SQLWCHAR)(0xd800 + (c >> 10));
			c = 0xdc00 + (c & 0x3ff);
		}
		wide[(*len)++] = (SQLWCHAR)c;
	}
	return wide;
}

/* --- connection strings --------------------------------------------------- */

/* The key of KEY=VALUE; *at is moved behind the semicolon. */
static struct text take_key(const char **at)
{
	const char *text = *at;
	struct text key = { text, strcspn(text, "=;") };

	text += key.len;
	if (*text == '=' && text[1] == '{')
		text += strcspn(text, "}");
	text += strcspn(text, ";");
	*at = text + (*text == ';');
	while (key.len > 0 && isspace((unsigned char)*key.at)) {
		key.at++;
		key.len--;
	}
	while (key.len > 0 && isspace((unsigned char)key.at[key.len - 1]))
		key.len--;
	return key;
}

bool odbc_check(const char *database, struct err *err)
{
	bool found = false;

	if (strchr(database, '=') == NULL || strstr(database, "://") != NULL)
		return fail(err, FAULT_INVALID,
		    "the database is neither postgresql://host/name nor what "
		    "ODBC takes, such as DSN=sis");
	for (const char *at = database; *at != '\0';) {
		struct text key = take_key(&at);

		found = found || text_is_nocase(key, "PWD") ||
			text_is_nocase(key, "Password");
	}
	return !found ||
	       fail(err, FAULT_INVALID,
		   "the database holds a password: give it as `password` or "
		   "`passwordFile`");
}

/* In braces nothing but a closing brace has a meaning. */
static void put_pair(struct buf *out, const char *key, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(out, ";%s=", key);
	if (strpbrk(value, "[]{}(),;?*=!@ ") == NULL) {
		buf_puts(out, value);
		return;
	}
	buf_char(out, '{');
	for (; *value != '\0'; value++) {
		buf_char(out, *value);
		if (*value == '}')
			buf_char(out, '}');
	}
	buf_char(out, '}');
}

const char *odbc_string(const struct queries *queries)
{
	const struct query_account *account = &queries->account;
	struct buf out = { 0 };
	const char *text;

	buf_puts(&out, account->database);
	while (out.len > 0 && strchr("; ", out.data[out.len - 1]) != NULL)
		out.len--;
	put_pair(&out, "UID", account->user);
	put_pair(&out, "PWD", account->password);
	text = arena_text(queries->arena, buf_text(&out));
	buf_free(&out);
	return text;
}
