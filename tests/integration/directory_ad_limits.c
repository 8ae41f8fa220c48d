/* Active Directory: what Windows demands and Samba does not, held by us; and
 * who signs in by Kerberos.
 * threads: 1 */
#include "check.h"

#include "support/samba.h"

static struct directory *dir;

static int begin(void **state)
{
	struct samba_settings set;

	setenv("SAMBA_SERVICES", "ldap, kdc", 1);
	(void)samba_begin(state);
	samba_settings(&set, &samba);
	dir = samba_open(&set);
	return 0;
}

static int end(void **state)
{
	directory_close(dir);
	return samba_end(state);
}

/* --- what is held --------------------------------------------------------- */

#define EIGHT "abcdefgh"
#define L64 EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT EIGHT
#define GOOD "Tower-Lemon-42"

/* clang-format off */
static const struct {
	enum directory_kind kind;
	const char *name, *login, *password, *attribute, *value;
	enum directory_reason reason; /* NO_REASON: it is done */
	const char *why;
} cases[] = {
/*	  kind                 name          login                   password   attribute            value           reason                    why */
	{ DIRECTORY_ACCOUNT,   "a1",         "twenty.characters.xx", NULL,      NULL,                NULL,           DIRECTORY_NO_REASON,      NULL },
	{ DIRECTORY_ACCOUNT,   "a2",         "twenty-one.characters", NULL,     NULL,                NULL,           DIRECTORY_BAD_VALUE,      "more than 20" },
	{ DIRECTORY_ACCOUNT,   "a3",         "käse.brötchen.größe.",  NULL,     NULL,                NULL,           DIRECTORY_BAD_VALUE,      "ends with a dot" },
	{ DIRECTORY_ACCOUNT,   "a4",         "käse.brötchen.größex",  NULL,     NULL,                NULL,           DIRECTORY_NO_REASON,      NULL },
	{ DIRECTORY_ACCOUNT,   "a5",         "a@b",                   NULL,     NULL,                NULL,           DIRECTORY_BAD_VALUE,      "has one of" },
	{ DIRECTORY_ACCOUNT,   "a6",         "a*",                    NULL,     NULL,                NULL,           DIRECTORY_BAD_VALUE,      "has one of" },
	{ DIRECTORY_ACCOUNT,   "a7",         "a\tb",                  NULL,     NULL,                NULL,           DIRECTORY_BAD_VALUE,      "has one of" },
	{ DIRECTORY_ACCOUNT,   "a8",         ". .",                   NULL,     NULL,                NULL,           DIRECTORY_BAD_VALUE,      "dot" },
	{ DIRECTORY_ACCOUNT,   "a9",         NULL,                    NULL,     NULL,                NULL,           DIRECTORY_BAD_VALUE,      "sAMAccountName: is missing" },
	{ DIRECTORY_GROUP,     "g1",         L64,                     NULL,     NULL,                NULL,           DIRECTORY_NO_REASON,      NULL },
	{ DIRECTORY_GROUP,     "g2",         L64 L64 L64 L64 "x",     NULL,     NULL,                NULL,           DIRECTORY_BAD_VALUE,      "more than 256" },
	{ DIRECTORY_GROUP,     "Class 7b",   NULL,                    NULL,     NULL,                NULL,           DIRECTORY_NO_REASON,      NULL },
	{ DIRECTORY_ACCOUNT,   L64,          "n1",                    NULL,     NULL,                NULL,           DIRECTORY_NO_REASON,      NULL },
	{ DIRECTORY_ACCOUNT,   L64 "x",      "n2",                    NULL,     NULL,                NULL,           DIRECTORY_BAD_VALUE,      "more than 64" },
	{ DIRECTORY_CONTAINER, L64 "x",      NULL,                    NULL,     NULL,                NULL,           DIRECTORY_BAD_VALUE,      "more than 64" },
	{ DIRECTORY_ACCOUNT,   "",           "n3",                    NULL,     NULL,                NULL,           DIRECTORY_BAD_VALUE,      "name: is empty" },
	{ DIRECTORY_ACCOUNT,   "n4\n",       "n4",                    NULL,     NULL,                NULL,           DIRECTORY_BAD_VALUE,      "name:" },
	{ DIRECTORY_ACCOUNT,   " n5",        "n5",                    NULL,     NULL,                NULL,           DIRECTORY_BAD_VALUE,      "space" },
	{ DIRECTORY_ACCOUNT,   "p1",         "p1",                    GOOD,     NULL,                NULL,           DIRECTORY_NO_REASON,      NULL },
	{ DIRECTORY_ACCOUNT,   "p2",         "lemon",                 GOOD,     NULL,                NULL,           DIRECTORY_BAD_PASSWORD,   "the account's name" },
	{ DIRECTORY_ACCOUNT,   "p3",         "p3",                    GOOD,     "displayName",       "Ida Tower",    DIRECTORY_BAD_PASSWORD,   "a part of the person's" },
	{ DIRECTORY_ACCOUNT,   "p4",         "p4",                    "towerlemon", NULL,            NULL,           DIRECTORY_BAD_PASSWORD,   "three kinds" },
	{ DIRECTORY_ACCOUNT,   "p5",         "p5",                    "Aa1-",   NULL,                NULL,           DIRECTORY_BAD_PASSWORD,   "shorter" },
	{ DIRECTORY_ACCOUNT,   "p6",         "p6",                    "",       NULL,                NULL,           DIRECTORY_BAD_PASSWORD,   "empty" },
	{ DIRECTORY_ACCOUNT,   "v1",         "v1",                    NULL,     "employeeID",        "0123456789abcdefg", DIRECTORY_BAD_VALUE, "more than 16" },
	{ DIRECTORY_ACCOUNT,   "v2",         "v2",                    NULL,     "givenName",         L64 "x",        DIRECTORY_BAD_VALUE,      "more than 64" },
	{ DIRECTORY_ACCOUNT,   "v3",         "v3",                    NULL,     "userPrincipalName", "v3",           DIRECTORY_BAD_VALUE,      "is not like" },
	{ DIRECTORY_ACCOUNT,   "v4",         "v4",                    NULL,     "userPrincipalName", "v4@a@b",       DIRECTORY_BAD_VALUE,      "is not like" },
	{ DIRECTORY_ACCOUNT,   "v5",         "v5",                    NULL,     "accountExpires",    "soon",         DIRECTORY_BAD_VALUE,      "accountExpires" },
	{ DIRECTORY_ACCOUNT,   "v6",         "v6",                    NULL,     "noSuchThing",       "x",            DIRECTORY_BAD_VALUE,      "no such attribute" },
	{ DIRECTORY_ACCOUNT,   "v7",         "v7",                    NULL,     "objectClass",       "computer",     DIRECTORY_BAD_VALUE,      "is not written" },
	{ DIRECTORY_ACCOUNT,   "v8",         "v8",                    NULL,     "x)(cn=*",           "x",            DIRECTORY_BAD_VALUE,      "no such attribute" },
	{ DIRECTORY_ACCOUNT,   "v9",         "v9",                    NULL,     "sn",                "\xff",         DIRECTORY_BAD_VALUE,      "UTF-8" },
};
/* clang-format on */

