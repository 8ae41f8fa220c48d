/*
 * Who guesses secrets must wait: failures a minute, by the client's address
 * and the id it tried. A table of fixed size, in which a stranger takes the
 * place of whoever failed longest ago.
 */
#include "oauth.h"
#include "../serve.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <string.h>

#define FAILURES_MAX 20
#define WINDOW (60 * SECOND)
#define SETS 1024 /* a power of two */
#define WAYS 4

struct failures {
	struct hash128 who;
	int64_t since; /* clock_tick; the window */
	int count;     /* 0: nobody */
};

static struct {
	pthread_mutex_t lock;
	bool keyed;
	uint8_t key[16]; /* so that nobody can choose their set */
	struct failures sets[SETS][WAYS];
} table = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Of an IPv6 address the network: whoever has one host there has them all. */
static void add_client(struct buf *out, const char *client)
{
	struct in6_addr address;

	if (inet_pton(AF_INET6, client, &address) == 1)
		buf_add(out, &address, 8);
	else
		buf_add(out, client, strlen(client) + 1);
}

static struct hash128 hash_of(const char *client, const char *client_id)
{
	struct buf both = { 0 };
	struct hash128 hash;

	add_client(&both, client);
	buf_puts(&both, client_id);
	hash = siphash128(table.key, both.data, both.len);
	buf_free(&both);
	return hash;
}

/* Under the lock. Whose row it is, or the one to take for them. */
static struct failures *find(struct hash128 who, int64_t now)
{
	struct failures *set = table.sets[who.low & (SETS - 1)];
	struct failures *oldest = set;

	for (struct failures *f = set; f < set + WAYS; f++) {
		if (f->count > 0 && now - f->since >= WINDOW)
			f->count = 0;
		if (f->count > 0 && f->who.low == who.low &&
		    f->who.high == who.high)
			return f;
		if (f->count == 0 ||
		    (oldest->count > 0 && f->since < oldest->since))
			oldest = f;
	}
	return oldest;
}

static struct hash128 lock_for(const char *client, const char *client_id)
{
	pthread_mutex_lock(&table.lock);
	if (!table.keyed)
		random_bytes(table.key, sizeof(table.key));
	table.keyed = true;
	return hash_of(client, client_id);
}

int throttle_wait(const char *client, const char *client_id)
{
	struct hash128 who = lock_for(client, client_id);
	int64_t now = clock_tick();
	const struct failures *f = find(who, now);
	int wait = 0;

	if (f->who.low == who.low && f->who.high == who.high &&
	    f->count >= FAILURES_MAX)
		wait = (int)((f->since + WINDOW - now) / SECOND) + 1;
	pthread_mutex_unlock(&table.lock);
	return wait;
}

void throttle_failed(const char *client, const char *client_id)
{
	struct hash128 who = lock_for(client, client_id);
	int64_t now = clock_tick();
	struct failures *f = find(who, now);

	if (f->count == 0 || f->who.low != who.low || f->who.high != who.high)
		*f = (struct failures){ .who = who, .since = now };
	f->count++;
	pthread_mutex_unlock(&table.lock);
}

bool throttle_admit(struct request *rq, const char *client_id, struct err *err)
{
	int wait = throttle_wait(rq->client, client_id);

	if (wait == 0)
		return true;
	reply_header(rq, "Retry-After", arena_number(rq->arena, wait));
	return fail(err, FAULT_BUSY, "too many failed attempts");
}
