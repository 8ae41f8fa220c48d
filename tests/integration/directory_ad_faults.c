/* Active Directory: servers that die, freeze, hang up, or are not there. */
#include "check.h"

#include "support/samba.h"

#include <pthread.h>
#include <signal.h>

#define BATCH 120
#define WINDOW 16 /* requests in flight, where settings don't say */

/* --- many changes --------------------------------------------------------- */

struct batch {
	struct directory_change changes[BATCH];
	struct directory_edit edits[BATCH];
	const char *logins[BATCH];
	struct directory_outcome outcomes[BATCH];
	bool sent[BATCH]; /* once, and nobody knew what came of it */
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

/* Whether it is there for good; one that is not is to be done again. */
static bool is_made(struct directory *dir, struct batch *batch, int i)
{
	const struct directory_outcome *out = &batch->outcomes[i];
	const char *login = batch->edits[i].after[0], *anchor = "";
	bool taken = out->reason == DIRECTORY_TAKEN && batch->sent[i];
	int count = there(dir, login, &anchor);

	if (out->result == DIRECTORY_DONE) {
		CHECK(count == 1 && strcmp(anchor, out->anchor) == 0,
		    "%s was acknowledged, and is lost: %d of it", login, count);
		return true;
	}
	CHECK(out->result == DIRECTORY_UNKNOWN ||
		  out->result == DIRECTORY_AGAIN || taken,
	    "%s: %s: %s, %s", login, directory_results[out->result], out->why,
	    out->words);
	batch->sent[i] |= out->result == DIRECTORY_UNKNOWN;
	CHECK(batch->sent[i] || count == 0, "%s was made, though never sent",
	    login);
	CHECK(count == 1 || !taken, "%s is taken, and not there", login);
	return count == 1;
}

/* As who planned them does: looks before it repeats. What was sent to a server
 * that froze may still be done between the two. */
static void finish(struct directory *dir, struct batch *batch)
{
	for (int tries = 0; tries < 5; tries++) {
		int left = 0;

		for (int i = 0; i < batch->count; i++) {
			if (is_made(dir, batch, i))
				continue;
			batch->sent[left] = batch->sent[i];
			batch->edits[left] = batch->edits[i];
			batch->changes[left] = batch->changes[i];
			batch->changes[left].edits = &batch->edits[left];
			left++;
		}
		batch->count = left;
		if (left == 0)
			return;
		act(dir, batch);
	}
	CHECK(false, "%d are not made yet: %s", batch->count,
	    batch->outcomes[0].why);
}

static void all_there(struct directory *dir, const char *prefix)
{
	const char *anchor;

	for (int i = 0; i < BATCH; i++) {
		const char *login = arena_printf(arena, "%s%d", prefix, i);
		int count = there(dir, login, &anchor);

		CHECK(count == 1, "%d of %s", count, login);
	}
}

struct killing {
	int pid;
	int after; /* ms */
};

static void *kill_later(void *context)
{
	const struct killing *killing = context;
	const struct timespec pause = { .tv_nsec = 1000000L * killing->after };

	nanosleep(&pause, NULL);
	kill(killing->pid, SIGKILL);
	return NULL;
}

/* Who is killed before it was asked for anything has begun nothing. */
static void act_killed(struct directory *dir, struct batch *batch, int after)
{
	struct killing killing = { samba_pid(&samba), after };
	struct err err = { 0 };
	pthread_t thread;
	bool begun;

	CHECK(killing.pid > 0, "no server");
	CHECK(pthread_create(&thread, NULL, kill_later, &killing) == 0,
	    "no thread");
	begun = directory_act(dir, arena, batch->changes, batch->count,
	    batch->outcomes, &err);
	pthread_join(thread, NULL);
	samba_kill(&samba);
	CHECK(begun || err.fault == FAULT_UNAVAILABLE, "%s", err.text);
	for (int i = 0; !begun && i < batch->count; i++)
		batch->outcomes[i] =
		    (struct directory_outcome){ .result = DIRECTORY_AGAIN,
			    .why = "nothing was begun" };
}

static void killed_once(struct directory *dir, int after, const char *prefix)
{
	struct batch batch;
	int done, unknown;

	plan(&batch, prefix);
	act_killed(dir, &batch, after);
	done = count_of(&batch, DIRECTORY_DONE);
	unknown = count_of(&batch, DIRECTORY_UNKNOWN);
	printf("# killed after %d ms: %d done, %d not known\n", after, done,
	    unknown);
	samba_start(&samba);
	finish(dir, &batch);
	all_there(dir, prefix);
	CHECK(unknown <= WINDOW, "%d were in flight", unknown);
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
	/* The first of them finds nobody connected yet. */
	for (int i = 0; i < check_count(4); i++)
		killed_once(dir, (int)(check_random(&seed) % 500),
		    arena_printf(arena, "k%d-", i));
	directory_close(dir);
}

/* Connected, and told what the schema says; a machine with much else to do may
 * need longer than the time that is set. */
static void warm(struct directory *dir)
{
	struct err err = { 0 };
	struct batch batch;

	plan(&batch, "warm");
	batch.count = 1;
	for (int i = 0; i < 20; i++)
		if (directory_act(dir, arena, batch.changes, 1, batch.outcomes,
			&err) &&
		    (batch.outcomes[0].result == DIRECTORY_DONE ||
			batch.outcomes[0].reason == DIRECTORY_TAKEN))
			return;
	CHECK(false, "%s %s", err.text, batch.outcomes[0].why);
}

static void a_server_that_freezes(void **state)
{
	struct samba_settings set;
	struct directory *dir;
	struct batch batch;
	int64_t begun;

	(void)state;
	samba_settings(&set, &samba);
	samba_set(&set, "timeout", "3000");
	dir = samba_open(&set);
	warm(dir);
	plan(&batch, "frozen");
	samba_freeze(&samba);
	begun = clock_tick();
	act(dir, &batch);
	CHECK(clock_tick() - begun < 40000, "%lld ms",
	    (long long)(clock_tick() - begun));
	kill(samba_pid(&samba), SIGCONT);
	CHECK(count_of(&batch, DIRECTORY_UNKNOWN) == WINDOW, "%d not known",
	    count_of(&batch, DIRECTORY_UNKNOWN));
	CHECK(count_of(&batch, DIRECTORY_AGAIN) == BATCH - WINDOW, "%d again",
	    count_of(&batch, DIRECTORY_AGAIN));
	directory_close(dir);
	samba_set(&set, "timeout", "60000");
	dir = samba_open(&set);
	finish(dir, &batch);
	all_there(dir, "frozen");
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
	cmocka_unit_test_setup(a_server_that_dies, samba_stand_two),
	cmocka_unit_test_setup(a_server_that_freezes, samba_stand_two),
	cmocka_unit_test_setup(an_idle_connection, samba_stand_two),
	cmocka_unit_test_setup(another_server, samba_stand_two),
	cmocka_unit_test_setup(told_to_stop, samba_stand_two),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, samba_begin_two, samba_end);
}
