/* One pair of keys: made, written as PEM for libjwt and as JWK for others. */
#include "oauth.h"
#include "homeroom/publish.h"

#include <string.h>

#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

/* --- what joins an arena -------------------------------------------------- */

static void free_pkey(void *pkey)
{
	EVP_PKEY_free(pkey);
}

static void free_bio(void *bio)
{
	BIO_free(bio);
}

static void wipe(void *text)
{
	OPENSSL_cleanse(text, strlen(text));
}

const char *key_private(struct arena *arena, const char *pem, size_t len)
{
	char *own = arena_textn(arena, pem, len);

	arena_defer(arena, wipe, own);
	return own;
}

/* --- PEM ------------------------------------------------------------------ */

static bool write_pem(struct arena *arena, EVP_PKEY *pkey, bool private,
    const char **pem, struct err *err)
{
	BIO *bio = BIO_new(private ? BIO_s_secmem() : BIO_s_mem());
	char *data;
	long len;

	if (bio == NULL)
		return fail(err, FAULT_INTERNAL, "OpenSSL: no BIO");
	arena_defer(arena, free_bio, bio);
	if ((private ? PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL,
			   NULL)
		     : PEM_write_bio_PUBKEY(bio, pkey)) != 1)
		return fail(err, FAULT_INTERNAL, "OpenSSL: can't write a key");
	len = BIO_get_mem_data(bio, &data);
	*pem = private ? key_private(arena, data, (size_t)len)
		       : arena_textn(arena, data, (size_t)len);
	return true;
}

/* --- the door ------------------------------------------------------------- */

bool key_read(struct key *key, struct arena *arena, struct err *err)
{
	json_t *json = json_loads(key->jwk, JSON_REJECT_DUPLICATES, NULL);
	const struct jwk jwk = {
		.alg = KEY_ALGORITHM,
		.kty = json_string_value(json_object_get(json, "kty")),
		.crv = json_string_value(json_object_get(json, "crv")),
		.x = json_string_value(json_object_get(json, "x")),
		.y = json_string_value(json_object_get(json, "y")),
	};
	struct public_key read;
	bool done = jwk_pem(&jwk, arena, &read, err);

	json_decref(json);
	if (done)
		key->public_pem = read.pem;
	else
		err_add(err, "signing key %s", key->kid);
	return done;
}

/* The public half for others. */
static bool tell(struct key *key, struct arena *arena, struct err *err)
{
	const struct text pem = { key->public_pem, strlen(key->public_pem) };
	struct buf text = { 0 };
	struct jwk jwk;

	if (!jwk_from_pem(&jwk, arena, key->kid, pem, err))
		return false;
	jwk_write(&text, &jwk);
	key->jwk = arena_text(arena, buf_text(&text));
	buf_free(&text);
	return true;
}

bool key_make(struct key *out, struct arena *arena, struct err *err)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	unsigned char bytes[8];
	char kid[2 * sizeof(bytes) + 1];

	if (pkey == NULL)
		return fail(err, FAULT_INTERNAL, "OpenSSL: can't make a key");
	arena_defer(arena, free_pkey, pkey);
	random_bytes(bytes, sizeof(bytes));
	hex_encode(kid, bytes, sizeof(bytes));
	*out = (struct key){ .kid = arena_text(arena, kid) };
	return write_pem(arena, pkey, false, &out->public_pem, err) &&
	       write_pem(arena, pkey, true, &out->private_pem, err) &&
	       tell(out, arena, err);
}
