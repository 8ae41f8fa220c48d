/* Whether a word of settings is an address, a day, a time of the day. */
#include "settings.h"

bool settings_is_place(const char *text, const char *scheme)
{
	return strncmp(text, scheme, strlen(scheme)) == 0 &&
	       strchr(text, '@') == NULL && strpbrk(text, " \t\r\n#") == NULL;
}

bool settings_is_date(const char *text)
{
	struct field date = { .kind = DATE };
	struct buf out = { 0 };
	struct note note = { 0 };
	bool null, taken = field_read(&date, V12,
		       (struct text){ text, strlen(text) }, &out, &null, &note);

	buf_free(&out);
	return taken && !null && note.code == NULL && strlen(text) == 10;
}

/* The first five of it are "05:30". */
static bool begins_with_clock(const char *text)
{
	int64_t hour, minute;

	return strlen(text) >= 5 && text[2] == ':' &&
	       text_integer((struct text){ text, 2 }, 0, 23, &hour) &&
	       text_integer((struct text){ text + 3, 2 }, 0, 59, &minute);
}

bool settings_is_clock(const char *text)
{
	return begins_with_clock(text) && text[5] == '\0';
}

bool settings_is_hours(const char *text)
{
	return begins_with_clock(text) && text[5] == '-' &&
	       settings_is_clock(text + 6) && strncmp(text, text + 6, 5) != 0;
}
