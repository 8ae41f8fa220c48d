/* Public keys, between JWK (RFC 7517) and PEM. */
#include "homeroom/publish.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#define CURVE "P-256"
#define COORDINATE 32 /* bytes */
#define RSA_MIN 2048  /* bits */
#define RSA_MAX 4096  /* more would cost more than a stranger may cost */
#define NUMBER_MAX (RSA_MAX / 8)
#define PEM_MAX 8192

/* --- what joins an arena -------------------------------------------------- */

static void free_pkey(void *pkey)
{
	EVP_PKEY_free(pkey);
}

static void free_bio(void *bio)
{
	BIO_free(bio);
}

static bool refuse(const char *why, struct err *err)
{
	/* What OpenSSL says of it stays in this thread's queue, where TLS would
	 * take it for a failure of its own. */
	ERR_clear_error();
	return fail(err, FAULT_INVALID, "%s", why);
}

/* --- numbers -------------------------------------------------------------- */

struct number {
	unsigned char bytes[NUMBER_MAX];
	size_t len;
};

static bool read_number(struct number *out, const char *text)
{
	struct buf bytes = { 0 };
	bool done = text != NULL &&
		    base64url_decode(&bytes, text, strlen(text)) &&
		    bytes.len > 0 && bytes.len <= sizeof(out->bytes);

	if (done) {
		memcpy(out->bytes, bytes.data, bytes.len);
		out->len = bytes.len;
	}
	buf_free(&bytes);
	return done;
}

/* `width` bytes, or as few as it takes where that is 0 (RFC 7518 §6). */
static const char *write_number(struct arena *arena, const EVP_PKEY *pkey,
    const char *name, size_t width)
{
	unsigned char bytes[NUMBER_MAX];
	struct buf text = { 0 };
	const char *made = NULL;
	BIGNUM *number = NULL;

	if (EVP_PKEY_get_bn_param(pkey, name, &number) == 1) {
		size_t len = width > 0 ? width : (size_t)BN_num_bytes(number);

		if (len <= sizeof(bytes) &&
		    BN_bn2binpad(number, bytes, (int)len) == (int)len) {
			base64url_encode(&text, bytes, len);
			made = arena_text(arena, buf_text(&text));
		}
	}
	BN_free(number);
	buf_free(&text);
	return made;
}

/* --- from a JWK ----------------------------------------------------------- */

static EVP_PKEY *pkey_of(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	if (context != NULL && EVP_PKEY_fromdata_init(context) == 1)
		(void)EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY,
		    params);
	EVP_PKEY_CTX_free(context);
	return pkey;
}

/* The point as SEC 1 writes it, uncompressed: 4, x, y. */
static EVP_PKEY *read_ec(const struct jwk *jwk)
{
	unsigned char point[1 + 2 * COORDINATE] = { 4 };
	char curve[] = CURVE;
	struct number x, y;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
		    curve, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
		    point, sizeof(point)),
		OSSL_PARAM_construct_end(),
	};

	if (jwk->crv == NULL || strcmp(jwk->crv, CURVE) != 0 ||
	    !read_number(&x, jwk->x) || x.len != COORDINATE ||
	    !read_number(&y, jwk->y) || y.len != COORDINATE)
		return NULL;
	memcpy(point + 1, x.bytes, COORDINATE);
	memcpy(point + 1 + COORDINATE, y.bytes, COORDINATE);
	return pkey_of("EC", params);
}

