/* Requests that wait for a worker: a lane for each application, and the lanes
 * take turns, so that who asks much waits behind itself. */
#include "serve.h"

static struct lane *find_lane(const struct queue *queue, int64_t application)
{
	struct lane *lane = queue->last;

	if (lane == NULL)
		return NULL;
	do {
		if (lane->application == application)
			return lane;
		lane = lane->next;
	} while (lane != queue->last);
	return NULL;
}

/* Its turn comes after all who wait already. */
static struct lane *add_lane(struct queue *queue, int64_t application)
{
	struct lane *lane = queue->spare;

	if (lane != NULL)
		queue->spare = lane->next;
	else
		lane = &queue->lanes[queue->used++];
	*lane = (struct lane){ .application = application, .next = lane };
	lane->end = &lane->first;
	if (queue->last != NULL) {
		lane->next = queue->last->next;
		queue->last->next = lane;
	}
	queue->last = lane;
	return lane;
}

/* The one behind `last`. */
static void remove_lane(struct queue *queue, struct lane *lane)
{
	if (lane->next == lane)
		queue->last = NULL;
	else
		queue->last->next = lane->next;
	lane->next = queue->spare;
	queue->spare = lane;
}

void queue_put(struct queue *queue, struct request *rq)
{
	struct lane *lane = find_lane(queue, rq->caller.application);

	if (lane == NULL)
		lane = add_lane(queue, rq->caller.application);
	rq->next = NULL;
	*lane->end = rq;
	lane->end = &rq->next;
	queue->waiting++;
}

static bool is_alike(const struct request *a, const struct request *b)
{
	return a->caller.epoch == b->caller.epoch &&
	       (a->route->errand->run == NULL) ==
		   (b->route->errand->run == NULL);
}

/* Takes the first of the lane, and up to `max` in all that are alike. */
static int take_alike(struct lane *lane, struct request **batch, int max)
{
	struct request **at = &lane->first;
	int count = 0;

	while (*at != NULL && count < max) {
		struct request *rq = *at;

		if (count > 0 && !is_alike(batch[0], rq)) {
			at = &rq->next;
			continue;
		}
		batch[count++] = rq;
		*at = rq->next;
	}
	while (*at != NULL)
		at = &(*at)->next;
	lane->end = at;
	return count;
}

int queue_take(struct queue *queue, struct request **batch, int max)
{
	struct lane *lane;
	int count;

	if (queue->last == NULL)
		return 0;
	lane = queue->last->next;
	count = take_alike(lane, batch, max);
	if (lane->first == NULL)
		remove_lane(queue, lane);
	else
		queue->last = lane;
	queue->waiting -= count;
	return count;
}
