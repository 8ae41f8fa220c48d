/* The log: one line for an event, on standard error. */
#include "homeroom/base.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2048
#define QUOTE_MAX_BYTES 300

static enum log_level threshold = LOG_INFO;

static const char *const level_words[] = {
	[LOG_DEBUG] = "debug",
	[LOG_INFO] = "info",
	[LOG_WARN] = "warn",
	[LOG_ERROR] = "error",
};

void log_level_set(enum log_level level)
{
	threshold = level;
}

bool log_level_parse(const char *word, enum log_level *out)
{
	for (size_t i = 0; i < array_length(level_words); i++) {
		if (strcmp(word, level_words[i]) == 0) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

/* Nothing that was formatted may begin a line of its own. */
static void blank_controls(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			text[i] = ' ';
}

void log_line(enum log_level level, const char *event, const char *fmt, ...)
{
	char line[LINE_MAX_BYTES], now[CLOCK_TEXT];
	const size_t room = sizeof(line) - 1;
	va_list args;
	size_t len;
	int more;

	if (level < threshold)
		return;
	clock_format(now, clock_now());
	more = snprintf(line, room, "time=%s level=%s %s ", now,
	    level_words[level], event);
	assert(more > 0 && (size_t)more < room);
	len = (size_t)more;
	va_start(args, fmt);
	more = vsnprintf(line + len, room - len, fmt, args);
	va_end(args);
	if (more > 0)
		len +=
		    (size_t)more < room - len ? (size_t)more : room - len - 1;
	blank_controls(line, len);
	while (len > 0 && line[len - 1] == ' ')
		len--;
	line[len++] = '\n';
	/* There is nowhere left to complain when standard error is gone. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}

const char *log_quote(struct arena *arena, const char *value)
{
	size_t len = strnlen(value, QUOTE_MAX_BYTES);
	bool whole = utf8_valid(value, len);
	char *out = arena_alloc(arena, 4 * len + 3), *to = out;

	*to++ = '"';
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c < 0x20 || c == 0x7f || (c >= 0x80 && !whole)) {
			*to++ = '\\';
			*to++ = 'x';
			hex_encode(to, &c, 1);
			to += 2;
			continue;
		}
		if (c == '"' || c == '\\')
			*to++ = '\\';
		*to++ = (char)c;
	}
	*to = '"';
	return out;
}
