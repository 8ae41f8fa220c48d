/* Active Directory: servers that die, freeze, hang up, or are not there. */
#include "check.h"

#include "support/samba.h"

#include <pthread.h>
#include <signal.h>

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
