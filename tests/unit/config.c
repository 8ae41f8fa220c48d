/* Settings: where values come from, and what stops the start. */
#include "check.h"

#include <unistd.h>

/* One set of variables for each test, whatever the runner's own are. */
static void environment(const char *const *variables)
{
	static char texts[8][80];
	static char *pointers[9];
	int count = 0;

	for (; variables[count] != NULL; count++) {
		snprintf(texts[count], 80, "%s", variables[count]);
		pointers[count] = texts[count];
	}
	pointers[count] = NULL;
	config_free();
	environ = pointers;
}

static const char *file_with(const char *text)
{
	static char path[] = "config.file";
	FILE *out = fopen(path, "we");

	CHECK(out != NULL, "open");
	fputs(text, out);
	fclose(out);
	return path;
}

static void gives_defaults(void **state)
{
	const char *none[] = { NULL };
	struct err err = { 0 };
	int64_t days = 0;

	(void)state;
	environment(none);
	CHECK(config_read(NULL, &err), "%s", err.text);
	CHECK(strcmp(config_get("HOMEROOM_LISTEN"), "127.0.0.1:8080") == 0,
	    "%s", config_get("HOMEROOM_LISTEN"));
	CHECK(config_get("HOMEROOM_DATABASE_URL") == NULL, "none");
	CHECK(strcmp(config_get("HOMEROOM_KEY_FILE"), "./var/key") == 0, "%s",
	    config_get("HOMEROOM_KEY_FILE"));
	CHECK(config_number("HOMEROOM_RETENTION_DAYS", 1, 9999, &days, &err),
	    "%s", err.text);
	CHECK(days == 180, "%lld", (long long)days);
}

static void environment_wins_over_the_file(void **state)
{
	const char *variables[] = { "HOMEROOM_HOME=/from/env", "PATH=/bin",
		"HOMEROOM_TEST=x", "HOMEROOM_WORKERS=", NULL };
	struct err err = { 0 };

	(void)state;
	environment(variables);
	CHECK(config_read(file_with("# a comment\n\n"
				    "HOMEROOM_HOME=/from/file\r\n"
				    "  HOMEROOM_LISTEN=[::1]:0 \n"
				    "HOMEROOM_PUBLIC_URL=https://a/?b=c"),
		  &err),
	    "%s", err.text);
	CHECK(strcmp(config_get("HOMEROOM_HOME"), "/from/env") == 0, "%s",
	    config_get("HOMEROOM_HOME"));
	CHECK(strcmp(config_get("HOMEROOM_KEY_FILE"), "/from/env/key") == 0,
	    "%s", config_get("HOMEROOM_KEY_FILE"));
	CHECK(strcmp(config_get("HOMEROOM_LISTEN"), "[::1]:0") == 0, "%s",
	    config_get("HOMEROOM_LISTEN"));
	CHECK(strcmp(config_get("HOMEROOM_PUBLIC_URL"), "https://a/?b=c") == 0,
	    "%s", config_get("HOMEROOM_PUBLIC_URL"));
	CHECK(strcmp(config_get("HOMEROOM_WORKERS"), "0") == 0,
	    "empty is the default");
}

/* clang-format off */
static const struct {
	const char *variable;
	const char *file;
	const char *says;
} wrong[] = {
	{ "HOMEROOM_LISTN=x",       NULL, "environment: unknown setting HOMEROOM_LISTN " },
	{ "HOMEROOM_LOG=loud",      NULL, "HOMEROOM_LOG must be" },
	{ "HOMEROOM_CLOCK=tomorrow", NULL, "HOMEROOM_CLOCK must be a number" },
	{ NULL, "HOMEROOM_HOME=x\nLISTEN=y\n", "config.file:2: unknown setting LISTEN " },
	{ NULL, "\nHOMEROOM_HOME\n", "config.file:2: expected NAME=VALUE" },
};
/* clang-format on */

static void refuses_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(wrong); i++) {
		const char *variables[] = { wrong[i].variable, NULL };
		struct err err = { 0 };

		environment(variables);
		CHECK(!config_read(wrong[i].file != NULL
				       ? file_with(wrong[i].file)
				       : NULL,
			  &err),
		    "%s", wrong[i].says);
		CHECK(strstr(err.text, wrong[i].says) == err.text, "%s",
		    err.text);
	}
}

static void refuses_what_is_no_file(void **state)
{
	const char *none[] = { NULL };
	struct err err = { 0 };
	char longer[5000];

	(void)state;
	environment(none);
	CHECK(!config_read("no/such/file", &err), "no file");
	CHECK(err.fault == FAULT_IO, "%s", err.text);
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	err = (struct err){ 0 };
	CHECK(!config_read(file_with(longer), &err), "long line");
	CHECK(strstr(err.text, "line is too long") != NULL, "%s", err.text);
}

static void bounds_numbers(void **state)
{
	const char *variables[] = { "HOMEROOM_WORKERS=99", NULL };
	struct err err = { 0 };
	int64_t number;

	(void)state;
	environment(variables);
	CHECK(config_read(NULL, &err), "%s", err.text);
	CHECK(!config_number("HOMEROOM_WORKERS", 0, 98, &number, &err), "98");
	CHECK(strcmp(err.text,
		  "HOMEROOM_WORKERS must be a number from 0 to 98") == 0,
	    "%s", err.text);
}

static void every_setting_has_a_meaning(void **state)
{
	(void)state;
	for (const struct setting *s = settings; s->name != NULL; s++) {
		CHECK(strncmp(s->name, "HOMEROOM_", 9) == 0, "%s", s->name);
		CHECK(s->meaning != NULL && strlen(s->meaning) > 10, "%s",
		    s->name);
		for (const struct setting *t = settings; t < s; t++)
			CHECK(strcmp(s->name, t->name) != 0, "%s", s->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_defaults),
		cmocka_unit_test(environment_wins_over_the_file),
		cmocka_unit_test(refuses_what_is_wrong),
		cmocka_unit_test(refuses_what_is_no_file),
		cmocka_unit_test(bounds_numbers),
		cmocka_unit_test(every_setting_has_a_meaning),
	};
	char **own = environ;
	int failures = check_main(tests);

	environ = own;
	config_free();
	return failures;
}
