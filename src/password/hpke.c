/* Hybrid public-key encryption, RFC 9180: one message, sealed to who has the
 * private key. */
#include "password.h"

#include <assert.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#define HASH 32
#define KEY 16
#define NONCE 12
#define TAG 16

static const struct text kem = { "KEM\0\x20", 5 };
static const struct text suite = { "HPKE\0\x20\0\x01\0\x01", 10 };
static const struct text nothing = { "", 0 };

static struct text bytes(const unsigned char *at, size_t len)
{
	return (struct text){ (const char *)at, len };
}

/* --- X25519 --------------------------------------------------------------- */

void hpke_key_make(unsigned char private[HPKE_KEY],
    unsigned char public[HPKE_KEY])
{
	EVP_PKEY *key;
	size_t len = HPKE_KEY;
	int done;

	random_bytes(private, HPKE_KEY);
	key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, private,
	    HPKE_KEY);
	done = EVP_PKEY_get_raw_public_key(key, public, &len);
	assert(done == 1 && len == HPKE_KEY);
	EVP_PKEY_free(key);
}

static bool agree(const unsigned char private[HPKE_KEY],
    const unsigned char public[HPKE_KEY], unsigned char out[HPKE_KEY])
{
	EVP_PKEY *ours = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL,
	    private, HPKE_KEY);
	EVP_PKEY *theirs = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL,
	    public, HPKE_KEY);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(ours, NULL);
	size_t len = HPKE_KEY;
	/* A point of small order is refused by OpenSSL. */
	bool done = context != NULL && EVP_PKEY_derive_init(context) == 1 &&
		    EVP_PKEY_derive_set_peer(context, theirs) == 1 &&
		    EVP_PKEY_derive(context, out, &len) == 1 && len == HPKE_KEY;

	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(theirs);
	EVP_PKEY_free(ours);
	return done;
}

/* --- keys from keys (RFC 9180 §4) ----------------------------------------- */

static void hmac(struct text key, struct buf *message, unsigned char out[HASH])
{
	unsigned len = 0;

	HMAC(EVP_sha256(), key.at, (int)key.len,
	    (const unsigned char *)buf_text(message), message->len, out, &len);
	assert(len == HASH);
	OPENSSL_cleanse(message->data, message->len);
	buf_free(message);
}

static void put_label(struct buf *out, struct text id, const char *label)
{
	buf_puts(out, "HPKE-v1");
	buf_add(out, id.at, id.len);
	buf_puts(out, label);
}

static void extract(struct text salt, struct text id, const char *label,
    struct text secret, unsigned char out[HASH])
{
	struct buf message = { 0 };

	put_label(&message, id, label);
	buf_add(&message, secret.at, secret.len);
	hmac(salt, &message, out);
}

/* No more than one hash is ever needed. */
static void expand(const unsigned char from[HASH], struct text id,
    const char *label, struct text info, struct text out)
{
	struct buf message = { 0 };
	unsigned char hash[HASH];

	assert(out.len <= HASH);
	buf_char(&message, 0);
	buf_char(&message, (char)out.len);
	put_label(&message, id, label);
	buf_add(&message, info.at, info.len);
	buf_char(&message, 1);
	hmac(bytes(from, HASH), &message, hash);
	memcpy(not_const(out.at), hash, out.len);
	OPENSSL_cleanse(hash, sizeof(hash));
}

struct keys {
	unsigned char key[KEY], nonce[NONCE];
};

/* From what both have agreed on; `enc` is the sender's public key. */
static void derive(const unsigned char agreed[HPKE_KEY],
    const unsigned char enc[HPKE_KEY], const unsigned char public[HPKE_KEY],
    struct text info, struct keys *out)
{
	unsigned char both[2 * HPKE_KEY], secret[HASH], hash[HASH];
	unsigned char context[1 + 2 * HASH] = { 0 };

	memcpy(both, enc, HPKE_KEY);
	memcpy(both + HPKE_KEY, public, HPKE_KEY);
	extract(nothing, kem, "eae_prk", bytes(agreed, HPKE_KEY), hash);
	expand(hash, kem, "shared_secret", bytes(both, sizeof(both)),
	    bytes(secret, HASH));
	extract(nothing, suite, "psk_id_hash", nothing, context + 1);
	extract(nothing, suite, "info_hash", info, context + 1 + HASH);
	extract(bytes(secret, HASH), suite, "secret", nothing, hash);
	expand(hash, suite, "key", bytes(context, sizeof(context)),
	    bytes(out->key, KEY));
	expand(hash, suite, "base_nonce", bytes(context, sizeof(context)),
	    bytes(out->nonce, NONCE));
	OPENSSL_cleanse(secret, sizeof(secret));
	OPENSSL_cleanse(hash, sizeof(hash));
}

