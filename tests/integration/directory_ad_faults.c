/* Active Directory: who does not let us in, who is not who it should be, and
 * servers that die, freeze, or are not there. */
#include "check.h"

#include "support/samba.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 120

static struct samba samba, twin;
static struct arena *arena;

static int begin(void **state)
{
	(void)state;
	samba_new(&samba, "dc");
	samba_twin(&twin, &samba, "twin");
	arena = arena_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	samba_kill(&twin);
	samba_kill(&samba);
	return 0;
}

/* --- at the door -----------------------------------------------------------
 */

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
	samba_set(&set, "timeout", "1500");
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

/* --- who it is -------------------------------------------------------------
 */

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
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int64_t begun;

	(void)state;
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
		set_one("server", uri, FAULT_UNAVAILABLE, uri);
		CHECK(clock_tick() - begun < 8000, "%lld ms",
		    (long long)(clock_tick() - begun));
	}
	close(fd);
}

/* --- many changes ----------------------------------------------------------
 */

struct batch {
	struct directory_change changes[BATCH];
	struct directory_edit edits[BATCH];
	const char *logins[BATCH];
	struct directory_outcome outcomes[BATCH];
	int count;
};

static void plan(struct batch *batch, const char *prefix)
{
	*batch = (struct batch){ .count = BATCH };
	for (int i = 0; i < BATCH; i++) {
		batch->logins[i] = arena_printf(arena, "%s%d", prefix, i);
		batch->edits[i] =
		    (struct directory_edit){ .name = "sAMAccountName",
			    .after = &batch->logins[i],
			    .after_count = 1 };
		batch->changes[i] =
		    (struct directory_change){ .verb = DIRECTORY_CREATE,
			    .kind = DIRECTORY_ACCOUNT,
			    .name = batch->logins[i],
			    .place = SAMBA_SCHOOL,
			    .edits = &batch->edits[i],
			    .edit_count = 1 };
	}
}

static int count_of(const struct batch *batch, enum directory_result result)
{
	int count = 0;

	for (int i = 0; i < batch->count; i++)
		count += batch->outcomes[i].result == result;
	return count;
}

static void act(struct directory *dir, struct batch *batch)
{
	struct err err = { 0 };

	CHECK(directory_act(dir, arena, batch->changes, batch->count,
		  batch->outcomes, &err),
	    "%s", err.text);
}

/* How many accounts have that login, and the anchor of one. */
static int there(struct directory *dir, const char *login, const char **anchor)
{
	struct directory_key key = { "sAMAccountName", login };
	struct directory_found found;
	struct err err = { 0 };

	CHECK(directory_find(dir, arena, &key, 1, &found, &err), "%s",
	    err.text);
	if (found.count > 0)
		*anchor = found.entries[0].anchor;
	return found.count;
}

/* As who planned them does: looks before it repeats. */
static void finish(struct directory *dir, struct batch *batch, int *unknown)
{
	const char *anchor;
	int left = 0;

	for (int i = 0; i < batch->count; i++) {
		enum directory_result result = batch->outcomes[i].result;
		const char *login = batch->edits[i].after[0];

		if (result == DIRECTORY_DONE) {
			CHECK(there(dir, login, &anchor) == 1 &&
				  strcmp(anchor, batch->outcomes[i].anchor) ==
				      0,
			    "%s was lost", login);
			continue;
		}
		CHECK(result == DIRECTORY_UNKNOWN || result == DIRECTORY_AGAIN,
		    "%s: %s", directory_results[result],
		    batch->outcomes[i].words);
		*unknown += result == DIRECTORY_UNKNOWN;
		if (result == DIRECTORY_UNKNOWN &&
		    there(dir, login, &anchor) == 1)
			continue;
		CHECK(there(dir, login, &anchor) == 0,
		    "%s was made, though never sent", login);
		batch->edits[left] = batch->edits[i];
		batch->changes[left] = batch->changes[i];
		batch->changes[left].edits = &batch->edits[left];
		left++;
	}
	batch->count = left;
}

static void *kill_later(void *context)
{
	const struct timespec pause = { .tv_nsec = 1000000L * *(int *)context };

	nanosleep(&pause, NULL);
	samba_signal(&samba, SIGKILL);
	return NULL;
}

static void killed_once(struct directory *dir, int after, const char *prefix)
{
	struct batch batch;
	const char *anchor;
	pthread_t thread;
	int unknown = 0, begun;

	plan(&batch, prefix);
	CHECK(pthread_create(&thread, NULL, kill_later, &after) == 0,
	    "no thread");
	act(dir, &batch);
	pthread_join(thread, NULL);
	samba_kill(&samba);
	begun = count_of(&batch, DIRECTORY_DONE);
	samba_start(&samba);
	for (int i = 0; i < 5 && batch.count > 0; i++) {
		finish(dir, &batch, &unknown);
		if (batch.count > 0)
			act(dir, &batch);
	}
	for (int i = 0; i < BATCH; i++)
		CHECK(there(dir, arena_printf(arena, "%s%d", prefix, i),
			  &anchor) == 1,
		    "%s%d", prefix, i);
	printf("# killed after %d ms: %d done, %d not known\n", after, begun,
	    unknown);
	CHECK(unknown <= 16, "%d were in flight", unknown);
}

