/* A domain controller of Samba's for tests in C. */
#include "check.h"

#include "support/samba.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

static void shell(const char *command)
{
	int status = system(command);

	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s", command);
}

static void script(const char *verb, const char *dir, const char *other)
{
	char command[512];

	snprintf(command, sizeof(command),
	    "\"$HOMEROOM_TEST_SOURCE\"/tests/support/samba.sh %s %s %s "
	    ">address",
	    verb, dir, other);
	shell(command);
}

static void read_address(struct samba *server, const char *dir)
{
	char path[128];
	FILE *file;

	server->dir = dir;
	snprintf(path, sizeof(path), "%s/address", dir);
	file = fopen(path, "r");
	CHECK(file != NULL && fscanf(file, "%31s", server->address) == 1, "%s",
	    path);
	fclose(file);
	snprintf(server->uri, sizeof(server->uri), "ldaps://%s",
	    server->address);
	snprintf(server->authorities, sizeof(server->authorities),
	    "%s/tls/ca.pem", dir);
}

void samba_new(struct samba *server, const char *dir)
{
	script("new", dir, "");
	read_address(server, dir);
	samba_start(server);
}

void samba_twin(struct samba *server, const struct samba *of, const char *dir)
{
	script("twin", of->dir, dir);
	read_address(server, dir);
	samba_start(server);
}

void samba_start(struct samba *server)
{
	script("start", server->dir, "");
}

void samba_stand(struct samba *server)
{
	script("stand", server->dir, "");
}

void samba_stop(struct samba *server)
{
	script("stop", server->dir, "");
}

void samba_kill(struct samba *server)
{
	script("kill", server->dir, "");
}

int samba_pid(const struct samba *server)
{
	char path[128];
	FILE *file;
	int pid = 0;

	snprintf(path, sizeof(path), "%s/pid", server->dir);
	file = fopen(path, "r");
	if (file == NULL)
		return 0;
	if (fscanf(file, "%d", &pid) != 1)
		pid = 0;
	fclose(file);
	return pid;
}

static char state_of(int pid)
{
	char path[64], line[256];
	const char *mark = NULL;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (file == NULL)
		return 'X';
	if (fgets(line, sizeof(line), file) != NULL)
		mark = strrchr(line, ')');
	fclose(file);
	return mark != NULL && mark[1] == ' ' ? mark[2] : 'X';
}

/* The signal takes a moment to arrive. */
void samba_freeze(const struct samba *server)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	int64_t until = clock_tick() + 30000;
	int pid = samba_pid(server);

	CHECK(pid != 0 && kill(pid, SIGSTOP) == 0, "%s", server->dir);
	while (state_of(pid) != 'T' && clock_tick() < until)
		nanosleep(&moment, NULL);
	CHECK(state_of(pid) == 'T', "it does not freeze: %c", state_of(pid));
}

void samba_shell(const struct samba *server, const char *command)
{
	char whole[1024];
	const char *mark = strstr(command, "{db}");

	CHECK(mark != NULL, "%s", command);
	snprintf(whole, sizeof(whole), "%.*s%s/private/sam.ldb%s >>shell.log",
	    (int)(mark - command), command, server->dir, mark + 4);
	shell(whole);
}

/* --- a directory ---------------------------------------------------------- */

void samba_add(struct samba_settings *into, const char *name, const char *value)
{
	CHECK(into->count < SAMBA_SETTINGS, "%s", name);
	into->list[into->count++] = (struct param){ name, value };
}

void samba_set(struct samba_settings *into, const char *name, const char *value)
{
	for (int i = 0; i < into->count; i++)
		if (strcmp(into->list[i].name, name) == 0) {
			into->list[i].value = value;
			return;
		}
	samba_add(into, name, value);
}

void samba_settings(struct samba_settings *out, const struct samba *server)
{
	*out = (struct samba_settings){ 0 };
	samba_add(out, "server", server->uri);
	samba_add(out, "base", SAMBA_SCHOOL);
	samba_add(out, "user", "homeroom@ad.example.test");
	samba_add(out, "password", SAMBA_PASSWORD);
	samba_add(out, "authorities", server->authorities);
	samba_add(out, "timeout", "60000");
}

struct directory *samba_open(const struct samba_settings *into)
{
	struct directory_open open = { .type = directory_type("ad"),
		.settings = into->list,
		.setting_count = into->count };
	struct directory *dir = NULL;
	struct err err = { 0 };

	CHECK(directory_open(&dir, &open, &err), "%s", err.text);
	return dir;
}

/* --- what a program has --------------------------------------------------- */

struct samba samba, twin;
struct arena *arena;

int samba_begin(void **state)
{
	(void)state;
	samba_new(&samba, "dc");
	arena = arena_new();
	return 0;
}

int samba_begin_two(void **state)
{
	(void)samba_begin(state);
	samba_twin(&twin, &samba, "twin");
	return 0;
}

int samba_stand_two(void **state)
{
	(void)state;
	samba_stand(&samba);
	samba_stand(&twin);
	return 0;
}

int samba_end(void **state)
{
	(void)state;
	arena_free(arena);
	if (twin.dir != NULL)
		samba_kill(&twin);
	samba_kill(&samba);
	return 0;
}