static EVP_PKEY *read_rsa(const struct jwk *jwk)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *n = NULL, *e = NULL;
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM *params = NULL;
	struct number number;

	if (read_number(&number, jwk->n))
		n = BN_bin2bn(number.bytes, (int)number.len, NULL);
	if (read_number(&number, jwk->e))
		e = BN_bin2bn(number.bytes, (int)number.len, NULL);
	if (n != NULL && e != NULL && builder != NULL &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		params = OSSL_PARAM_BLD_to_param(builder);
	if (params != NULL)
		pkey = pkey_of("RSA", params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(builder);
	BN_free(n);
	BN_free(e);
	return pkey;
}

/* --- what is taken -------------------------------------------------------- */

/* "RS256" or "ES256"; NULL: we don't take such keys. */
static const char *algorithm_of(const EVP_PKEY *pkey)
{
	char curve[32];
	size_t len;

	if (EVP_PKEY_is_a(pkey, "RSA") == 1)
		return EVP_PKEY_get_bits(pkey) >= RSA_MIN &&
			       EVP_PKEY_get_bits(pkey) <= RSA_MAX
			   ? "RS256"
			   : NULL;
	return EVP_PKEY_is_a(pkey, "EC") == 1 &&
		       EVP_PKEY_get_group_name(pkey, curve, sizeof(curve),
			   &len) == 1 &&
		       strcmp(curve, SN_X9_62_prime256v1) == 0
		   ? "ES256"
		   : NULL;
}

static bool is_sound(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(pkey, NULL);
	bool sound = context != NULL && EVP_PKEY_public_check(context) == 1;

	EVP_PKEY_CTX_free(context);
	return sound;
}

#define WANTED "an RSA key of 2048 to 4096 bits, or a point of " CURVE

/* The arena frees it. NULL is fine, and refused. */
static bool take_pkey(struct arena *arena, EVP_PKEY *pkey,
    const char **algorithm, struct err *err)
{
	if (pkey != NULL)
		arena_defer(arena, free_pkey, pkey);
	*algorithm = pkey == NULL ? NULL : algorithm_of(pkey);
	return (*algorithm != NULL && is_sound(pkey)) || refuse(WANTED, err);
}

/* --- the door ------------------------------------------------------------- */

bool jwk_pem(const struct jwk *jwk, struct arena *arena, struct public_key *out,
    struct err *err)
{
	bool rsa = jwk->kty != NULL && strcmp(jwk->kty, "RSA") == 0;
	bool ec = jwk->kty != NULL && strcmp(jwk->kty, "EC") == 0;
	EVP_PKEY *pkey = rsa ? read_rsa(jwk) : ec ? read_ec(jwk) : NULL;
	BIO *bio = BIO_new(BIO_s_mem());
	char *data;
	long len;

	if (bio != NULL)
		arena_defer(arena, free_bio, bio);
	if (!take_pkey(arena, pkey, &out->algorithm, err))
		return false;
	if (jwk->alg != NULL && strcmp(jwk->alg, out->algorithm) != 0)
		return refuse("of alg RS256 or ES256, as its kty says", err);
	if (bio == NULL || PEM_write_bio_PUBKEY(bio, pkey) != 1)
		return fail(err, FAULT_INTERNAL, "OpenSSL: can't write a key");
	len = BIO_get_mem_data(bio, &data);
	out->kid = jwk->kid;
	out->pem = arena_textn(arena, data, (size_t)len);
	return true;
}

void jwk_write(struct buf *out, const struct jwk *jwk)
{
	const struct {
		const char *name, *value;
	} members[] = {
		{ "kid", jwk->kid },
		{ "use", "sig" },
		{ "alg", jwk->alg },
		{ "kty", jwk->kty },
		{ "crv", jwk->crv },
		{ "x", jwk->x },
		{ "y", jwk->y },
		{ "n", jwk->n },
		{ "e", jwk->e },
	};
	const char *comma = "{";

	for (size_t i = 0; i < array_length(members); i++) {
		if (members[i].value == NULL)
			continue;
		buf_printf(out, "%s\"%s\":", comma, members[i].name);
		json_quote(out, members[i].value, strlen(members[i].value));
		comma = ",";
	}
	buf_char(out, '}');
}

/* RFC 7638: the members that make the key, in the order of their names. */
static bool put_thumbprint(struct jwk *jwk, struct arena *arena,
    struct err *err)
{
	const char *text =
	    jwk->n != NULL ? arena_printf(arena,
				 "{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}",
				 jwk->e, jwk->n)
			   : arena_printf(arena,
				 "{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"%s\","
				 "\"y\":\"%s\"}",
				 jwk->crv, jwk->x, jwk->y);
	unsigned char hash[EVP_MAX_MD_SIZE];
	struct buf kid = { 0 };
	unsigned len;

	if (EVP_Digest(text, strlen(text), hash, &len, EVP_sha256(), NULL) != 1)
		return fail(err, FAULT_INTERNAL, "can't compute SHA-256");
	base64url_encode(&kid, hash, len);
	jwk->kid = arena_text(arena, buf_text(&kid));
	buf_free(&kid);
	return true;
}

static bool spell(struct jwk *jwk, struct arena *arena, const EVP_PKEY *pkey,
    struct err *err)
{
	if (strcmp(jwk->alg, "RS256") == 0) {
		jwk->kty = "RSA";
		jwk->n = write_number(arena, pkey, OSSL_PKEY_PARAM_RSA_N, 0);
		jwk->e = write_number(arena, pkey, OSSL_PKEY_PARAM_RSA_E, 0);
	} else {
		jwk->kty = "EC";
		jwk->crv = CURVE;
		jwk->x = write_number(arena, pkey, OSSL_PKEY_PARAM_EC_PUB_X,
		    COORDINATE);
		jwk->y = write_number(arena, pkey, OSSL_PKEY_PARAM_EC_PUB_Y,
		    COORDINATE);
	}
	return (jwk->n != NULL && jwk->e != NULL) ||
	       (jwk->x != NULL && jwk->y != NULL) ||
	       fail(err, FAULT_INTERNAL, "OpenSSL: no numbers of a key");
}

bool jwk_from_pem(struct jwk *out, struct arena *arena, const char *kid,
    struct text pem, struct err *err)
{
	BIO *bio =
	    pem.len > PEM_MAX ? NULL : BIO_new_mem_buf(pem.at, (int)pem.len);
	EVP_PKEY *pkey;

	*out = (struct jwk){ .kid = kid };
	if (bio == NULL)
		return refuse("a PEM of 8192 bytes at most", err);
	arena_defer(arena, free_bio, bio);
	pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, not_const(""));
	if (pkey == NULL)
		return refuse("a PEM that begins with BEGIN PUBLIC KEY", err);
	if (!take_pkey(arena, pkey, &out->alg, err) ||
	    !spell(out, arena, pkey, err))
		return false;
	return kid != NULL || put_thumbprint(out, arena, err);
}
