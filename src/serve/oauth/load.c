/* The ring as the database has it; and a new key in time. */
#include "oauth.h"
#include "homeroom/publish.h"

#include <string.h>

#include <openssl/crypto.h>

#define DAY (86400 * SECOND)
#define SIGNS_FOR (31 * DAY)
/* A new key is shown for this long before the one before it retires, so that
 * whoever keeps a copy of the key set has it in time. */
#define SHOWN_AHEAD DAY

/* --- reading -------------------------------------------------------------- */

static const char *about(struct arena *arena, const char *kid)
{
	return arena_printf(arena, "signing key %s", kid);
}

/* A key that another host sealed under a key file of its own serves to verify
 * its tokens; that is no reason to fail. */
static void open_private(struct key *key, struct arena *arena,
    const char *key_file, const char *hex)
{
	struct buf sealed = { 0 }, pem = { 0 };
	struct err ignored = { 0 };

	if (hex_decode(&sealed, hex, strlen(hex)) &&
	    unseal(&pem, key_file, about(arena, key->kid), sealed.data,
		sealed.len, &ignored)) {
		key->private_pem = key_private(arena, pem.data, pem.len);
		OPENSSL_cleanse(pem.data, pem.len);
	}
	buf_free(&sealed);
	buf_free(&pem);
}

static bool load_keys(struct ring *ring, struct db *db, const char *key_file,
    struct err *err)
{
	struct values values = { 0 };
	char now[CLOCK_TEXT];
	const struct rows *rows;
	struct key *keys;

	clock_format(now, clock_now());
	values_add(&values, now);
	if (!db_ask(db, ring->arena, STATEMENT_signing_key_list, &values, &rows,
		err))
		return false;
	ring->key_count = rows_count(rows);
	keys =
	    arena_alloc(ring->arena, (size_t)ring->key_count * sizeof(*keys));
	for (int i = 0; i < ring->key_count; i++) {
		keys[i].kid = rows_get(rows, i, 0);
		keys[i].jwk = rows_get(rows, i, 1);
		keys[i].retires = rows_integer(rows, i, 3);
		if (!key_read(&keys[i], ring->arena, err))
			return false;
		open_private(&keys[i], ring->arena, key_file,
		    rows_get(rows, i, 2));
	}
	ring->keys = keys;
	ring_choose(ring);
	return true;
}

static bool load_consumers(struct ring *ring, struct db *db, struct err *err)
{
	struct consumer *consumers;
	const struct rows *rows;

	if (!db_ask(db, ring->arena, STATEMENT_oauth1_list, NULL, &rows, err))
		return false;
	ring->consumer_count = rows_count(rows);
	consumers = arena_alloc(ring->arena,
	    (size_t)ring->consumer_count * sizeof(*consumers));
	for (int i = 0; i < ring->consumer_count; i++)
		consumers[i] = (struct consumer){
			.key = rows_get(rows, i, 0),
			.application = rows_integer(rows, i, 1),
			.sealed = rows_get(rows, i, 2),
		};
	ring->consumers = consumers;
	return true;
}

static void render_keys(struct ring *ring)
{
	struct buf out = { 0 };

	buf_puts(&out, "{\"keys\":[");
	for (int i = 0; i < ring->key_count; i++)
		buf_printf(&out, "%s%s", i == 0 ? "" : ",", ring->keys[i].jwk);
	buf_puts(&out, "]}");
	ring->jwks.at = arena_copy(ring->arena, out.data, out.len);
	ring->jwks.len = out.len;
	buf_free(&out);
}

/* --- a new key ------------------------------------------------------------ */

static bool due(const struct ring *ring)
{
	int64_t last = 0;

	for (int i = 0; i < ring->key_count; i++)
		if (ring->keys[i].private_pem != NULL &&
		    ring->keys[i].retires > last)
			last = ring->keys[i].retires;
	return last <= clock_now() + SHOWN_AHEAD;
}

static bool store_key(struct db *db, struct arena *arena, const struct key *key,
    const struct buf *sealed, struct err *err)
{
	struct values values = { 0 };
	int64_t now = clock_now();
	char times[3][CLOCK_TEXT];

	clock_format(times[0], now);
	clock_format(times[1], now + SIGNS_FOR);
	clock_format(times[2], now + SIGNS_FOR + TOKEN_LIFE + TOKEN_LEEWAY);
	values_add(&values, key->kid);
	values_add(&values, key->jwk);
	values_add(&values, arena_hex(arena, sealed->data, sealed->len));
	for (size_t i = 0; i < array_length(times); i++)
		values_add(&values, times[i]);
	return db_ask(db, arena, STATEMENT_signing_key_add, &values, NULL, err);
}

static int count_sealed(const struct ring *ring)
{
	int sealed = 0;

	for (int i = 0; i < ring->key_count; i++)
		sealed += ring->keys[i].private_pem == NULL;
	return sealed;
}

static bool add_key(struct db *db, const struct ring *ring,
    const char *key_file, struct err *err)
{
	struct arena *arena = ring->arena;
	struct buf sealed = { 0 };
	struct key key;
	bool done;

	if (!key_make(&key, arena, err))
		return false;
	done = seal(&sealed, key_file, about(arena, key.kid), key.private_pem,
		   strlen(key.private_pem), err) &&
	       store_key(db, arena, &key, &sealed, err);
	buf_free(&sealed);
	if (done)
		log_line(LOG_INFO, "signing_key", "made=%s sealed_elsewhere=%d",
		    key.kid, count_sealed(ring));
	return done;
}

static bool purge(struct db *db, struct arena *arena, struct err *err)
{
	struct values values = { 0 };
	char now[CLOCK_TEXT];

	clock_format(now, clock_now());
	values_add(&values, now);
	return db_ask(db, arena, STATEMENT_signing_key_purge, &values, NULL,
	    err);
}

/* In a transaction: looks again once nobody else can be making one. */
static bool renew(struct db *db, const char *key_file, struct err *err)
{
	struct ring *ring = ring_new();
	bool done;

	done = db_ask(db, ring->arena, STATEMENT_signing_key_lock, NULL, NULL,
		   err) &&
	       load_keys(ring, db, key_file, err) &&
	       (!due(ring) || add_key(db, ring, key_file, err)) &&
	       purge(db, ring->arena, err);
	ring_free(ring);
	return done;
}

static bool rotate(struct db *db, const char *key_file, struct err *err)
{
	if (db_begin(db, err) && renew(db, key_file, err) && db_commit(db, err))
		return true;
	db_rollback(db);
	return false;
}

/* --- the door ------------------------------------------------------------- */

static bool fill(struct ring *ring, struct db *db, const char *key_file,
    struct err *err)
{
	if (!load_keys(ring, db, key_file, err))
		return false;
	if (due(ring) &&
	    !(rotate(db, key_file, err) && load_keys(ring, db, key_file, err)))
		return false;
	if (!load_consumers(ring, db, err))
		return false;
	render_keys(ring);
	return true;
}

bool load_ring(struct ring **out, struct db *db, const char *key_file,
    const char *issuer, struct err *err)
{
	struct ring *ring = ring_new();

	ring->issuer = arena_text(ring->arena, issuer);
	ring->key_file = arena_text(ring->arena, key_file);
	if (fill(ring, db, key_file, err)) {
		*out = ring;
		return true;
	}
	ring_free(ring);
	return false;
}