static struct directory_outcome create(size_t i)
{
	const char *const values[] = { cases[i].login, cases[i].value };
	struct directory_edit edits[2] = { { 0 } };
	int count = 0;
	struct directory_change change = { .verb = DIRECTORY_CREATE,
		.kind = cases[i].kind,
		.name = cases[i].name,
		.place = SAMBA_SCHOOL,
		.edits = edits,
		.enabled = cases[i].password != NULL,
		.password = cases[i].password };
	struct directory_outcome out;
	struct err err = { 0 };

	if (cases[i].login != NULL)
		edits[count++] =
		    (struct directory_edit){ .name = "sAMAccountName",
			    .after = &values[0],
			    .after_count = 1 };
	if (cases[i].attribute != NULL)
		edits[count++] =
		    (struct directory_edit){ .name = cases[i].attribute,
			    .after = &values[1],
			    .after_count = 1 };
	change.edit_count = count;
	CHECK(directory_act(dir, arena, &change, 1, &out, &err), "%s",
	    err.text);
	return out;
}

static void what_windows_demands(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct directory_outcome out = create(i);
		bool done = cases[i].reason == DIRECTORY_NO_REASON;

		CHECK(out.result ==
			      (done ? DIRECTORY_DONE : DIRECTORY_REFUSED) &&
			  out.reason == cases[i].reason,
		    "%zu %s: %s: %s %s", i, cases[i].name,
		    directory_results[out.result], out.words, out.why);
		CHECK(done || strstr(out.why, cases[i].why) != NULL,
		    "%zu %s: '%s'", i, cases[i].name, out.why);
		/* By us: the server never heard of it. */
		CHECK(done || out.words[0] == '\0', "%s", out.words);
	}
}