/* The server dies in the middle: nothing is lost, nothing is made twice. */
static void a_server_that_dies(void **state)
{
	uint64_t seed = check_seed();
	struct samba_settings set;
	struct directory *dir;

	(void)state;
	samba_settings(&set, &samba);
	dir = samba_open(&set);
	for (int i = 0; i < check_count(4); i++)
		killed_once(dir, (int)(check_random(&seed) % 500),
		    arena_printf(arena, "k%d-", i));
	directory_close(dir);
}

static void a_server_that_freezes(void **state)
{
	struct samba_settings set;
	struct directory *dir;
	struct batch batch;
	int64_t begun;
	int unknown = 0;

	(void)state;
	samba_settings(&set, &samba);
	samba_set(&set, "timeout", "1000");
	dir = samba_open(&set);
	plan(&batch, "warm");
	batch.count = 1;
	act(dir, &batch);
	CHECK(batch.outcomes[0].result == DIRECTORY_DONE, "%s",
	    batch.outcomes[0].words);
	plan(&batch, "frozen");
	samba_signal(&samba, SIGSTOP);
	begun = clock_tick();
	act(dir, &batch);
	CHECK(clock_tick() - begun < 5000, "%lld ms",
	    (long long)(clock_tick() - begun));
	samba_signal(&samba, SIGCONT);
	CHECK(count_of(&batch, DIRECTORY_UNKNOWN) == 16, "%d not known",
	    count_of(&batch, DIRECTORY_UNKNOWN));
	CHECK(count_of(&batch, DIRECTORY_AGAIN) == BATCH - 16, "%d again",
	    count_of(&batch, DIRECTORY_AGAIN));
	directory_close(dir);
	samba_set(&set, "timeout", "20000");
	dir = samba_open(&set);
	/* What it had heard it does now, before it hears us. */
	finish(dir, &batch, &unknown);
	if (batch.count > 0)
		act(dir, &batch);
	CHECK(count_of(&batch, DIRECTORY_DONE) == batch.count, "%d of %d",
	    count_of(&batch, DIRECTORY_DONE), batch.count);
	directory_close(dir);
}

/* Hung up on while nothing was in flight: nobody need know. */
static void an_idle_connection(void **state)
{
	struct samba_settings set;
	struct directory *dir;
	struct batch batch;

	(void)state;
	samba_settings(&set, &samba);
	dir = samba_open(&set);
	plan(&batch, "idle");
	batch.count = 1;
	act(dir, &batch);
	samba_kill(&samba);
	samba_start(&samba);
	plan(&batch, "later");
	act(dir, &batch);
	CHECK(count_of(&batch, DIRECTORY_DONE) == BATCH, "%d done",
	    count_of(&batch, DIRECTORY_DONE));
	directory_close(dir);
}

static void another_server(void **state)
{
	struct samba_settings set;
	struct directory_about about;
	struct directory *dir;
	struct batch batch;
	struct err err = { 0 };

	(void)state;
	samba_settings(&set, &samba);
	samba_add(&set, "server", twin.uri);
	dir = samba_open(&set);
	CHECK(directory_look(dir, arena, &about, &err), "%s", err.text);
	CHECK(strcmp(about.server, samba.uri) == 0, "%s", about.server);
	plan(&batch, "first");
	act(dir, &batch);
	CHECK(count_of(&batch, DIRECTORY_DONE) == BATCH, "%d done",
	    count_of(&batch, DIRECTORY_DONE));
	samba_kill(&samba);
	plan(&batch, "second");
	act(dir, &batch);
	CHECK(count_of(&batch, DIRECTORY_DONE) == BATCH, "%d done",
	    count_of(&batch, DIRECTORY_DONE));
	CHECK(directory_look(dir, arena, &about, &err), "%s", err.text);
	CHECK(strcmp(about.server, twin.uri) == 0, "%s", about.server);
	samba_start(&samba);
	/* It stays where it is: what it wrote is surely there. */
	CHECK(directory_look(dir, arena, &about, &err), "%s", err.text);
	CHECK(strcmp(about.server, twin.uri) == 0, "%s", about.server);
	directory_close(dir);
}

static void told_to_stop(void **state)
{
	atomic_bool stop = true;
	struct samba_settings set;
	struct directory_open open = { .type = directory_type("ad"),
		.stop = &stop };
	struct directory *dir;
	struct batch batch;
	struct err err = { 0 };

	(void)state;
	samba_settings(&set, &samba);
	open.settings = set.list;
	open.setting_count = set.count;
	CHECK(directory_open(&dir, &open, &err), "%s", err.text);
	plan(&batch, "stopped");
	CHECK(!directory_act(dir, arena, batch.changes, batch.count,
		  batch.outcomes, &err) &&
		  err.fault == FAULT_UNAVAILABLE,
	    "%s", err.text);
	atomic_store(&stop, false);
	batch.count = 1;
	act(dir, &batch);
	atomic_store(&stop, true);
	batch.count = BATCH;
	act(dir, &batch);
	CHECK(count_of(&batch, DIRECTORY_AGAIN) == BATCH, "%d again",
	    count_of(&batch, DIRECTORY_AGAIN));
	directory_close(dir);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(who_signs_in),
	cmocka_unit_test(what_settings_say),
	cmocka_unit_test(who_it_is),
	cmocka_unit_test(another_ones_certificate),
	cmocka_unit_test(a_silent_one),
	cmocka_unit_test(a_server_that_dies),
	cmocka_unit_test(a_server_that_freezes),
	cmocka_unit_test(an_idle_connection),
	cmocka_unit_test(another_server),
	cmocka_unit_test(told_to_stop),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, begin, end);
}
