/* Finds the subcommand that was asked for and runs it. */
#include "homeroom/cli.h"
#include "homeroom/base.h"

#include <stdio.h>
#include <string.h>

static void print_help(FILE *out, const struct subcommand *subcommands)
{
	fputs("usage: homeroom SUBCOMMAND …\n\n", out);
	for (const struct subcommand *s = subcommands; s->name != NULL; s++)
		fprintf(out, "  %-12s %s\n", s->name, s->meaning);
	fputs("\nhomeroom SUBCOMMAND --help says more.\n", out);
}

static const struct subcommand *find(const struct subcommand *subcommands,
    const char *name)
{
	for (const struct subcommand *s = subcommands; s->name != NULL; s++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

static int unknown(const struct subcommand *subcommands, const char *name)
{
	fprintf(stderr, "homeroom: there is no subcommand '%s'\n\n", name);
	print_help(stderr, subcommands);
	return 2;
}

/* "help", or "help plan", which is "plan --help". */
static int help(const struct subcommand *subcommands, int argc, char **argv)
{
	const struct subcommand *s =
	    argc > 1 ? find(subcommands, argv[1]) : NULL;
	char *more[] = { argc > 1 ? argv[1] : NULL, (char[]){ "--help" },
		NULL };

	if (s != NULL)
		return s->run(2, more);
	if (argc > 1)
		return unknown(subcommands, argv[1]);
	print_help(stdout, subcommands);
	return 0;
}

static int run(const struct subcommand *subcommands, int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	const struct subcommand *s = find(subcommands, name);

	if (s != NULL)
		return s->run(argc - 1, argv + 1);
	if (strcmp(name, "--help") == 0 || strcmp(name, "help") == 0)
		return help(subcommands, argc - 1, argv + 1);
	if (strcmp(name, "--version") == 0) {
		puts("homeroom " HOMEROOM_VERSION);
		return 0;
	}
	if (argc > 1)
		return unknown(subcommands, name);
	print_help(stderr, subcommands);
	return 2;
}

int cli_run(const struct subcommand *subcommands, int argc, char **argv)
{
	int status = run(subcommands, argc, argv);

	config_free();
	if ((ferror(stdout) != 0 || fflush(stdout) != 0) && status == 0) {
		fputs("homeroom: can't write to standard output\n", stderr);
		return 1;
	}
	return status;
}
