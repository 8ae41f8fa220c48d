/* Command lines: a table of flags, read and printed as help. */
#include "cli.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define ROWS_MAX 1000000000 /* that --limit takes */

static const struct flag no_flags[] = { { 0 } };
static const struct flag flag_help = { "--help", NULL, "Print this" };
static const struct flag flag_config = { "--config", "FILE",
	"Settings as NAME=VALUE lines; the environment wins over them" };

/* --- help ---------------------------------------------------------------- */

static void print_flag(const struct flag *flag)
{
	char left[64];

	snprintf(left, sizeof(left), "%s %s", flag->name,
	    flag->argument != NULL ? flag->argument : "");
	printf("  %-22s %s\n", left, flag->meaning);
}

static void print_settings(void)
{
	puts("\nSettings, from the environment or the file of --config:");
	for (const struct setting *s = settings; s->name != NULL; s++) {
		printf("  %-26s %s", s->name, s->meaning);
		if (s->fallback != NULL)
			printf(" (%s)", s->fallback);
		putchar('\n');
	}
}

static const struct flag *flags_of(const struct command *command)
{
	return command->flags != NULL ? command->flags : no_flags;
}

static void print_help(const struct command *command)
{
	printf("usage: homeroom %s\n\n%s\n", command->usage, command->meaning);
	for (const struct flag *f = flags_of(command); f->name != NULL; f++)
		print_flag(f);
	if (command->settings != SETTINGS_NONE)
		print_flag(&flag_config);
	print_flag(&flag_help);
	if (command->settings == SETTINGS_READ)
		puts("\nSettings of the process: see homeroom serve --help.");
	if (command->settings == SETTINGS_LISTED)
		print_settings();
}

int usage(const struct command *command, const char *fmt, ...)
{
	va_list args;

	fputs("homeroom: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fprintf(stderr, "\nusage: homeroom %s\n(--help says more)\n",
	    command->usage);
	return 2;
}

int failed(const struct err *err)
{
	fprintf(stderr, "homeroom: %s\n", err->text);
	return 1;
}

/* --- reading ------------------------------------------------------------- */

static const struct flag *find_flag(const struct command *command,
    struct text name)
{
	for (const struct flag *f = flags_of(command); f->name != NULL; f++)
		if (text_is(name, f->name))
			return f;
	if (text_is(name, flag_help.name))
		return &flag_help;
	if (command->settings != SETTINGS_NONE &&
	    text_is(name, flag_config.name))
		return &flag_config;
	return NULL;
}

/* Keeps one flag; *value is what follows '=', or the next word, which is then
 * used up (NULL when there is none). */
static bool keep_flag(struct flags *flags, struct text name, const char **value,
    bool equals)
{
	const struct flag *flag = find_flag(flags->command, name);
	const char *problem = NULL;

	if (flag == NULL)
		problem = "is unknown";
	else if (flag->argument == NULL && equals)
		problem = "takes no value";
	else if (flag->argument != NULL && *value == NULL)
		problem = "needs a value";
	else if (flags->given_count == FLAGS_MAX)
		problem = "is one flag too many";
	if (problem != NULL) {
		flags->exit = usage(flags->command, TEXT_FMT " %s",
		    TEXT_ARG(name), problem);
		return false;
	}
	if (flag->argument == NULL)
		*value = NULL;
	flags->given[flags->given_count].name = flag->name;
	flags->given[flags->given_count++].value = *value;
	return true;
}

/* Goes over the words; arguments are gathered at the front of argv. */
static bool read_words(struct flags *flags, int argc, char **argv)
{
	bool ended = false;

	for (int i = 1; i < argc; i++) {
		char *word = argv[i];
		size_t len = strcspn(word, "=");
		bool equals = word[len] == '=';
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;
		const char *value = equals ? word + len + 1 : next;

		if (ended || word[0] != '-' || word[1] == '\0') {
			flags->arguments[flags->argument_count++] = word;
		} else if (strcmp(word, "--") == 0) {
			ended = true;
		} else {
			struct text name = { word, len };

			if (!keep_flag(flags, name, &value, equals))
				return false;
			if (value != NULL && !equals)
				i++;
		}
	}
	return true;
}

