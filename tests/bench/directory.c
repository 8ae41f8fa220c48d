/*
 * Creates accounts in a domain: by directory_act, and by a bare loop over
 * libldap that does no more than keep as many requests in flight. They take
 * turns, since a larger domain is a slower one.
 *
 * usage: directory URI AUTHORITIES ROUNDS COUNT
 *
 * Prints a line for each turn of both: OURS THEIRS (accounts a second).
 */
#include "homeroom/directory.h"

#include <inttypes.h>
#include <ldap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHOOL "OU=School,DC=ad,DC=example,DC=test"
#define USER "homeroom@ad.example.test"
#define PASSWORD "Passw0rd.Service1"
#define WINDOW 16
#define VALUES 6

static int made;

static void give_up(const char *why)
{
	fprintf(stderr, "bench: %s\n", why);
	exit(1);
}

/* The same attributes for both. */
static const char *const names[VALUES] = { "sAMAccountName",
	"userPrincipalName", "displayName", "givenName", "sn",
	"employeeNumber" };

static void person(struct arena *arena, const char *values[VALUES])
{
	int number = made++;

	values[0] = arena_printf(arena, "bench%d", number);
	values[1] = arena_printf(arena, "bench%d@ad.example.test", number);
	values[2] = arena_printf(arena, "Bench Number %d", number);
	values[3] = "Bench";
	values[4] = arena_printf(arena, "Number %d", number);
	values[5] = arena_printf(arena, "b-%08d", number);
}

/* --- ours ----------------------------------------------------------------- */

static void fill(struct arena *arena, struct directory_change *change)
{
	struct directory_edit *edits =
	    arena_alloc(arena, VALUES * sizeof(*edits));
	const char **values = arena_alloc(arena, VALUES * sizeof(char *));

	person(arena, values);
	for (int i = 0; i < VALUES; i++)
		edits[i] = (struct directory_edit){ .name = names[i],
			.after = &values[i],
			.after_count = 1 };
	*change = (struct directory_change){ .verb = DIRECTORY_CREATE,
		.kind = DIRECTORY_ACCOUNT,
		.name = values[0],
		.place = SCHOOL,
		.edits = edits,
		.edit_count = VALUES };
}

static double ours(struct directory *dir, int count)
{
	struct arena *arena = arena_new();
	struct directory_change *changes =
	    arena_alloc(arena, (size_t)count * sizeof(*changes));
	struct directory_outcome *outcomes =
	    arena_alloc(arena, (size_t)count * sizeof(*outcomes));
	struct err err = { 0 };
	int64_t begun;

	for (int i = 0; i < count; i++)
		fill(arena, &changes[i]);
	begun = clock_tick();
	if (!directory_act(dir, arena, changes, count, outcomes, &err))
		give_up(err.text);
	begun = clock_tick() - begun;
	for (int i = 0; i < count; i++)
		if (outcomes[i].result != DIRECTORY_DONE)
			give_up(outcomes[i].words);
	arena_free(arena);
	return count * 1000.0 / (double)begun;
}

/* --- a bare loop ---------------------------------------------------------- */

static LDAP *sign_in(const char *uri, const char *authorities)
{
	struct berval password = { strlen(PASSWORD), not_const(PASSWORD) };
	int version = LDAP_VERSION3, client = 0;
	LDAP *ld;

	if (ldap_initialize(&ld, uri) != 0 ||
	    ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version) != 0 ||
	    ldap_set_option(ld, LDAP_OPT_X_TLS_CACERTFILE, authorities) != 0 ||
	    ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client) != 0 ||
	    ldap_sasl_bind_s(ld, USER, LDAP_SASL_SIMPLE, &password, NULL, NULL,
		NULL) != 0)
		give_up("libldap does not sign in");
	return ld;
}

static void add(LDAP *ld, struct arena *arena)
{
	const char *values[VALUES];
	char *lists[VALUES + 2][2] = { { NULL } };
	LDAPMod mods[VALUES + 2], *list[VALUES + 3] = { NULL };
	int message;

	person(arena, values);
	lists[VALUES][0] = not_const("user");
	lists[VALUES + 1][0] = not_const("514");
	for (int i = 0; i < VALUES + 2; i++) {
		if (i < VALUES)
			lists[i][0] = not_const(values[i]);
		mods[i] = (LDAPMod){ .mod_op = LDAP_MOD_ADD,
			.mod_type = not_const(i < VALUES    ? names[i]
					      : i == VALUES ? "objectClass"
							    : "userAccount"
							      "Control"),
			.mod_values = lists[i] };
		list[i] = &mods[i];
	}
	if (ldap_add_ext(ld, arena_printf(arena, "CN=%s," SCHOOL, values[0]),
		list, NULL, NULL, &message) != 0)
		give_up("libldap does not send");
}

static void take(LDAP *ld)
{
	LDAPMessage *answer = NULL;
	int code = LDAP_OTHER;

	if (ldap_result(ld, LDAP_RES_ANY, LDAP_MSG_ALL, NULL, &answer) <= 0 ||
	    ldap_parse_result(ld, answer, &code, NULL, NULL, NULL, NULL, 1) !=
		0 ||
	    code != LDAP_SUCCESS)
		give_up(ldap_err2string(code));
}

static double theirs(LDAP *ld, int count)
{
	struct arena *arena = arena_new();
	int64_t begun = clock_tick();
	int sent = 0;

	for (int done = 0; done < count; done++) {
		while (sent < count && sent - done < WINDOW) {
			add(ld, arena);
			sent++;
		}
		take(ld);
	}
	begun = clock_tick() - begun;
	arena_free(arena);
	return count * 1000.0 / (double)begun;
}

/* --- both ----------------------------------------------------------------- */

static struct directory *open_ours(const char *uri, const char *authorities)
{
	const struct param set[] = { { "server", uri },
		{ "authorities", authorities }, { "base", SCHOOL },
		{ "user", USER }, { "password", PASSWORD } };
	struct directory_open open = { .type = directory_type("ad"),
		.settings = set,
		.setting_count = array_length(set) };
	struct directory *dir;
	struct err err = { 0 };

	if (!directory_open(&dir, &open, &err))
		give_up(err.text);
	return dir;
}

int main(int argc, char **argv)
{
	struct directory *dir;
	LDAP *ld;
	int rounds, count;

	if (argc != 5)
		give_up("usage: directory URI AUTHORITIES ROUNDS COUNT");
	rounds = (int)strtol(argv[3], NULL, 10);
	count = (int)strtol(argv[4], NULL, 10);
	dir = open_ours(argv[1], argv[2]);
	ld = sign_in(argv[1], argv[2]);
	ours(dir, WINDOW);
	for (int i = 0; i < rounds; i++) {
		/* Who goes first meets the smaller domain. */
		double first =
		    i % 2 == 0 ? ours(dir, count) : theirs(ld, count);
		double second =
		    i % 2 == 0 ? theirs(ld, count) : ours(dir, count);

		printf("%.1f %.1f\n", i % 2 == 0 ? first : second,
		    i % 2 == 0 ? second : first);
		fflush(stdout);
	}
	ldap_unbind_ext(ld, NULL, NULL);
	directory_close(dir);
	return 0;
}
