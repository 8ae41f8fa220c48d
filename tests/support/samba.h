/*
 * A domain controller of Samba's for tests in C (samba.sh says what is in it),
 * and a directory opened on it.
 */
#ifndef HOMEROOM_TESTS_SAMBA_H
#define HOMEROOM_TESTS_SAMBA_H

#include "homeroom/directory.h"

#define SAMBA_DOMAIN "DC=ad,DC=example,DC=test"
#define SAMBA_SCHOOL "OU=School," SAMBA_DOMAIN
#define SAMBA_PASSWORD "Passw0rd.Service1"
#define SAMBA_SETTINGS 16

struct samba {
	const char *dir; /* below the folder that the test runs in */
	char address[32];
	char uri[48];
	char authorities[64];
};

/* --- what a program has -------------------------------------------------- */

/* From samba_begin or samba_begin_two on until samba_end; group fixtures. */
extern struct samba samba, twin;
extern struct arena *arena;

int samba_begin(void **state);
int samba_begin_two(void **state); /* servers of one domain */
/* Before each test: one that failed leaves none of its trouble to others. */
int samba_stand_two(void **state);
int samba_end(void **state);

/* --- servers ------------------------------------------------------------- */

/* A fresh domain, started. The test ends when that fails. */
void samba_new(struct samba *samba, const char *dir);
/* Another server for the same domain, started. */
void samba_twin(struct samba *samba, const struct samba *of, const char *dir);
void samba_start(struct samba *samba);
/* Whatever was done to it before: it runs and answers. */
void samba_stand(struct samba *samba);
void samba_stop(struct samba *samba);
void samba_kill(struct samba *samba);
/* The process; 0 if there is none. */
int samba_pid(const struct samba *samba);
/* It holds still until SIGCONT. */
void samba_freeze(const struct samba *samba);
/* A command of the shell's, with {db} for the domain's database. */
void samba_shell(const struct samba *samba, const char *command);

/* --- a directory ---------------------------------------------------------- */

/* What directory_open takes, to be changed at will; NULL ends. */
struct samba_settings {
	struct param list[SAMBA_SETTINGS];
	int count;
};

void samba_settings(struct samba_settings *out, const struct samba *samba);
/* Another value, or one more where several may be given. */
void samba_set(struct samba_settings *into, const char *name,
    const char *value);
void samba_add(struct samba_settings *into, const char *name,
    const char *value);
/* The test ends when it fails. */
struct directory *samba_open(const struct samba_settings *into);

#endif
