/* The log: whole lines, of the right level, that nothing can forge. */
#include "check.h"

#include <fcntl.h>
#include <unistd.h>

static char written[8192];

/* Sends standard error to a file while `emit` runs, and reads it back. */
static const char *capture(void (*emit)(void))
{
	char path[] = "log.XXXXXX";
	int file = mkstemp(path), kept = dup(STDERR_FILENO);
	ssize_t got;

	CHECK(file >= 0 && kept >= 0, "files");
	dup2(file, STDERR_FILENO);
	emit();
	dup2(kept, STDERR_FILENO);
	close(kept);
	got = pread(file, written, sizeof(written) - 1, 0);
	CHECK(got >= 0, "read");
	written[got] = '\0';
	close(file);
	unlink(path);
	return written;
}

static void emit_plain(void)
{
	clock_set(0);
	log_line(LOG_INFO, "request", "status=%d ms=%d", 200, 3);
}

static void emit_forged(void)
{
	log_line(LOG_WARN, "event", "a=%s", "x\ntime=0 level=error forged\x1b");
}

static void emit_long(void)
{
	char text[5000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	log_line(LOG_ERROR, "event", "a=%s", text);
}

static void emit_below(void)
{
	log_line(LOG_DEBUG, "event", "a=%d", 1);
}

static void writes_one_line(void **state)
{
	const char *line;

	(void)state;
	line = capture(emit_plain);
	CHECK(strncmp(line, "time=1970-01-01T00:00:00.", 25) == 0, "%s", line);
	CHECK(strstr(line, "Z level=info request status=200 ms=3\n") != NULL,
	    "%s", line);
}

static void keeps_to_one_line(void **state)
{
	const char *line;

	(void)state;
	line = capture(emit_forged);
	CHECK(strchr(line, '\n') == line + strlen(line) - 1, "%s", line);
	CHECK(strchr(line, '\x1b') == NULL, "%s", line);
	line = capture(emit_long);
	CHECK(strchr(line, '\n') == line + strlen(line) - 1, "%s", line);
	CHECK(strlen(line) < 2100, "%zu", strlen(line));
}

static void leaves_out_lesser_levels(void **state)
{
	enum log_level level = LOG_ERROR;

	(void)state;
	CHECK(strcmp(capture(emit_below), "") == 0, "%s", written);
	log_level_set(LOG_DEBUG);
	CHECK(strcmp(capture(emit_below), "") != 0, "nothing written");
	CHECK(log_level_parse("warn", &level) && level == LOG_WARN, "warn");
	CHECK(!log_level_parse("loud", &level), "loud");
}

static void quotes_values(void **state)
{
	struct arena *arena = arena_new();
	char longer[1000];

	(void)state;
	CHECK(strcmp(log_quote(arena, "a \"b\" \\ \n\x7f"),
		  "\"a \\\"b\\\" \\\\ \\x0a\\x7f\"") == 0,
	    "%s", log_quote(arena, "a \"b\" \\ \n\x7f"));
	CHECK(strcmp(log_quote(arena, "\xc3\xa9"), "\"\xc3\xa9\"") == 0,
	    "UTF-8 stays");
	CHECK(strcmp(log_quote(arena, "\xc3("), "\"\\xc3(\"") == 0,
	    "what is none does not");
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	CHECK(strlen(log_quote(arena, longer)) == 302, "cut");
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_one_line),
		cmocka_unit_test(keeps_to_one_line),
		cmocka_unit_test(leaves_out_lesser_levels),
		cmocka_unit_test(quotes_values),
	};

	return check_main(tests);
}
