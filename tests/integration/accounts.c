/* What is known of applications in memory, and what servers tell one another
 * of them. */
#include "check.h"
#include "serve/serve.h"

#include <stdlib.h>

#define TODAY "2026-11-22"
#define TOMORROW "2026-11-23"
#define SOON (clock_tick() + 60000)

static const struct allowance unlimited = {
	.application = 1,
	.epoch = 3,
	.enabled = true,
	.begins = INT64_MIN,
	.ends = INT64_MAX,
	.requests_per_minute = -1,
	.concurrency = -1,
	.bytes_per_day = -1,
	.version = 7,
	.revision = "1.1.1",
};

static struct arena *arena;

static int begin(void **state)
{
	(void)state;
	arena = arena_new();
	accounts_open(256);
	return 0;
}

static int end(void **state)
{
	(void)state;
	accounts_close();
	arena_free(arena);
	return 0;
}

static void learn(const struct allowance *list, int count)
{
	accounts_learn(arena_new(), TODAY, list, count);
}

static struct allowance limited(int64_t application, int64_t requests)
{
	struct allowance may = unlimited;

	may.application = application;
	may.requests_per_minute = requests;
	return may;
}

/* --- what is certain ------------------------------------------------------ */

static bool certain(int64_t application, int64_t epoch)
{
	const struct caller caller = { .application = application,
		.epoch = epoch };
	struct allowance out;

	return accounts_certain(&caller, &out) && out.version == 7 &&
	       strcmp(out.revision, "1.1.1") == 0;
}

static void only_a_lease_makes_certain(void **state)
{
	(void)state;
	learn(&unlimited, 1);
	CHECK(!certain(1, 3), "before it was asked");
	accounts_trust(SOON);
	CHECK(certain(1, 3), "within the lease");
	CHECK(!certain(1, 2), "a token of the past");
	CHECK(!certain(1, 4), "a token of what is not known yet");
	CHECK(!certain(2, 3), "an application that is not known");
	accounts_trust(clock_tick());
	CHECK(!certain(1, 3), "after the lease");
}

static void what_is_not_in_force_is_not_certain(void **state)
{
	struct allowance may = unlimited;

	(void)state;
	accounts_trust(SOON);
	may.enabled = false;
	learn(&may, 1);
	CHECK(!certain(1, 3), "disabled");
	may = unlimited;
	may.ends = clock_tick();
	learn(&may, 1);
	CHECK(!certain(1, 3), "over");
	may.ends = INT64_MAX;
	may.begins = SOON;
	learn(&may, 1);
	CHECK(!certain(1, 3), "not begun");
	learn(&unlimited, 1);
	CHECK(certain(1, 3), "as it was");
	learn(NULL, 0);
	CHECK(!certain(1, 3), "gone");
}

/* --- what was used -------------------------------------------------------- */

static void use(int64_t application, int64_t requests, int64_t bytes)
{
	struct account *account = accounts_find(application);

	atomic_fetch_add(&account->requests, requests);
	atomic_fetch_add(&account->bytes, bytes);
}

static const struct usage *used(const char *day, int count)
{
	const struct usage *list;
	int got;

	CHECK(accounts_used(arena, day, &list, &got), "nobody has limits");
	CHECK(got == count, "%d told instead of %d", got, count);
	return list;
}

static void only_limits_are_told_of(void **state)
{
	struct allowance list[] = { unlimited, limited(9, 60), limited(5, 60) };
	const struct usage *told;
	int count;

	(void)state;
	learn(list, 1);
	use(1, 3, 100);
	CHECK(!accounts_used(arena, TODAY, &told, &count), "without limits");
	learn(list, 3);
	used(TODAY, 0);
	accounts_told(TODAY, NULL, 0);
	use(1, 1, 1);
	use(9, 2, 200);
	use(5, 4, 400);
	told = used(TODAY, 2);
	CHECK(told[0].application == 5 && told[0].requests == 4 &&
		  told[0].bytes == 400 && told[1].application == 9,
	    "in order");
}

static void others_take_tokens(void **state)
{
	struct allowance may = limited(5, 60);
	struct account *account;
	struct usage all = { 5, 10, 1000 };

	(void)state;
	/* What was used before the limit was known is no matter. */
	may.used = (struct usage){ .requests = 7, .bytes = 700 };
	learn(&may, 1);
	account = accounts_find(5);
	CHECK(account->tokens > 59.9, "a full bucket");
	use(5, 2, 200);
	used(TODAY, 1);
	accounts_told(TODAY, &all, 1);
	CHECK(account->tokens > 58.9 && account->tokens < 59.1,
	    "%f: 10 are 7, 2 of ours, and 1", account->tokens);
	CHECK(account->all.bytes == 1000 && account->telling.bytes == 0,
	    "bytes");
	all.requests = 110;
	used(TODAY, 0);
	accounts_told(TODAY, &all, 1);
	CHECK(account->tokens < -40.9, "%f: debts are kept", account->tokens);
}

static void what_was_not_told_is_told_again(void **state)
{
	struct allowance may = limited(5, 60);

	(void)state;
	learn(&may, 1);
	use(5, 2, 200);
	used(TODAY, 1);
	accounts_told(TODAY, NULL, 0);
	use(5, 1, 50);
	CHECK(used(TODAY, 1)->requests == 3, "requests are lost");
	accounts_told(TODAY, NULL, 0);
	CHECK(used(TODAY, 1)->bytes == 250, "bytes are lost");
}

static void a_day_begins_with_nothing(void **state)
{
	struct allowance may = unlimited;
	struct usage all = { 1, 0, 5000 };
	struct account *account;

	(void)state;
	may.bytes_per_day = 10000;
	may.used.bytes = 4000;
	learn(&may, 1);
	account = accounts_find(1);
	CHECK(account->all.bytes == 4000, "what was used before we began");
	used(TODAY, 0);
	accounts_told(TODAY, &all, 1);
	CHECK(account->all.bytes == 5000, "what others used");
	used(TOMORROW, 0);
	CHECK(account->all.bytes == 0, "a new day");
	accounts_told(TODAY, &all, 1);
	CHECK(account->all.bytes == 0, "what comes late is of the day before");
	learn(&may, 1);
	CHECK(account->all.bytes == 0, "the same limit is no new one");
}

static void a_new_limit_fills_the_bucket(void **state)
{
	struct allowance may = limited(5, 60);
	struct account *account = accounts_find(5);

	(void)state;
	learn(&may, 1);
	account->tokens = 0;
	learn(&may, 1);
	CHECK(account->tokens == 0, "the same limit");
	may.requests_per_minute = 10;
	learn(&may, 1);
	CHECK(account->tokens == 10, "%f", account->tokens);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_a_lease_makes_certain,
		    begin, end),
		cmocka_unit_test_setup_teardown(
		    what_is_not_in_force_is_not_certain, begin, end),
		cmocka_unit_test_setup_teardown(only_limits_are_told_of, begin,
		    end),
		cmocka_unit_test_setup_teardown(others_take_tokens, begin, end),
		cmocka_unit_test_setup_teardown(what_was_not_told_is_told_again,
		    begin, end),
		cmocka_unit_test_setup_teardown(a_day_begins_with_nothing,
		    begin, end),
		cmocka_unit_test_setup_teardown(a_new_limit_fills_the_bucket,
		    begin, end),
	};

	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
