/* One pair of keys: made, written as PEM for libjwt and as JWK for others. */
#include "oauth.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>

#define CURVE "P-256"
#define COORDINATE 32

/* --- what joins an arena ---------------------------------------------------
 */

static void free_pkey(void *pkey)
{
	EVP_PKEY_free(pkey);
}

static void free_bio(void *bio)
{
	BIO_free(bio);
}

static void free_json(void *json)
{
	json_decref(json);
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

/* --- PEM -------------------------------------------------------------------
 */

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

/* --- JWK -------------------------------------------------------------------
 */

static bool write_coordinate(struct buf *out, EVP_PKEY *pkey, const char *name)
{
	unsigned char bytes[COORDINATE];
	BIGNUM *number = NULL;
	bool done;

	done = EVP_PKEY_get_bn_param(pkey, name, &number) == 1 &&
	       BN_bn2binpad(number, bytes, COORDINATE) == COORDINATE;
	BN_free(number);
	if (done)
		base64url_encode(out, bytes, sizeof(bytes));
	return done;
}

static bool write_jwk(struct key *key, struct arena *arena, EVP_PKEY *pkey,
    struct err *err)
{
	struct buf jwk = { 0 };
	bool done;

	buf_printf(&jwk,
	    "{\"kty\":\"EC\",\"use\":\"sig\",\"alg\":\"" KEY_ALGORITHM "\","
	    "\"kid\":\"%s\",\"crv\":\"" CURVE "\",\"x\":\"",
	    key->kid);
	done = write_coordinate(&jwk, pkey, OSSL_PKEY_PARAM_EC_PUB_X);
	buf_puts(&jwk, "\",\"y\":\"");
	done = done && write_coordinate(&jwk, pkey, OSSL_PKEY_PARAM_EC_PUB_Y);
	buf_puts(&jwk, "\"}");
	key->jwk = arena_text(arena, buf_text(&jwk));
	buf_free(&jwk);
	return done || fail(err, FAULT_INTERNAL, "OpenSSL: no coordinates");
}

static bool read_coordinate(const json_t *jwk, const char *name,
    unsigned char out[COORDINATE])
{
	const json_t *value = json_object_get(jwk, name);
	struct buf bytes = { 0 };
	bool done;

	if (!json_is_string(value))
		return false;
	done = base64url_decode(&bytes, json_string_value(value),
		   json_string_length(value)) &&
	       bytes.len == COORDINATE;
	if (done)
		memcpy(out, bytes.data, COORDINATE);
	buf_free(&bytes);
	return done;
}

/* The point as SEC 1 writes it, uncompressed: 4, x, y. */
static EVP_PKEY *pkey_of(unsigned char *point, size_t len)
{
	char curve[] = CURVE;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
		    curve, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
		    point, len),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *pkey = NULL;

	if (context != NULL && EVP_PKEY_fromdata_init(context) == 1)
		(void)EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY,
		    params);
	EVP_PKEY_CTX_free(context);
	return pkey;
}

/* --- the door --------------------------------------------------------------
 */

bool key_read(struct key *key, struct arena *arena, struct err *err)
{
	json_t *jwk = json_loads(key->jwk, JSON_REJECT_DUPLICATES, NULL);
	unsigned char point[1 + 2 * COORDINATE] = { 4 };
	EVP_PKEY *pkey;

	arena_defer(arena, free_json, jwk);
	if (!read_coordinate(jwk, "x", point + 1) ||
	    !read_coordinate(jwk, "y", point + 1 + COORDINATE))
		return fail(err, FAULT_INVALID, "signing key %s is no JWK",
		    key->kid);
	pkey = pkey_of(point, sizeof(point));
	if (pkey == NULL)
		return fail(err, FAULT_INVALID,
		    "signing key %s is no point of " CURVE, key->kid);
	arena_defer(arena, free_pkey, pkey);
	return write_pem(arena, pkey, false, &key->public_pem, err);
}

bool key_make(struct key *out, struct arena *arena, struct err *err)
{
	EVP_PKEY *pkey = EVP_EC_gen(CURVE);
	unsigned char bytes[8];
	char kid[2 * sizeof(bytes) + 1];

	if (pkey == NULL)
		return fail(err, FAULT_INTERNAL, "OpenSSL: can't make a key");
	arena_defer(arena, free_pkey, pkey);
	random_bytes(bytes, sizeof(bytes));
	hex_encode(kid, bytes, sizeof(bytes));
	*out = (struct key){ .kid = arena_text(arena, kid) };
	return write_jwk(out, arena, pkey, err) &&
	       write_pem(arena, pkey, false, &out->public_pem, err) &&
	       write_pem(arena, pkey, true, &out->private_pem, err);
}
