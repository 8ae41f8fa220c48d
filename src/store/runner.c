/* Who runs Postgres, which refuses root: other programs and small acts, done
 * as an unprivileged user. */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOT_STARTED 127

/* An entry of /etc/passwd, and the texts that it points to. */
struct user {
	struct passwd entry;
	char text[4096];
};

static bool by_id(struct user *user, uid_t uid)
{
	struct passwd *found = NULL;

	return getpwuid_r(uid, &user->entry, user->text, sizeof(user->text),
		   &found) == 0 &&
	       found != NULL;
}

static bool by_name(struct user *user, const char *name)
{
	struct passwd *found = NULL;

	return getpwnam_r(name, &user->entry, user->text, sizeof(user->text),
		   &found) == 0 &&
	       found != NULL;
}

static bool find_user(struct user *user, uid_t owner)
{
	if (geteuid() != 0)
		return by_id(user, geteuid());
	/* Data that is there already stays whose it is. */
	if (owner != (uid_t)-1 && owner != 0)
		return by_id(user, owner);
	return by_name(user, "postgres") || by_name(user, "nobody");
}

bool runner_find(struct runner *out, uid_t owner, struct err *err)
{
	struct user user;

	if (!find_user(&user, owner) || user.entry.pw_uid == 0)
		return fail(err, FAULT_INVALID,
		    "Postgres needs a user to run as, and there is no "
		    "entry in /etc/passwd for one");
	*out = (struct runner){
		.uid = user.entry.pw_uid,
		.gid = user.entry.pw_gid,
		.drop = geteuid() == 0,
	};
	snprintf(out->name, sizeof(out->name), "%s", user.entry.pw_name);
	return true;
}

/* --- in the child --------------------------------------------------------- */

static bool become(const struct runner *runner)
{
	return !runner->drop ||
	       (setgroups(1, &runner->gid) == 0 && setgid(runner->gid) == 0 &&
		   setuid(runner->uid) == 0);
}

static bool redirect(void)
{
	int none = open("/dev/null", O_RDONLY);
	int log = open("start.log", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	return none >= 0 && log >= 0 && dup2(none, STDIN_FILENO) >= 0 &&
	       dup2(log, STDOUT_FILENO) >= 0 && dup2(log, STDERR_FILENO) >= 0;
}

/* A session of its own keeps the terminal's Ctrl-C away: we stop it. What we
 * do with signals is none of its business. */
static void run(const struct runner *runner, const char *at,
    const char *const *argv)
{
	static const char path[] = "PATH=/usr/bin:/bin";
	static const char locale[] = "LC_ALL=C.UTF-8";
	const char *const environment[] = { path, locale, NULL };
	sigset_t none;

	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	umask(077);
	setsid();
	if (become(runner) && chdir(at) == 0 && redirect())
		execve(argv[0], not_const(argv), not_const(environment));
	_exit(NOT_STARTED);
}

/* --- in the parent -------------------------------------------------------- */

static bool succeeded(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool runner_start(const struct runner *runner, const char *at,
    const char *const *argv, pid_t *pid, struct err *err)
{
	*pid = fork();
	if (*pid == 0)
		run(runner, at, argv);
	if (*pid < 0)
		return fail(err, FAULT_IO, "can't start another process");
	return true;
}

bool runner_run(const struct runner *runner, const char *at,
    const char *const *argv, struct err *err)
{
	pid_t pid;

	if (!runner_start(runner, at, argv, &pid, err))
		return false;
	if (succeeded(pid))
		return true;
	return fail(err, FAULT_IO, "%s failed: see %s/start.log", argv[0], at);
}

bool runner_act(const struct runner *runner, bool (*act)(const void *what),
    const void *what)
{
	pid_t pid = fork();

	if (pid == 0) {
		umask(077);
		_exit(become(runner) && act(what) ? 0 : 1);
	}
	return pid > 0 && succeeded(pid);
}
