/* Tags of bundles that were asked for lately. A bundle's tag is of its file, so
 * unlike a page's it can't be computed: it is remembered. */
#include "serve.h"
#include "homeroom/publish.h"

#include <pthread.h>
#include <string.h>

/* A table of fixed size, in which a newcomer takes the place of another. */
static struct {
	pthread_mutex_t lock;
	struct {
		struct hash128 which;
		char tag[KNOWN_TAG];
	} rows[1024];
} table = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* All that decides which bundle it is, and what is in it. */
void known_begin(struct known *known, const struct export_wanted *wanted,
    const struct allowance *now)
{
	static const uint8_t key[16] = "homeroom bundle";
	struct buf what = { 0 };

	buf_printf(&what, "%lld %lld %u %d %lld %s",
	    (long long)wanted->application, (long long)now->version,
	    wanted->scopes, (int)wanted->format, (long long)wanted->since,
	    now->revision);
	*known = (struct known){ siphash128(key, what.data, what.len),
		now->version };
	buf_free(&what);
}

bool known_find(const struct known *known, char tag[KNOWN_TAG])
{
	size_t place = known->which.low % array_length(table.rows);
	bool found;

	pthread_mutex_lock(&table.lock);
	found = memcmp(&table.rows[place].which, &known->which,
		    sizeof(known->which)) == 0;
	if (found)
		memcpy(tag, table.rows[place].tag, KNOWN_TAG);
	pthread_mutex_unlock(&table.lock);
	return found;
}

void known_note(const struct known *known, const char *tag)
{
	size_t place = known->which.low % array_length(table.rows);

	if (strlen(tag) >= KNOWN_TAG)
		return;
	pthread_mutex_lock(&table.lock);
	table.rows[place].which = known->which;
	memcpy(table.rows[place].tag, tag, strlen(tag) + 1);
	pthread_mutex_unlock(&table.lock);
}
