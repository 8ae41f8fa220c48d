/* Flags and listings, as every subcommand uses them. */
#include "check.h"

#include "cli/cli.h"

#include <unistd.h>

/* clang-format off */
static const struct flag flags_known[] = {
	{ "--port",  "PORT",  "A number" },
	{ "--scope", "SCOPE", "Many times" },
	{ "--full",  NULL,    "A switch" },
	FLAG_OUTPUT,
	{ 0 },
};

static const struct column columns[] = {
	{ "name",       COLUMN_TEXT   },
	{ "rowCount",   COLUMN_NUMBER },
	{ "live",       COLUMN_BOOL   },
	{ 0 },
};

static const char *const rows[][3] = {
	{ "Zoë, \"Z\"", "12000", "true" },
	{ "line\nfeed\x1b[1m", "7", "false" },
	{ NULL, NULL, NULL },
};

static const char *const printed[] = {
	[FORMAT_TABLE] = "NAME           ROW COUNT  LIVE\n"
	                 "Zoë, \"Z\"           12000  true\n"
	                 "line feed [1m          7  false\n"
	                 "-                      -  -\n",
	[FORMAT_JSON]  = "[\n"
	                 "  {\"name\": \"Zoë, \\\"Z\\\"\", \"rowCount\": 12000, \"live\": true},\n"
	                 "  {\"name\": \"line\\nfeed\\u001b[1m\", \"rowCount\": 7, \"live\": false},\n"
	                 "  {\"name\": null, \"rowCount\": null, \"live\": null}\n"
	                 "]\n",
	[FORMAT_YAML]  = "- name: \"Zoë, \\\"Z\\\"\"\n  rowCount: 12000\n  live: true\n"
	                 "- name: \"line\\nfeed\\u001b[1m\"\n  rowCount: 7\n  live: false\n"
	                 "- name: null\n  rowCount: null\n  live: null\n",
	[FORMAT_CSV]   = "name,rowCount,live\r\n"
	                 "\"Zoë, \"\"Z\"\"\",12000,true\r\n"
	                 "\"line\nfeed\x1b[1m\",7,false\r\n"
	                 ",,\r\n",
};
/* clang-format on */

static const struct command command = {
	.usage = "test ARGUMENT…",
	.meaning = "",
	.flags = flags_known,
	.arguments_min = 1,
	.arguments_max = 3,
};

/* Splits a command line at blanks. */
static bool read_line(struct flags *flags, const char *line)
{
	static char copy[200];
	static char *argv[20];
	int argc = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *rest = copy, *word; (word = strsep(&rest, " ")) != NULL;)
		argv[argc++] = word;
	return flags_read(flags, &command, argc, argv);
}

static void reads_flags(void **state)
{
	struct flags flags;
	int64_t port = 1;

	(void)state;
	CHECK(read_line(&flags,
		  "test a --port 80 --scope x b --scope=y=z --port=81 "
		  "-- --full"),
	    "reads");
	CHECK(flags.argument_count == 3, "%d", flags.argument_count);
	CHECK(strcmp(flags.arguments[2], "--full") == 0, "%s",
	    flags.arguments[2]);
	CHECK(!flags_has(&flags, "--full"), "after --");
	CHECK(flags_number(&flags, "--port", 0, 99, &port) && port == 81,
	    "the last one wins");
	CHECK(strcmp(flags_nth(&flags, "--scope", 0), "x") == 0, "first");
	CHECK(strcmp(flags_nth(&flags, "--scope", 1), "y=z") == 0, "second");
	CHECK(flags_nth(&flags, "--scope", 2) == NULL, "no third");
}

/* clang-format off */
static const char *const refused[] = {
	"test", "test a b c d", "test a --nope", "test a --port",
	"test a --full=1", "test a -x", "test a --ful", "test a --fullness",
};
/* clang-format on */

static void refuses_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(refused); i++) {
		struct flags flags;

		CHECK(!read_line(&flags, refused[i]), "%s", refused[i]);
		CHECK(flags.exit == 2, "%s", refused[i]);
	}
}

static void refuses_wrong_values(void **state)
{
	enum format format;
	struct flags flags;
	int64_t port = 1;

	(void)state;
	CHECK(read_line(&flags, "test a --port 100 -o xml"), "reads");
	CHECK(!flags_number(&flags, "--port", 0, 99, &port), "too large");
	CHECK(flags.exit == 2 && port == 1, "%d", flags.exit);
	flags.exit = 0;
	CHECK(!flags_format(&flags, &format) && flags.exit == 2, "xml");
}

/* Prints the rows to a file and gives what stands there. */
static const char *print_rows(enum format format)
{
	static char text[2000];
	struct listing listing = { .columns = columns };
	int kept = dup(STDOUT_FILENO);
	FILE *in;

	fflush(stdout);
	CHECK(freopen("printed", "we", stdout) != NULL, "to a file");
	for (size_t i = 0; i < array_length(rows); i++)
		listing_row(&listing, rows[i]);
	listing_print(&listing, format);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	in = fopen("printed", "re");
	CHECK(in != NULL, "back from the file");
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	return text;
}

static void prints_all_formats(void **state)
{
	(void)state;
	for (int i = 0; i <= FORMAT_CSV; i++) {
		const char *got = print_rows((enum format)i);

		CHECK(strcmp(got, printed[i]) == 0, "format %d:\n%s", i, got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_flags),
		cmocka_unit_test(refuses_what_is_wrong),
		cmocka_unit_test(refuses_wrong_values),
		cmocka_unit_test(prints_all_formats),
	};

	return check_main(tests);
}
