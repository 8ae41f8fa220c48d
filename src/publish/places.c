/*
 * What pages of all workers have in common: how many records a set has, and
 * where its pages end. A client that counts `offset` up thereby reaches each
 * page by key, as one that follows `next` does.
 *
 * The one exception to "locks live in queues": the pages of one pull are read
 * by different workers, so what they learn must be shared, and a lookup is
 * shorter than any hand-over would be.
 */
#include "publish.h"

#include <pthread.h>
#include <string.h>

/* Places with the same low bits of their hash share a row of WAYS; the one
 * used longest ago makes room. */
#define ROWS 512
#define WAYS 8

struct place {
	struct hash128 key;
	uint64_t used; /* 0: empty */
	int64_t total;
	char last[257];
};

static struct {
	pthread_mutex_t lock;
	uint64_t uses;
	struct place places[ROWS][WAYS];
} known = { .lock = PTHREAD_MUTEX_INITIALIZER };

static uint8_t secret[16];
static pthread_once_t secret_once = PTHREAD_ONCE_INIT;

static void make_secret(void)
{
	random_bytes(secret, sizeof(secret));
}

static struct hash128 places_key(const void *bytes, size_t len)
{
	pthread_once(&secret_once, make_secret);
	return siphash128(secret, bytes, len);
}

static struct hash128 key_at(struct hash128 order, int64_t offset)
{
	struct {
		struct hash128 order;
		int64_t offset;
	} both = { order, offset };

	return places_key(&both, sizeof(both));
}

/* Under the lock. */
static struct place *find(struct hash128 key)
{
	struct place *row = known.places[key.low % ROWS];

	for (int i = 0; i < WAYS; i++) {
		if (row[i].used > 0 && row[i].key.low == key.low &&
		    row[i].key.high == key.high) {
			row[i].used = ++known.uses;
			return &row[i];
		}
	}
	return NULL;
}

/* Under the lock. */
static struct place *make(struct hash128 key)
{
	struct place *row = known.places[key.low % ROWS];
	struct place *place = find(key);

	if (place != NULL)
		return place;
	place = &row[0];
	for (int i = 1; i < WAYS; i++)
		if (row[i].used < place->used)
			place = &row[i];
	place->key = key;
	place->used = ++known.uses;
	return place;
}

bool places_find(struct hash128 order, int64_t offset, char last[257])
{
	struct hash128 key = key_at(order, offset);
	struct place *place;

	pthread_mutex_lock(&known.lock);
	place = find(key);
	if (place != NULL)
		memcpy(last, place->last, sizeof(place->last));
	pthread_mutex_unlock(&known.lock);
	return place != NULL;
}

void places_keep(struct hash128 order, int64_t offset, const char *last)
{
	struct hash128 key = key_at(order, offset);
	size_t len = strlen(last);
	struct place *place;

	if (len == 0 || len >= sizeof(place->last))
		return;
	pthread_mutex_lock(&known.lock);
	place = make(key);
	memcpy(place->last, last, len + 1);
	pthread_mutex_unlock(&known.lock);
}

bool places_total(struct hash128 what, int64_t *total)
{
	struct place *place;

	pthread_mutex_lock(&known.lock);
	place = find(what);
	if (place != NULL)
		*total = place->total;
	pthread_mutex_unlock(&known.lock);
	return place != NULL;
}

void places_keep_total(struct hash128 what, int64_t total)
{
	pthread_mutex_lock(&known.lock);
	make(what)->total = total;
	pthread_mutex_unlock(&known.lock);
}

/* --- what is asked, as a key ---------------------------------------------- */

static void key_text(struct buf *key, const char *text)
{
	if (text != NULL)
		buf_puts(key, text);
	buf_char(key, '\0');
}

static void key_clause(struct buf *key, const struct clause *c)
{
	key_text(key, c->field->column);
	key_text(key, c->part != NULL ? "part" : NULL);
	buf_printf(key, "%d %d", c->part_index, (int)c->predicate);
	key_text(key, c->key);
	key_text(key, c->value);
}

void places_name(struct reading *reading, const struct sight *sight)
{
	const struct question *q = &reading->question;
	const struct selection *sel = &q->sel;
	struct asked *asked = reading->asked;
	struct buf key = { 0 };

	buf_printf(&key, "%lld %lld %lld %lld %d %d ",
	    (long long)sight->times->district, (long long)sight->grant,
	    (long long)asked->floor, (long long)reading->answer.version,
	    (int)sel->version, sel->filter.any);
	key_text(&key, q->of->name);
	key_text(&key, q->link != NULL ? q->link->path : NULL);
	for (size_t i = 0; q->link != NULL && i < array_length(q->ids); i++)
		if (q->ids[i].at != NULL)
			key_text(&key, arena_textn(reading->arena, q->ids[i].at,
					   q->ids[i].len));
	for (int i = 0; i < sel->filter.count; i++)
		key_clause(&key, &sel->filter.clauses[i]);
	asked->what = places_key(key.data, key.len);
	buf_printf(&key, "%d ", sel->descending);
	key_text(&key, sel->sort != NULL && sel->sort->kind != ID
			   ? sel->sort->column
			   : NULL);
	asked->order = places_key(key.data, key.len);
	buf_free(&key);
}