static bool check_arguments(struct flags *flags)
{
	const struct command *command = flags->command;
	int count = flags->argument_count;

	if (count < command->arguments_min)
		flags->exit = usage(command, "an argument is missing");
	else if (count > command->arguments_max)
		flags->exit = usage(command, "'%s' is one argument too many",
		    flags->arguments[command->arguments_max]);
	else
		return true;
	return false;
}

bool flags_read(struct flags *flags, const struct command *command, int argc,
    char **argv)
{
	struct err err = { 0 };

	*flags = (struct flags){ .command = command, .arguments = argv + 1 };
	if (!read_words(flags, argc, argv))
		return false;
	if (flags_has(flags, flag_help.name)) {
		print_help(command);
		return false;
	}
	if (!check_arguments(flags))
		return false;
	if (command->settings == SETTINGS_NONE)
		return true;
	if (config_read(flags_get(flags, flag_config.name), &err))
		return true;
	flags->exit = failed(&err);
	return false;
}

/* --- what was given ------------------------------------------------------ */

bool flags_has(const struct flags *flags, const char *name)
{
	for (int i = 0; i < flags->given_count; i++)
		if (strcmp(flags->given[i].name, name) == 0)
			return true;
	return false;
}

const char *flags_get(const struct flags *flags, const char *name)
{
	const char *value = NULL, *next;

	for (int i = 0; (next = flags_nth(flags, name, i)) != NULL; i++)
		value = next;
	return value;
}

const char *flags_nth(const struct flags *flags, const char *name, int i)
{
	assert(find_flag(flags->command, (struct text){ name, strlen(name) }));
	for (int at = 0; at < flags->given_count; at++)
		if (strcmp(flags->given[at].name, name) == 0 && i-- == 0)
			return flags->given[at].value;
	return NULL;
}

bool flags_number(struct flags *flags, const char *name, int64_t low,
    int64_t high, int64_t *out)
{
	const char *value = flags_get(flags, name);

	if (value == NULL)
		return true;
	if (text_integer((struct text){ value, strlen(value) }, low, high, out))
		return true;
	flags->exit =
	    high == INT64_MAX
		? usage(flags->command, "%s must be a number, %lld at least",
		      name, (long long)low)
		: usage(flags->command, "%s must be a number from %lld to %lld",
		      name, (long long)low, (long long)high);
	return false;
}

bool flags_format(struct flags *flags, enum format *out)
{
	static const char *const words[] = {
		[FORMAT_TABLE] = "table",
		[FORMAT_JSON] = "json",
		[FORMAT_YAML] = "yaml",
		[FORMAT_CSV] = "csv",
		[FORMAT_HTML] = "html",
	};
	const char *value = flags_get(flags, "-o");

	*out = FORMAT_TABLE;
	if (value == NULL)
		return true;
	for (size_t i = 0; i < array_length(words); i++) {
		if (strcmp(value, words[i]) == 0) {
			*out = (enum format)i;
			return true;
		}
	}
	flags->exit =
	    usage(flags->command, "-o is table, json, yaml, csv or html");
	return false;
}

bool flags_listing(struct flags *flags, const struct command *command, int argc,
    char **argv, enum format *format, int64_t *limit)
{
	return flags_read(flags, command, argc, argv) &&
	       flags_number(flags, "--limit", 1, ROWS_MAX, limit) &&
	       flags_format(flags, format);
}

/* --- verbs --------------------------------------------------------------- */

static int list_verbs(const char *subcommand, const struct verb *verbs,
    FILE *out, int status)
{
	fprintf(out, "usage: homeroom %s VERB …\n\n", subcommand);
	for (const struct verb *v = verbs; v->name != NULL; v++)
		fprintf(out, "  %-10s %s\n", v->name, v->meaning);
	fprintf(out, "\nhomeroom %s VERB --help says more.\n", subcommand);
	return status;
}

int verbs_run(const struct verb *verbs,
    int (*run)(const struct verb *verb, int argc, char **argv), int argc,
    char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return list_verbs(argv[0], verbs, stdout, 0);
	for (const struct verb *v = verbs; argc > 1 && v->name != NULL; v++)
		if (strcmp(argv[1], v->name) == 0)
			return run(v, argc - 1, argv + 1);
	if (argc > 1)
		fprintf(stderr, "homeroom: %s has no verb '%s'\n", argv[0],
		    argv[1]);
	return list_verbs(argv[0], verbs, stderr, 2);
}
