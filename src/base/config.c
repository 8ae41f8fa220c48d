/* The settings of the process: the table, and where their values come from. */
#include "homeroom/base.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PREFIX "HOMEROOM_"

/* clang-format off */
const struct setting settings[] = {
/*	  name                         default            meaning */
	{ "HOMEROOM_DATABASE_URL",     NULL,              "Postgres to use; without it a private one runs under HOMEROOM_HOME" },
	{ "HOMEROOM_LISTEN",           "127.0.0.1:8080",  "Address and port to serve on; port 0 takes any free one" },
	{ "HOMEROOM_TLS_CERTIFICATE",  NULL,              "PEM file with the certificate and its chain; with it HTTPS is served" },
	{ "HOMEROOM_TLS_KEY",          NULL,              "PEM file with the certificate's private key" },
	{ "HOMEROOM_HOME",             "./var",           "Folder for the private Postgres, the key, bundles and the audit's spools" },
	{ "HOMEROOM_LOG",              "info",            "Least level that is logged: debug, info, warn or error" },
	{ "HOMEROOM_PUBLIC_URL",       NULL,              "How clients reach us (https://host); without it taken from each request" },
	{ "HOMEROOM_KEY_FILE",         "HOMEROOM_HOME/key", "File with the key that protects signing keys at rest; made at first use" },
	{ "HOMEROOM_PROXIES",          NULL,              "Addresses of proxies, with commas between, whose forwarded headers count" },
	{ "HOMEROOM_WORKERS",          "0",               "Threads that ask the database; 0 chooses by the machine" },
	{ "HOMEROOM_LOOPS",            "0",               "Threads that own sockets; 0 is one a core" },
	{ "HOMEROOM_CONNECTIONS",      "4096",            "Most connections at one time" },
	{ "HOMEROOM_CONCURRENCY",      "256",             "Most requests of one application that a process answers at a time, unless its grant says otherwise" },
	{ "HOMEROOM_RETENTION_DAYS",   "180",             "Days that superseded versions of the roster are kept" },
	{ "HOMEROOM_AUDIT_DAYS",       "400",             "Days that the audit, of who read what and when, is kept" },
	{ "HOMEROOM_CLOCK",            NULL,              "For tests: the clock starts at this many seconds since 1970" },
	{ 0 },
};

/* Set by the runner of the tests, and read by tests alone. */
static const char *const ignored[] = { "HOMEROOM_TEST", "HOMEROOM_BINARY" };
/* clang-format on */

static char *values[array_length(settings)];   /* NULL: the default */
static char *expanded[array_length(settings)]; /* defaults below the home */

static const struct setting *find(const char *name, size_t len)
{
	for (const struct setting *s = settings; s->name != NULL; s++)
		if (text_is((struct text){ name, len }, s->name))
			return s;
	return NULL;
}

static char *copy(const char *text, size_t len)
{
	char *p = memory_new(len + 1);

	memcpy(p, text, len);
	return p;
}

static void replace(char **at, char *value)
{
	memory_free(*at);
	*at = value;
}

static bool is_ignored(const char *name)
{
	for (size_t i = 0; i < array_length(ignored); i++)
		if (strncmp(name, ignored[i], strlen(ignored[i])) == 0)
			return true;
	return false;
}

/* Takes NAME=VALUE. An empty value is no value: the default stays. */
static bool set(const char *line, size_t len, struct err *err)
{
	const char *equals = memchr(line, '=', len);
	const struct setting *s;
	size_t name_len;

	if (equals == NULL)
		return fail(err, FAULT_INVALID, "expected NAME=VALUE");
	name_len = (size_t)(equals - line);
	s = find(line, name_len);
	if (s == NULL)
		return fail(err, FAULT_INVALID,
		    "unknown setting %.*s (homeroom serve --help lists all)",
		    (int)name_len, line);
	len -= name_len + 1;
	replace(&values[s - settings], len == 0 ? NULL : copy(equals + 1, len));
	return true;
}

static bool read_environment(struct err *err)
{
	for (char **e = environ; *e != NULL; e++) {
		if (strncmp(*e, PREFIX, strlen(PREFIX)) != 0 || is_ignored(*e))
			continue;
		if (!set(*e, strlen(*e), err)) {
			err_add(err, "environment");
			return false;
		}
	}
	return true;
}

