/*
 * Runs one test program: limit SECONDS PROGRAM [ARGUMENT…]. When it ends, or
 * its time is up (exit code 124), whatever it started ends too, also what
 * left for a session of its own, as a Postgres does.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIME_IS_UP 124
#define GRACE 5 /* seconds between asking and killing */

/* Whether pid is a child of ours; orphans below us become children. */
static bool is_child(const char *pid)
{
	char path[64], line[512];
	int parent = 0;
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	stat = fopen(path, "re");
	if (stat == NULL)
		return false;
	if (fgets(line, sizeof(line), stat) != NULL) {
		const char *after = line;

		for (const char *p = line; *p != '\0'; p++)
			if (*p == ')')
				after = p;
		if (sscanf(after, ") %*c %d", &parent) != 1)
			parent = 0;
	}
	fclose(stat);
	return parent == getpid();
}

static void signal_children(int signal)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	if (proc == NULL)
		return;
	while ((entry = readdir(proc)) != NULL) {
		long pid = strtol(entry->d_name, NULL, 10);

		if (pid > 0 && is_child(entry->d_name))
			kill((pid_t)pid, signal);
	}
	closedir(proc);
}

/* Waits for one signal of interest; false when the time is up. */
static bool wait_signal(const sigset_t *set, time_t until, int *which)
{
	struct timespec left = { 0 };
	time_t now = time(NULL);

	left.tv_sec = until > now ? until - now : 0;
	*which = sigtimedwait(set, NULL, &left);
	return *which >= 0 || errno == EINTR;
}

/* Reaps who ended; true when nobody is left. */
static bool reap(pid_t program, int *status)
{
	int ended;
	pid_t pid;

	while ((pid = waitpid(-1, &ended, WNOHANG)) > 0)
		if (pid == program)
			*status = ended;
	return pid < 0;
}

/* Ends all children, and theirs as they become ours. */
static void end_children(const sigset_t *set)
{
	time_t until = time(NULL) + GRACE;
	int ignored, which;

	while (!reap(0, &ignored)) {
		bool patient = time(NULL) < until;

		signal_children(patient ? SIGTERM : SIGKILL);
		(void)wait_signal(set, time(NULL) + 1, &which);
	}
}

static int exit_code(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	time_t until = time(NULL) + (argc > 2 ? strtol(argv[1], NULL, 10) : 0);
	int status = -1, which = 0;
	pid_t program;
	sigset_t set;

	if (argc < 3)
		return 2;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	program = fork();
	if (program < 0)
		return 2;
	if (program == 0) {
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	while (status == -1 && which != SIGTERM && which != SIGINT &&
	       wait_signal(&set, until, &which))
		(void)reap(program, &status);
	end_children(&set);
	return status == -1 ? TIME_IS_UP : exit_code(status);
}
