/*
 * cli: the subcommands. Each reads its flags, calls the rooms and prints.
 *
 * A subcommand is a file src/cli/NAME.c with cli_NAME, declared here, and a
 * row in src/main.c. Exit codes: 0 done, 1 refused or failed, with a reason
 * on standard error, 2 usage.
 */
#ifndef HOMEROOM_CLI_H
#define HOMEROOM_CLI_H

struct subcommand {
	const char *name; /* "serve"; NULL ends the table */
	int (*run)(int argc, char **argv);
	const char *meaning;
};

/* Runs the subcommand that argv[1] names; returns the exit code. The
 * subcommand's argv[0] is its own name. */
int cli_run(const struct subcommand *subcommands, int argc, char **argv);

int cli_apply(int argc, char **argv);
int cli_get(int argc, char **argv);
int cli_delete(int argc, char **argv);
int cli_approve(int argc, char **argv);
int cli_account(int argc, char **argv);
int cli_audit(int argc, char **argv);
int cli_application(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_describe(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_export(int argc, char **argv);
int cli_generate(int argc, char **argv);
int cli_import(int argc, char **argv);
int cli_jobs(int argc, char **argv);
int cli_password(int argc, char **argv);
int cli_preview(int argc, char **argv);
int cli_migrate(int argc, char **argv);
int cli_notification(int argc, char **argv);
int cli_plan(int argc, char **argv);
int cli_person(int argc, char **argv);
int cli_preflight(int argc, char **argv);
int cli_push(int argc, char **argv);
int cli_reconcile(int argc, char **argv);
int cli_rollback(int argc, char **argv);
int cli_demo(int argc, char **argv);
int cli_sync(int argc, char **argv);
int cli_undo(int argc, char **argv);
int cli_up(int argc, char **argv);
int cli_work(int argc, char **argv);
int cli_serve(int argc, char **argv);
int cli_status(int argc, char **argv);
int cli_versions(int argc, char **argv);

#endif