/* The table says so too, for those who make names. */
static void limits_are_data(void **state)
{
	const struct directory_type *type = directory_type("ad");
	const struct directory_limit *at = type->limits;

	(void)state;
	while (at->attribute != NULL && strcmp(at->attribute, type->login) != 0)
		at++;
	CHECK(at->attribute != NULL && at->most == 20 && at->unique &&
		  strchr(at->banned, '*') != NULL,
	    "%s", type->login);
	CHECK(directory_type("x") == NULL, "no such kind");
}

static void no_password_without_a_need(void **state)
{
	struct directory_change change = { .verb = DIRECTORY_CREATE,
		.kind = DIRECTORY_ACCOUNT,
		.name = "bare",
		.place = SAMBA_SCHOOL,
		.enabled = true };
	const char *const login = "bare";
	struct directory_edit edit = { .name = "sAMAccountName",
		.after = &login,
		.after_count = 1 };
	struct directory_outcome out;
	struct err err = { 0 };

	(void)state;
	change.edits = &edit;
	change.edit_count = 1;
	CHECK(directory_act(dir, arena, &change, 1, &out, &err), "%s",
	    err.text);
	CHECK(out.result == DIRECTORY_REFUSED &&
		  out.reason == DIRECTORY_BAD_PASSWORD,
	    "%s", out.why);
}

/* --- Kerberos ------------------------------------------------------------- */

static void shell(const char *command)
{
	CHECK(system(command) == 0, "%s", command);
}

/* The server is named by its address, so its ticket has to be, too. */
static void write_kerberos(void)
{
	FILE *file = fopen("krb5.conf", "w");

	CHECK(file != NULL, "krb5.conf");
	fprintf(file,
	    "[libdefaults]\ndefault_realm = AD.EXAMPLE.TEST\nrdns = false\n"
	    "dns_lookup_kdc = false\ndns_canonicalize_hostname = false\n"
	    "[realms]\nAD.EXAMPLE.TEST = {\nkdc = %s\n}\n",
	    samba.address);
	CHECK(fclose(file) == 0, "krb5.conf");
	file = fopen("spn.ldif", "w");
	CHECK(file != NULL, "spn.ldif");
	fprintf(file,
	    "dn: CN=DC1,OU=Domain Controllers," SAMBA_DOMAIN
	    "\nchangetype: modify\nadd: servicePrincipalName\n"
	    "servicePrincipalName: ldap/%s\n",
	    samba.address);
	CHECK(fclose(file) == 0, "spn.ldif");
	samba_shell(&samba, "ldbmodify -H {db} spn.ldif");
}

static void by_kerberos(void **state)
{
	struct directory_about about;
	struct samba_settings set;
	struct directory *other;
	struct err err = { 0 };

	(void)state;
	write_kerberos();
	setenv("KRB5_CONFIG", "krb5.conf", 1);
	setenv("KRB5CCNAME", "FILE:tickets", 1);
	samba_settings(&set, &samba);
	samba_set(&set, "authentication", "gssapi");
	other = samba_open(&set);
	CHECK(!directory_look(other, arena, &about, &err) &&
		  err.fault == FAULT_FORBIDDEN &&
		  strstr(err.text, "Kerberos") != NULL,
	    "without a ticket: %s", err.text);
	shell("echo " SAMBA_PASSWORD " | kinit homeroom@AD.EXAMPLE.TEST "
	      ">kinit.log 2>&1 || { cat kinit.log; exit 1; }");
	err = (struct err){ 0 };
	CHECK(directory_look(other, arena, &about, &err), "%s", err.text);
	directory_close(other);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_windows_demands),
	cmocka_unit_test(limits_are_data),
	cmocka_unit_test(no_password_without_a_need),
	cmocka_unit_test(by_kerberos),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, begin, end);
}
