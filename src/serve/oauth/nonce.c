/* What may be shown once only: remembered in Postgres, for all processes. */
#include "oauth.h"

#include <string.h>

#include <openssl/evp.h>

bool nonce_hash(struct nonce *nonce, const char *const *texts, size_t count,
    struct err *err)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	struct buf all = { 0 };
	unsigned len = 0;
	bool done;

	/* With their ends, so that "a" "bc" is not "ab" "c". */
	for (size_t i = 0; i < count; i++)
		buf_add(&all, texts[i], strlen(texts[i]) + 1);
	done = EVP_Digest(all.data, all.len, hash, &len, EVP_sha256(), NULL) ==
		   1 &&
	       2 * len + 1 == sizeof(nonce->hash);
	buf_free(&all);
	if (!done)
		return fail(err, FAULT_INTERNAL, "can't compute SHA-256");
	hex_encode(nonce->hash, hash, len);
	return true;
}

bool nonce_take(const struct nonce *nonce, struct db *db, struct arena *arena,
    bool *fresh, struct err *err)
{
	struct values values = { 0 };
	const struct rows *rows;
	char when[CLOCK_TEXT];

	clock_format(when, nonce->expires);
	values_add(&values, arena_number(arena, nonce->application));
	values_add(&values, nonce->hash);
	values_add(&values, when);
	if (!db_ask(db, arena, STATEMENT_nonce_take, &values, &rows, err))
		return false;
	*fresh = rows_affected(rows) == 1;
	return true;
}

bool nonce_purge(struct db *db, struct err *err)
{
	struct arena *arena = arena_new();
	char now[CLOCK_TEXT];
	const struct values values = { 1, { now } };
	bool done;

	clock_format(now, clock_now());
	done = db_ask(db, arena, STATEMENT_nonce_purge, &values, NULL, err);
	arena_free(arena);
	return done;
}
