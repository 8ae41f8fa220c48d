/* The table of subcommands, and nothing else. */
#include "homeroom/cli.h"

/* clang-format off */
static const struct subcommand subcommands[] = {
	{ "account",      cli_account,      "List a directory's accounts; say whose one is" },
	{ "application",  cli_application,  "Make and change publishers' applications and their credentials" },
	{ "apply",        cli_apply,        "Make settings of YAML files so" },
	{ "approve",      cli_approve,      "List what waits for a person, and take it" },
	{ "audit",        cli_audit,        "Say who read what and when, and who changed which setting" },
	{ "check",        cli_check,        "Say what is wrong with the live roster, or with a bundle" },
	{ "delete",       cli_delete,       "Delete a setting" },
	{ "demo",         cli_demo,         "Run everything at once, over a made-up district" },
	{ "describe",     cli_describe,     "Print what the program's tables say: data, settings, API" },
	{ "explain",      cli_explain,      "Say why a publisher sees a record, or whose word a person's fields are" },
	{ "export",       cli_export,       "Write the CSV bundle that an application would download" },
	{ "generate",     cli_generate,     "Make up a district as a bundle, or the next day of one" },
	{ "get",          cli_get,          "Print settings, or list them" },
	{ "import",       cli_import,       "Take in a bundle, and report what became of it" },
	{ "jobs",         cli_jobs,         "List what waits to be done, is being done, and was" },
	{ "migrate",      cli_migrate,      "Create or upgrade the database" },
	{ "notification", cli_notification, "Say who was told of what happened; try what they are told" },
	{ "password",     cli_password,     "Hand over first passwords: slips to print, an encrypted list" },
	{ "person",       cli_person,       "Say which records are the same human, where rules can't tell" },
	{ "plan",         cli_plan,         "Plan what is to be done to a directory, so that it is as the rules say" },
	{ "preflight",    cli_preflight,    "Say what an application will receive, and what its importer will not like" },
	{ "preview",      cli_preview,      "Print the accounts that rules want, and why" },
	{ "push",         cli_push,         "Bring an application its CSV bundle, by SFTP" },
	{ "reconcile",    cli_reconcile,    "Report what is not as it should be in a directory" },
	{ "rollback",     cli_rollback,     "Make the roster what it was at an earlier version" },
	{ "serve",        cli_serve,        "Serve OneRoster to publishers" },
	{ "status",       cli_status,       "Say what is live, what ran last, and what waits" },
	{ "sync",         cli_sync,         "Bring a directory to what the rules say" },
	{ "undo",         cli_undo,         "Plan the way back from what a plan has done" },
	{ "up",           cli_up,           "Serve and work in one process" },
	{ "versions",     cli_versions,     "List the versions of the roster" },
	{ "work",         cli_work,         "Do what is scheduled, and keep the data in order" },
	{ 0 },
};
/* clang-format on */

int main(int argc, char **argv)
{
	return cli_run(subcommands, argc, argv);
}
