/*
 * What is known now, shared by all threads: an immutable ring, replaced whole.
 * A thread holds the one it saw last and looks at a single number to learn
 * whether there is another, so that no request waits for a lock.
 */
#include "oauth.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static struct {
	pthread_mutex_t lock; /* of all that follows but the two numbers */
	struct ring *newest;
	struct view *views;
	atomic_ullong generation; /* rises with every ring, for ever */
	atomic_uint life;         /* rises when everything is forgotten */
} shared = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* A view belongs to its thread and to a life: a thread that outlasts
 * ring_forget must not go on with what was freed. */
static _Thread_local struct {
	struct view *view;
	unsigned life;
} mine;

struct ring *ring_new(void)
{
	struct arena *arena = arena_new();
	struct ring *ring = arena_alloc(arena, sizeof(*ring));

	ring->arena = arena;
	return ring;
}

void ring_free(struct ring *ring)
{
	if (ring != NULL)
		arena_free(ring->arena);
}

void ring_choose(struct ring *ring)
{
	int64_t now = clock_now();

	ring->signs = NULL;
	for (int i = 0; i < ring->key_count; i++) {
		const struct key *key = &ring->keys[i];

		if (key->private_pem == NULL || key->retires <= now)
			continue;
		if (ring->signs == NULL || key->retires < ring->signs->retires)
			ring->signs = key;
	}
}

const struct key *ring_find(const struct ring *ring, const char *kid)
{
	for (int i = 0; i < ring->key_count; i++)
		if (strcmp(ring->keys[i].kid, kid) == 0)
			return &ring->keys[i];
	return NULL;
}

const struct consumer *ring_consumer(const struct ring *ring, const char *key)
{
	int low = 0, high = ring->consumer_count;

	while (low < high) {
		int middle = low + (high - low) / 2;
		int order = strcmp(ring->consumers[middle].key, key);

		if (order == 0)
			return &ring->consumers[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Under the lock. */
static void let_go(struct ring *ring)
{
	if (ring != NULL && --ring->holders == 0)
		arena_free(ring->arena);
}

void ring_show(struct ring *ring)
{
	pthread_mutex_lock(&shared.lock);
	let_go(shared.newest);
	ring->holders++;
	shared.newest = ring;
	atomic_fetch_add(&shared.generation, 1);
	pthread_mutex_unlock(&shared.lock);
}

/* Under the lock: the view's old ring for the newest. */
static void exchange(struct view *view)
{
	view->generation = atomic_load(&shared.generation);
	let_go(view->ring);
	view->ring = shared.newest;
	shared.newest->holders++;
}

static struct view *view_new(void)
{
	struct arena *arena = arena_new();
	struct view *view = arena_alloc(arena, sizeof(*view));

	view->arena = arena;
	pthread_mutex_lock(&shared.lock);
	view->next = shared.views;
	shared.views = view;
	pthread_mutex_unlock(&shared.lock);
	return view;
}

struct view *ring_view(void)
{
	unsigned life = atomic_load(&shared.life);

	if (mine.view == NULL || mine.life != life) {
		mine.view = view_new();
		mine.life = life;
	}
	if (mine.view->generation != atomic_load(&shared.generation)) {
		pthread_mutex_lock(&shared.lock);
		exchange(mine.view);
		pthread_mutex_unlock(&shared.lock);
	}
	return mine.view;
}

void ring_forget(void)
{
	pthread_mutex_lock(&shared.lock);
	while (shared.views != NULL) {
		struct view *view = shared.views;

		shared.views = view->next;
		let_go(view->ring);
		arena_free(view->arena);
	}
	let_go(shared.newest);
	shared.newest = NULL;
	atomic_fetch_add(&shared.life, 1);
	pthread_mutex_unlock(&shared.lock);
}