/* Drops what surrounds the text: spaces, and the end of the line. */
static struct text trim(struct text text)
{
	while (text.len > 0 && strchr(" \t\r\n", text.at[text.len - 1]) != NULL)
		text.len--;
	while (text.len > 0 && strchr(" \t", text.at[0]) != NULL) {
		text.at++;
		text.len--;
	}
	return text;
}

static bool read_lines(FILE *in, const char *file, struct err *err)
{
	char line[4096];

	for (int number = 1; fgets(line, sizeof(line), in) != NULL; number++) {
		size_t len = strlen(line);
		struct text text = trim((struct text){ line, len });
		bool good = true;

		if (len + 1 == sizeof(line) && line[len - 1] != '\n')
			good = fail(err, FAULT_INVALID, "line is too long");
		else if (text.len > 0 && text.at[0] != '#')
			good = set(text.at, text.len, err);
		if (!good) {
			err_add(err, "%s:%d", file, number);
			return false;
		}
	}
	if (ferror(in) != 0)
		return fail(err, FAULT_IO, "can't read %s", file);
	return true;
}

static bool read_file(const char *file, struct err *err)
{
	FILE *in = fopen(file, "re");
	bool good;

	if (in == NULL)
		return fail(err, FAULT_IO, "can't open %s: %m", file);
	good = read_lines(in, file, err);
	fclose(in);
	return good;
}

/* Two settings rule base itself. */
static bool apply_own(struct err *err)
{
	enum log_level level;
	int64_t seconds;

	if (!log_level_parse(config_get("HOMEROOM_LOG"), &level))
		return fail(err, FAULT_INVALID,
		    "HOMEROOM_LOG must be debug, info, warn or error");
	log_level_set(level);
	if (config_get("HOMEROOM_CLOCK") == NULL)
		return true;
	if (!config_number("HOMEROOM_CLOCK", 0, INT32_MAX, &seconds, err))
		return false;
	clock_set(seconds * 1000);
	return true;
}

bool config_read(const char *file, struct err *err)
{
	if (file != NULL && !read_file(file, err))
		return false;
	if (!read_environment(err))
		return false;
	/* Now, before the first thread. */
	for (const struct setting *s = settings; s->name != NULL; s++)
		(void)config_get(s->name);
	return apply_own(err);
}

void config_set(const char *name, const char *value)
{
	const struct setting *s = find(name, strlen(name));

	assert(s != NULL);
	replace(&values[s - settings], copy(value, strlen(value)));
}

static const char *value_or_default(const struct setting *s)
{
	const char *value = values[s - settings];

	return value != NULL ? value : s->fallback;
}

/* A default that begins with the home's name lies below its value. */
static const char *expand(const struct setting *s)
{
	static const char home[] = "HOMEROOM_HOME/";
	const size_t len = sizeof(home) - 2;
	char **at = &expanded[s - settings];
	struct buf path = { 0 };

	if (*at == NULL && strncmp(s->fallback, home, len + 1) == 0) {
		buf_puts(&path, value_or_default(find(home, len)));
		buf_puts(&path, s->fallback + len);
		*at = buf_take(&path, NULL);
	}
	return *at != NULL ? *at : s->fallback;
}

const char *config_get(const char *name)
{
	const struct setting *s = find(name, strlen(name));

	assert(s != NULL);
	if (values[s - settings] != NULL || s->fallback == NULL)
		return values[s - settings];
	return expand(s);
}

bool config_number(const char *name, int64_t low, int64_t high, int64_t *out,
    struct err *err)
{
	const char *value = config_get(name);

	if (value == NULL)
		return fail(err, FAULT_INVALID, "%s is not set", name);
	if (!text_integer((struct text){ value, strlen(value) }, low, high,
		out))
		return fail(err, FAULT_INVALID,
		    "%s must be a number from %lld to %lld", name,
		    (long long)low, (long long)high);
	return true;
}

void config_free(void)
{
	for (size_t i = 0; i < array_length(values); i++) {
		replace(&values[i], NULL);
		replace(&expanded[i], NULL);
	}
}
