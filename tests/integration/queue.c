/* Whose turn it is when several applications wait. */
#include "check.h"
#include "serve/serve.h"

#include <stdio.h>
#include <stdlib.h>

static struct queue *queue;
static struct request requests[QUEUE_MAX];
static int used;

static bool run(struct request *rq, struct db *db, struct err *err)
{
	(void)rq;
	(void)db;
	(void)err;
	return true;
}

static const struct errand reads = { 0 }, runs = { .run = run };
static const struct route reading = { .errand = &reads };
static const struct route running = { .errand = &runs };

static int begin(void **state)
{
	(void)state;
	memset(requests, 0, sizeof(requests));
	queue = memory_new(sizeof(*queue));
	used = 0;
	return 0;
}

static int end(void **state)
{
	(void)state;
	memory_free(queue);
	return 0;
}

static struct request *put(int64_t application)
{
	struct request *rq = &requests[used++];

	*rq = (struct request){ .route = &reading,
		.caller = { .application = application, .epoch = 1 } };
	queue_put(queue, rq);
	return rq;
}

/* "7 7 9": whose requests come, one at a time, until `count` or the end. */
static const char *order(int count)
{
	static char text[256];
	struct request *rq;
	size_t len = 0;

	text[0] = '\0';
	while (count-- > 0 && queue_take(queue, &rq, 1) == 1)
		len +=
		    (size_t)snprintf(text + len, sizeof(text) - len, "%s%lld",
			len > 0 ? " " : "", (long long)rq->caller.application);
	return text;
}

static void check_order(int count, const char *want)
{
	const char *got = order(count);

	CHECK(strcmp(got, want) == 0, "%s instead of %s", got, want);
}

static void many_take_turns_with_one(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++)
		put(1);
	check_order(3, "1 1 1");
	put(2);
	put(2);
	put(3);
	check_order(6, "1 2 3 1 2 1");
	put(2);
	check_order(3, "1 2 1");
	CHECK(queue->waiting == 192, "%d", queue->waiting);
}

/* Numbers that differ by powers of two are applications like others. */
static void each_application_has_its_lane(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++)
		put(1);
	put(65);
	put(1 + 4096);
	put(1 + ((int64_t)1 << 32));
	check_order(5, "1 65 4097 4294967297 1");
}

static void batches_are_of_one_kind(void **state)
{
	struct request *batch[8], *first, *other, *old, *last;
	int count;

	(void)state;
	first = put(1);
	other = put(1);
	other->route = &running;
	old = put(1);
	old->caller.epoch = 0;
	last = put(1);
	put(2);
	count = queue_take(queue, batch, 8);
	CHECK(count == 2 && batch[0] == first && batch[1] == last, "%d", count);
	CHECK(queue_take(queue, batch, 8) == 1 &&
		  batch[0]->caller.application == 2,
	    "the next one's turn");
	CHECK(queue_take(queue, batch, 8) == 1 && batch[0] == other,
	    "in order");
	CHECK(queue_take(queue, batch, 8) == 1 && batch[0] == old, "in order");
	CHECK(queue_take(queue, batch, 8) == 0 && queue->waiting == 0, "none");
}

static void no_more_than_wanted(void **state)
{
	struct request *batch[16];

	(void)state;
	for (int i = 0; i < 40; i++)
		put(1);
	for (int i = 0; i < 40; i++)
		put(2);
	for (int i = 0; i < 4; i++) {
		int count = queue_take(queue, batch, 16);

		CHECK(count == 16, "%d", count);
		CHECK(batch[0]->caller.application == 1 + i % 2, "turn %d", i);
		CHECK(batch[15] - batch[0] == 15, "first come, turn %d", i);
	}
}

/* The next place whose request does not wait any more; rows tells. */
static struct request *put_somewhere(int64_t application)
{
	struct request *rq;

	do {
		used %= QUEUE_MAX;
	} while (requests[used++].rows == 1);
	used--;
	rq = put(application);
	rq->rows = 1;
	return rq;
}

/* Lanes come and go in any order; none is lost. */
static void lanes_are_used_again(void **state)
{
	struct request *rq;
	int waiting = 0;

	(void)state;
	srand(1);
	for (int i = 0; i < 100000; i++) {
		if (waiting < 100 && rand() % 2 == 0) {
			(void)put_somewhere(rand() % 300);
			waiting++;
		} else if (queue_take(queue, &rq, 1) == 1) {
			CHECK(rq->rows == 1, "taken twice");
			rq->rows = 0;
			waiting--;
		}
		CHECK(queue->waiting == waiting, "%d", queue->waiting);
	}
	CHECK(queue->used <= 100, "%d lanes", queue->used);
}

static void as_many_applications_as_requests(void **state)
{
	struct request *rq;

	(void)state;
	for (int i = 0; i < QUEUE_MAX; i++)
		put(i);
	for (int i = 0; i < QUEUE_MAX; i++)
		CHECK(queue_take(queue, &rq, 1) == 1 &&
			  rq->caller.application == i,
		    "turn %d", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(many_take_turns_with_one, begin,
		    end),
		cmocka_unit_test_setup_teardown(each_application_has_its_lane,
		    begin, end),
		cmocka_unit_test_setup_teardown(batches_are_of_one_kind, begin,
		    end),
		cmocka_unit_test_setup_teardown(no_more_than_wanted, begin,
		    end),
		cmocka_unit_test_setup_teardown(lanes_are_used_again, begin,
		    end),
		cmocka_unit_test_setup_teardown(
		    as_many_applications_as_requests, begin, end),
	};

	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
