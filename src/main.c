/* The table of subcommands, and nothing else. */
#include "homeroom/cli.h"

/* clang-format off */
static const struct subcommand subcommands[] = {
	{ "application", cli_application, "Publishers' applications and their credentials" },
	{ "describe", cli_describe, "Print what the model's and the settings' tables say" },
	{ "generate", cli_generate, "Make up a district as a bundle, or the next day of one" },
	{ "import",   cli_import,   "Take in a bundle, and report what became of it" },
	{ "migrate",  cli_migrate,  "Create or upgrade the database" },
	{ "serve", cli_serve, "Serve OneRoster to publishers" },
	{ 0 },
};
/* clang-format on */

int main(int argc, char **argv)
{
	return cli_run(subcommands, argc, argv);
}
