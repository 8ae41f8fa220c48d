/* The chain: its ends, whether it holds, and what is cut off its beginning. */
#include "audit.h"

#include <string.h>

#include <openssl/sha.h>

#define DAY_MS INT64_C(86400000)
#define PIECE "5000"

static void set_link(struct audit_link *link, int64_t number, const char *hash)
{
	link->number = number;
	memcpy(link->hash, hash, sizeof(link->hash));
}

bool audit_link_read(struct audit_link *link, const char *text)
{
	const char *colon = strchr(text, ':');
	int64_t number;

	if (colon == NULL ||
	    !text_integer((struct text){ text, (size_t)(colon - text) }, 0,
		INT64_MAX, &number) ||
	    strlen(colon + 1) != AUDIT_HASH - 1 ||
	    strspn(colon + 1, "0123456789abcdef") != AUDIT_HASH - 1)
		return false;
	set_link(link, number, colon + 1);
	return true;
}

bool audit_chain(struct db *db, struct arena *arena, struct audit_chain *chain,
    struct err *err)
{
	const struct rows *rows;

	if (!db_ask(db, arena, STATEMENT_audit_ends, NULL, &rows, err))
		return false;
	if (rows_count(rows) != 1 || rows_length(rows, 0, 1) != 64 ||
	    rows_length(rows, 0, 3) != 64)
		return fail(err, FAULT_INVALID,
		    "the audit's chain has lost its ends");
	set_link(&chain->head, rows_integer(rows, 0, 0), rows_get(rows, 0, 1));
	set_link(&chain->purged, rows_integer(rows, 0, 2),
	    rows_get(rows, 0, 3));
	return true;
}

bool audit_purge(struct db *db, struct arena *arena, int days, int64_t *dropped,
    struct audit_link *head, struct err *err)
{
	struct values values = { 0 };
	const struct rows *rows;

	values_add(&values, arena_number(arena, clock_now() - days * DAY_MS));
	if (!db_ask(db, arena, STATEMENT_audit_purge, &values, &rows, err))
		return false;
	*dropped = rows_integer(rows, 0, 0);
	set_link(head, rows_integer(rows, 0, 1), rows_get(rows, 0, 2));
	return true;
}

/* --- whether it holds ----------------------------------------------------- */

struct walk {
	struct audit_proof *proof;
	const struct audit_link *witness;
	struct arena *arena; /* for what is told */
	struct audit_link at;
	bool met; /* the witness */
};

static bool unhex(uint8_t out[32], const char *hash)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 32; i++) {
		const char *high = strchr(digits, hash[2 * i]);
		const char *low = strchr(digits, hash[2 * i + 1]);

		if (high == NULL || low == NULL)
			return false;
		out[i] = (uint8_t)((high - digits) * 16 + (low - digits));
	}
	return true;
}

/* The hash that follows when `text` is the next link. */
static bool next_hash(char out[AUDIT_HASH], const char *before,
    const char *text, size_t len)
{
	struct buf buf = { 0 };
	uint8_t hash[SHA256_DIGEST_LENGTH];

	if (!unhex(hash, before))
		return false;
	buf_add(&buf, hash, sizeof(hash));
	buf_add(&buf, text, len);
	SHA256((const unsigned char *)buf.data, buf.len, hash);
	hex_encode(out, hash, sizeof(hash));
	buf_free(&buf);
	return true;
}

static void meet(struct walk *walk)
{
	const struct audit_link *witness = walk->witness;

	if (witness == NULL || witness->number != walk->at.number)
		return;
	walk->met = true;
	if (strcmp(witness->hash, walk->at.hash) != 0)
		walk->proof->broken = arena_printf(walk->arena,
		    "The chain is not the one that %lld:%.8s… was written down "
		    "of: up to row %lld it was made anew.",
		    (long long)witness->number, witness->hash,
		    (long long)witness->number);
}

/* False: it ends here. */
static bool follow(struct walk *walk, const struct rows *rows, int row)
{
	int64_t number = rows_integer(rows, row, 0);
	const char *hash = rows_get(rows, row, 1), *at = rows_get(rows, row, 2);
	char wanted[AUDIT_HASH];

	if (number != walk->at.number + 1) {
		walk->proof->broken = arena_printf(walk->arena,
		    "Rows %lld to %lld are missing; what follows is of %s.",
		    (long long)walk->at.number + 1, (long long)number - 1, at);
		return false;
	}
	if (!next_hash(wanted, walk->at.hash, rows_get(rows, row, 3),
		rows_length(rows, row, 3)) ||
	    strcmp(wanted, hash) != 0) {
		walk->proof->broken = arena_printf(walk->arena,
		    "From row %lld on, of %s, the chain does not hold: that "
		    "row, or what it vouches for, was changed.",
		    (long long)number, at);
		return false;
	}
	set_link(&walk->at, number, hash);
	walk->proof->checked++;
	meet(walk);
	return walk->proof->broken == NULL;
}

static bool ask_links(struct db *db, struct arena *arena, int64_t after,
    const struct rows **rows, struct err *err)
{
	struct values values = { 0 };

	values_add(&values, arena_number(arena, after));
	values_add(&values, PIECE);
	return db_ask(db, arena, STATEMENT_audit_chain, &values, rows, err);
}

/* As far as the head that was read before: rows may come meanwhile. */
static bool follow_all(struct walk *walk, struct db *db, struct err *err)
{
	int64_t end = walk->proof->chain.head.number;
	struct arena *arena = arena_new();
	const struct rows *rows;
	bool done = true, more = true;

	while (more && walk->at.number < end) {
		done = ask_links(db, arena, walk->at.number, &rows, err);
		if (!done || rows_count(rows) == 0)
			break;
		for (int i = 0; more && i < rows_count(rows); i++)
			more = walk->at.number < end && follow(walk, rows, i);
		arena_reset(arena);
	}
	arena_free(arena);
	return done;
}

static void compare_ends(struct walk *walk)
{
	const struct audit_link *head = &walk->proof->chain.head;
	const struct audit_link *witness = walk->witness;

	if (walk->at.number < head->number)
		walk->proof->broken = arena_printf(walk->arena,
		    "Rows %lld to %lld are missing at the end.",
		    (long long)walk->at.number + 1, (long long)head->number);
	else if (strcmp(walk->at.hash, head->hash) != 0)
		walk->proof->broken = arena_printf(walk->arena,
		    "The head is not that of row %lld.",
		    (long long)head->number);
	else if (witness == NULL || walk->met)
		return;
	else if (witness->number > head->number)
		walk->proof->broken = arena_printf(walk->arena,
		    "The chain was cut off: it ends with row %lld, and had "
		    "%lld when that head was written down.",
		    (long long)head->number, (long long)witness->number);
	else
		walk->proof->broken = arena_printf(walk->arena,
		    "Row %lld is not kept any more, so its hash can't be "
		    "compared; the rows since %lld hold.",
		    (long long)witness->number,
		    (long long)walk->proof->chain.purged.number + 1);
}

bool audit_verify(struct db *db, struct arena *arena,
    const struct audit_link *witness, struct audit_proof *proof,
    struct err *err)
{
	struct walk walk = { proof, witness, arena, { 0 }, false };

	*proof = (struct audit_proof){ 0 };
	if (!audit_chain(db, arena, &proof->chain, err))
		return false;
	walk.at = proof->chain.purged;
	meet(&walk);
	if (proof->broken == NULL && !follow_all(&walk, db, err))
		return false;
	if (proof->broken == NULL)
		compare_ends(&walk);
	return true;
}