/* --- AES-128-GCM ---------------------------------------------------------- */

/* Writes as many bytes as it reads. The tag is read or written. */
static bool cipher(bool sealing, const struct keys *keys, struct text aad,
    struct text in, unsigned char *out, unsigned char tag[TAG])
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int len = 0;
	bool done = c != NULL && in.len <= INT32_MAX &&
		    EVP_CipherInit_ex(c, EVP_aes_128_gcm(), NULL, keys->key,
			keys->nonce, sealing) == 1 &&
		    EVP_CipherUpdate(c, NULL, &len,
			(const unsigned char *)aad.at, (int)aad.len) == 1 &&
		    EVP_CipherUpdate(c, out, &len, (const unsigned char *)in.at,
			(int)in.len) == 1;

	if (done && !sealing)
		done =
		    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1;
	done = done && EVP_CipherFinal_ex(c, out + len, &len) == 1;
	if (done && sealing)
		done =
		    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG, tag) == 1;
	EVP_CIPHER_CTX_free(c);
	return done;
}

/* --- the door ------------------------------------------------------------- */

bool hpke_seal(struct buf *out, const unsigned char public[HPKE_KEY],
    const struct hpke_about *about, struct text secret, struct err *err)
{
	unsigned char private[HPKE_KEY], enc[HPKE_KEY], agreed[HPKE_KEY];
	unsigned char tag[TAG];
	struct keys keys;
	bool done;

	hpke_key_make(private, enc);
	done = agree(private, public, agreed);
	OPENSSL_cleanse(private, sizeof(private));
	if (!done)
		return fail(err, FAULT_INVALID, "the district's key is none");
	derive(agreed, enc, public, about->info, &keys);
	buf_add(out, enc, sizeof(enc));
	buf_reserve(out, secret.len + TAG);
	done = cipher(true, &keys, about->aad, secret,
	    (unsigned char *)out->data + out->len, tag);
	out->len += secret.len;
	buf_add(out, tag, sizeof(tag));
	OPENSSL_cleanse(&keys, sizeof(keys));
	OPENSSL_cleanse(agreed, sizeof(agreed));
	return done || fail(err, FAULT_INTERNAL, "can't seal a password");
}

static bool open_with(struct buf *out, const struct keys *keys, struct text aad,
    struct text sealed)
{
	const struct text body = { sealed.at + HPKE_KEY,
		sealed.len - HPKE_KEY - TAG };
	unsigned char tag[TAG];

	memcpy(tag, body.at + body.len, TAG);
	buf_reserve(out, body.len + 1);
	if (!cipher(false, keys, aad, body,
		(unsigned char *)out->data + out->len, tag)) {
		/* What did not prove genuine must not be looked at. */
		OPENSSL_cleanse(out->data + out->len, body.len);
		return false;
	}
	out->len += body.len;
	return true;
}

bool hpke_open(struct buf *out, const unsigned char private[HPKE_KEY],
    const struct hpke_about *about, struct text sealed, struct err *err)
{
	const unsigned char *enc = (const unsigned char *)sealed.at;
	unsigned char agreed[HPKE_KEY], public[HPKE_KEY];
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL,
	    private, HPKE_KEY);
	size_t len = sizeof(public);
	struct keys keys;
	bool done = key != NULL &&
		    EVP_PKEY_get_raw_public_key(key, public, &len) == 1 &&
		    sealed.len >= HPKE_KEY + TAG && agree(private, enc, agreed);

	EVP_PKEY_free(key);
	if (done) {
		derive(agreed, enc, public, about->info, &keys);
		done = open_with(out, &keys, about->aad, sealed);
		OPENSSL_cleanse(&keys, sizeof(keys));
		OPENSSL_cleanse(agreed, sizeof(agreed));
	}
	return done || fail(err, FAULT_INVALID,
			   "a password was not sealed with this key");
}
