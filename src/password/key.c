/* The key of a district: its public half seals passwords, its private half
 * opens them. */
#include "password.h"
#include "homeroom/publish.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

static const char *about(struct arena *arena, int64_t district)
{
	return arena_printf(arena, "key of the passwords of district %" PRId64,
	    district);
}

static bool read_hex(const char *text, unsigned char out[HPKE_KEY])
{
	struct buf bytes = { 0 };
	bool good = text != NULL && hex_decode(&bytes, text, strlen(text)) &&
		    bytes.len == HPKE_KEY;

	if (good)
		memcpy(out, bytes.data, HPKE_KEY);
	buf_free(&bytes);
	return good;
}

/* --- ours ----------------------------------------------------------------- */

static bool find_key(struct db *db, struct arena *arena, int64_t district,
    const struct rows **rows, struct err *err)
{
	const struct values values = { 1, { arena_number(arena, district) } };

	return db_ask(db, arena, STATEMENT_password_key_find, &values, rows,
	    err);
}

/* Of several processes at once one makes it. */
static bool make_key(struct db *db, struct arena *arena, int64_t district,
    struct err *err)
{
	unsigned char private[HPKE_KEY], public[HPKE_KEY];
	struct values values = { 1, { arena_number(arena, district) } };
	struct buf sealed = { 0 };
	char now[CLOCK_TEXT];
	bool done;

	hpke_key_make(private, public);
	done = seal(&sealed, config_get("HOMEROOM_KEY_FILE"),
	    about(arena, district), private, sizeof(private), err);
	OPENSSL_cleanse(private, sizeof(private));
	if (done) {
		clock_format(now, clock_now());
		values_add(&values, arena_hex(arena, public, sizeof(public)));
		values_add(&values, arena_hex(arena, sealed.data, sealed.len));
		values_add(&values, now);
		done = db_ask(db, arena, STATEMENT_password_key_add, &values,
		    NULL, err);
	}
	buf_free(&sealed);
	return done;
}

bool password_key_public(struct db *db, struct arena *arena, int64_t district,
    unsigned char public[HPKE_KEY], struct err *err)
{
	const struct rows *rows;

	if (!find_key(db, arena, district, &rows, err))
		return false;
	if (rows_count(rows) == 0 &&
	    (!make_key(db, arena, district, err) ||
		!find_key(db, arena, district, &rows, err)))
		return false;
	return (rows_count(rows) > 0 &&
		   read_hex(rows_get(rows, 0, 0), public)) ||
	       fail(err, FAULT_INTERNAL, "the key of passwords is none");
}

static bool unseal_key(struct db *db, struct arena *arena, int64_t district,
    struct opener *out, struct err *err)
{
	struct buf sealed = { 0 }, key = { 0 };
	const struct rows *rows;
	const char *text;
	bool done;

	if (!find_key(db, arena, district, &rows, err))
		return false;
	text = rows_count(rows) > 0 ? rows_get(rows, 0, 1) : NULL;
	if (text == NULL)
		return fail(err, FAULT_INVALID,
		    rows_count(rows) == 0
			? "no password was ever sealed here"
			: "the district keeps its private key itself: name "
			  "its file with --key");
	done = read_hex(rows_get(rows, 0, 0), out->public) &&
	       hex_decode(&sealed, text, strlen(text));
	done =
	    done && unseal(&key, config_get("HOMEROOM_KEY_FILE"),
			about(arena, district), sealed.data, sealed.len, err);
	if (done && key.len == HPKE_KEY)
		memcpy(out->private, key.data, HPKE_KEY);
	if (key.len > 0)
		OPENSSL_cleanse(key.data, key.len);
	buf_free(&sealed);
	buf_free(&key);
	return done;
}

/* --- files ---------------------------------------------------------------- */

static bool read_pem(const char *file,
    EVP_PKEY *(*read)(FILE *, EVP_PKEY **, pem_password_cb *, void *),
    EVP_PKEY **key, struct err *err)
{
	FILE *in = fopen(file, "re");

	if (in == NULL)
		return fail(err, FAULT_INVALID, "%s can't be read: %m", file);
	*key = read(in, NULL, NULL, NULL);
	fclose(in);
	if (*key != NULL && EVP_PKEY_get_id(*key) == EVP_PKEY_X25519)
		return true;
	EVP_PKEY_free(*key);
	return fail(err, FAULT_INVALID,
	    "%s is no key of X25519; `openssl genpkey -algorithm x25519` "
	    "makes one, and `openssl pkey -pubout` its public half",
	    file);
}

static bool read_private(const char *file, struct opener *out, struct err *err)
{
	size_t private = HPKE_KEY, public = HPKE_KEY;
	EVP_PKEY *key;
	bool done;

	if (!read_pem(file, PEM_read_PrivateKey, &key, err))
		return false;
	done = EVP_PKEY_get_raw_private_key(key, out->private, &private) == 1 &&
	       EVP_PKEY_get_raw_public_key(key, out->public, &public) == 1;
	EVP_PKEY_free(key);
	return done || fail(err, FAULT_INVALID, "%s is no private key", file);
}

bool password_key_private(struct db *db, struct arena *arena,
    const struct password_wanted *wanted, struct opener *out, struct err *err)
{
	return wanted->key != NULL
		   ? read_private(wanted->key, out, err)
		   : unseal_key(db, arena, wanted->district, out, err);
}

bool password_set_key(struct db *db, struct arena *arena, int64_t district,
    const char *pem_file, struct err *err)
{
	unsigned char public[HPKE_KEY];
	size_t len = sizeof(public);
	struct values values = { 1, { arena_number(arena, district) } };
	char now[CLOCK_TEXT];
	EVP_PKEY *key;
	bool done;

	if (!read_pem(pem_file, PEM_read_PUBKEY, &key, err))
		return false;
	done = EVP_PKEY_get_raw_public_key(key, public, &len) == 1;
	EVP_PKEY_free(key);
	if (!done)
		return fail(err, FAULT_INVALID, "%s is no public key",
		    pem_file);
	clock_format(now, clock_now());
	values_add(&values, arena_hex(arena, public, sizeof(public)));
	values_add(&values, now);
	return db_ask(db, arena, STATEMENT_password_key_set, &values, NULL,
	    err);
}
