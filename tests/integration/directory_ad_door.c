/* Active Directory: what settings say, who lets us in, and who is who.
 * threads: 1 */
#include "check.h"

#include "support/samba.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- at the door ---------------------------------------------------------- */

static struct err look(const struct samba_settings *set,
    struct directory_about *about)
{
	struct directory *dir = samba_open(set);
	struct err err = { 0 };

	if (directory_look(dir, arena, about, &err))
		err.fault = FAULT_NONE;
	directory_close(dir);
	return err;
}

static void looks(const struct samba_settings *set, enum fault fault,
    const char *text)
{
	struct directory_about about;
	struct err err = look(set, &about);

	CHECK(err.fault == fault, "%s: %s", fault_rules[err.fault].name,
	    err.text);
	CHECK(strstr(err.text, text) != NULL, "'%s' not in '%s'", text,
	    err.text);
}

static void set_one(const char *name, const char *value, enum fault fault,
    const char *text)
{
	struct samba_settings set;

	samba_settings(&set, &samba);
	samba_set(&set, name, value);
	looks(&set, fault, text);
}

static void who_signs_in(void **state)
{
	(void)state;
	set_one("password", "wrong", FAULT_FORBIDDEN, "password is wrong");
	set_one("user", "nobody@ad.example.test", FAULT_FORBIDDEN,
	    "no such account");
	set_one("user", "ADTEST\\homeroom", FAULT_NONE, "");
	samba_shell(&samba, "samba-tool user disable homeroom -H {db}");
	set_one("password", SAMBA_PASSWORD, FAULT_FORBIDDEN, "is disabled");
	samba_shell(&samba, "samba-tool user enable homeroom -H {db}");
	samba_shell(&samba,
	    "samba-tool user setexpiry homeroom --days=-1 -H {db}");
	set_one("password", SAMBA_PASSWORD, FAULT_FORBIDDEN, "has expired");
	samba_shell(&samba,
	    "samba-tool user setexpiry homeroom --noexpiry -H {db}");
	set_one("password", SAMBA_PASSWORD, FAULT_NONE, "");
}

static void what_settings_say(void **state)
{
	static const struct {
		const char *name, *value, *text;
	} cases[] = {
		{ "server", "dc1.school.example", "server:" },
		{ "server", "https://dc1", "server:" },
		{ "server", "ldap://", "server:" },
		{ "base", "here", "base:" },
		{ "timeout", "1", "timeout:" },
		{ "window", "x", "window:" },
		{ "changes", "often", "changes:" },
		{ "authentication", "none", "authentication:" },
		{ "password", "", "password:" },
		{ "plain", "yes", "plain:" },
	};
	struct samba_settings set;
	struct err err;

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct directory_open open = { .type = directory_type("ad") };

		samba_settings(&set, &samba);
		samba_set(&set, cases[i].name, cases[i].value);
		open.settings = set.list;
		open.setting_count = set.count;
		err = (struct err){ 0 };
		CHECK(!directory_check(&open, &err), "%s", cases[i].text);
		CHECK(err.fault == FAULT_INVALID &&
			  strncmp(err.text, cases[i].text,
			      strlen(cases[i].text)) == 0,
		    "%s: %s", cases[i].text, err.text);
	}
	set_one("base", "OU=No," SAMBA_DOMAIN, FAULT_INVALID, "is not there");
	set_one("base", "DC=other,DC=test", FAULT_INVALID, "not in the domain");
	set_one("attribute", "noSuchAttribute", FAULT_INVALID,
	    "no 'noSuchAttribute'");
	set_one("attribute", "carLicense", FAULT_NONE, "");
}

/* --- who it is ------------------------------------------------------------ */

static void another_authority(void)
{
	CHECK(system("openssl req -x509 -newkey ec -pkeyopt "
		     "ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=Other "
		     "-keyout other.key -out other.pem 2>/dev/null") == 0,
	    "openssl");
}

static void who_it_is(void **state)
{
	char plain[64];

	(void)state;
	another_authority();
	snprintf(plain, sizeof(plain), "ldap://%s", samba.address);
	set_one("server", plain, FAULT_NONE, "");
	set_one("authorities", "other.pem", FAULT_FORBIDDEN,
	    "certificate is not believed");
	set_one("authorities", "no.pem", FAULT_INVALID, "can't be read");
	set_one("server", "ldaps://nowhere.invalid", FAULT_UNAVAILABLE,
	    "name is not known");
	set_one("server", "ldaps://127.0.0.1:9", FAULT_UNAVAILABLE,
	    "nobody answers");
}

static void another_ones_certificate(void **state)
{
	struct samba_settings set;
	char plain[64];

	(void)state;
	samba_stop(&twin);
	CHECK(system("cp twin/tls/dc.pem own.pem; cp twin/tls/dc.key own.key;"
		     "cp -p dc/tls/dc.pem dc/tls/dc.key twin/tls") == 0,
	    "cp");
	samba_settings(&set, &twin);
	samba_start(&twin);
	looks(&set, FAULT_FORBIDDEN, "is for another name");
	snprintf(plain, sizeof(plain), "ldap://%s", twin.address);
	samba_set(&set, "server", plain);
	looks(&set, FAULT_FORBIDDEN, "is for another name");
	samba_stop(&twin);
	CHECK(system("cp own.pem twin/tls/dc.pem; cp own.key twin/tls/dc.key;"
		     "chmod 600 twin/tls/dc.key") == 0,
	    "cp");
	samba_start(&twin);
	samba_settings(&set, &twin);
	looks(&set, FAULT_NONE, "");
}

/* It takes the connection, and says nothing for ever. */
static void a_silent_one(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t size = sizeof(at);
	struct samba_settings set;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int64_t begun;

	(void)state;
	samba_settings(&set, &samba);
	samba_set(&set, "timeout", "1500");
	inet_pton(AF_INET, samba.address, &at.sin_addr);
	CHECK(bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
		  listen(fd, 8) == 0 &&
		  getsockname(fd, (struct sockaddr *)&at, &size) == 0,
	    "a socket");
	for (int i = 0; i < 2; i++) {
		char uri[64];

		snprintf(uri, sizeof(uri), "%s://%s:%d",
		    i == 0 ? "ldaps" : "ldap", samba.address,
		    ntohs(at.sin_port));
		begun = clock_tick();
		samba_set(&set, "server", uri);
		looks(&set, FAULT_UNAVAILABLE, uri);
		CHECK(clock_tick() - begun < 40000, "%lld ms",
		    (long long)(clock_tick() - begun));
	}
	close(fd);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup(who_signs_in, samba_stand_two),
	cmocka_unit_test_setup(what_settings_say, samba_stand_two),
	cmocka_unit_test_setup(who_it_is, samba_stand_two),
	cmocka_unit_test_setup(another_ones_certificate, samba_stand_two),
	cmocka_unit_test_setup(a_silent_one, samba_stand_two),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, samba_begin_two, samba_end);
}
