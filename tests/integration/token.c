/* The door for tokens: what passes, and all that must not. */
#include "check.h"
#include "homeroom/model.h"
#include "serve/oauth/oauth.h"

#include <jansson.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#define NOW 1700000000 /* seconds; the clock stands about here */
#define ISSUER "https://roster.example"
#define URI "https://purl.imsglobal.org/spec/or/v1p2/scope/roster.readonly"

static struct ring *ring;
static struct key stranger_key; /* not of the ring */

/* --- tokens of any shape -------------------------------------------------- */

/* `base` with the members of `change`; those that are null are left out. */
static const char *merged(const char *base, const char *change)
{
	json_t *object = json_loads(base, 0, NULL);
	json_t *changes = json_loads(change, 0, NULL);
	const char *name, *text;
	json_t *value;
	char *dumped;

	CHECK(object != NULL && changes != NULL, "%s", change);
	json_object_foreach(changes, name, value)
	{
		if (json_is_null(value))
			json_object_del(object, name);
		else
			json_object_set(object, name, value);
	}
	dumped = json_dumps(object, JSON_COMPACT);
	text = arena_text(ring->arena, dumped);
	free(dumped);
	json_decref(object);
	json_decref(changes);
	return text;
}

static const char *header_with(const char *change)
{
	return merged(arena_printf(ring->arena,
			  "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"%s\"}",
			  ring->keys[0].kid),
	    change);
}

static const char *payload_with(const char *change)
{
	return merged(arena_printf(ring->arena,
			  "{\"iss\":\"" ISSUER "\",\"aud\":\"" ISSUER "\","
			  "\"sub\":\"hr-1\",\"scope\":\"" URI "\",\"app\":7,"
			  "\"epoch\":3,\"full\":true,\"iat\":%d,\"exp\":%d}",
			  NOW, NOW + 3600),
	    change);
}

static void put_signature(struct buf *out, const char *text, size_t len,
    const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char der[128], raw[64];
	const unsigned char *at = der;
	size_t der_len = sizeof(der);
	ECDSA_SIG *pair;

	EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pkey);
	CHECK(EVP_DigestSign(context, der, &der_len, (const void *)text, len) ==
		  1,
	    "can't sign");
	pair = d2i_ECDSA_SIG(NULL, &at, (long)der_len);
	BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + 32, 32);
	base64url_encode(out, raw, sizeof(raw));
	ECDSA_SIG_free(pair);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(pkey);
	BIO_free(bio);
}

static const char *signed_by(const char *header, const char *payload,
    const char *pem)
{
	struct buf out = { 0 };
	const char *token;

	base64url_encode(&out, header, strlen(header));
	buf_char(&out, '.');
	base64url_encode(&out, payload, strlen(payload));
	if (pem != NULL) {
		struct buf signature = { 0 };

		put_signature(&signature, out.data, out.len, pem);
		buf_char(&out, '.');
		buf_add(&out, signature.data, signature.len);
		buf_free(&signature);
	}
	token = arena_text(ring->arena, buf_text(&out));
	buf_free(&out);
	return token;
}

static bool passes(const char *token)
{
	struct claims claims;
	struct err err = { 0 };
	bool stranger;
	bool good =
	    token_read(ring, ring->arena, token, &claims, &stranger, &err);

	CHECK(good || err.fault == FAULT_UNAUTHORISED, "%s",
	    fault_rules[err.fault].name);
	CHECK(ERR_peek_error() == 0, "OpenSSL's errors are left behind");
	CHECK(good || strstr(err.text, token) == NULL || token[0] == '\0',
	    "the token is in the error's text");
	return good;
}

/* --- a ring --------------------------------------------------------------- */

static int set_up(void **state)
{
	struct key *keys;
	struct err err = { 0 };

	(void)state;
	clock_set(NOW * SECOND);
	ring = ring_new();
	keys = arena_alloc(ring->arena, 2 * sizeof(*keys));
	CHECK(key_make(&keys[0], ring->arena, &err) &&
		  key_make(&keys[1], ring->arena, &err) &&
		  key_make(&stranger_key, ring->arena, &err),
	    "%s", err.text);
	keys[0].retires = (NOW + 100000) * SECOND;
	keys[1].retires = (NOW + 200000) * SECOND;
	ring->issuer = ISSUER;
	ring->keys = keys;
	ring->key_count = 2;
	ring_choose(ring);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ring_free(ring);
	return 0;
}

/* --- what passes ---------------------------------------------------------- */

static const char *made(struct claims *claims)
{
	struct err err = { 0 };
	const char *token;

	*claims = (struct claims){ .client_id = "hr-1",
		.application = 7,
		.epoch = 3,
		.scopes = SCOPE_ROSTER | SCOPE_ROSTER_CORE << SCOPE_11,
		.full = true };
	CHECK(token_make(ring, ring->arena, claims, &token, &err), "%s",
	    err.text);
	return token;
}

static void ours_comes_back(void **state)
{
	struct claims claims, read;
	const char *token = made(&claims);
	struct err err = { 0 };
	bool stranger;

	(void)state;
	CHECK(token_read(ring, ring->arena, token, &read, &stranger, &err),
	    "%s", err.text);
	CHECK(strcmp(read.client_id, "hr-1") == 0 && read.application == 7 &&
		  read.epoch == 3 && read.scopes == claims.scopes && read.full,
	    "claims");
	CHECK(read.expires / SECOND == claims.expires / SECOND, "expires");
	CHECK(strcmp(token, made(&claims)) != 0, "two tokens are the same");
}

/* In every byte: the answer is the same, and no sanitizer objects. */
static void any_other_byte_does_not(void **state)
{
	struct claims claims;
	char *token = arena_text(ring->arena, made(&claims));

	(void)state;
	for (size_t i = 0; token[i] != '\0'; i += 3) {
		char was = token[i];

		token[i] = was == 'A' ? 'B' : 'A';
		CHECK(!passes(token), "byte %zu", i);
		token[i] = '\0';
		CHECK(!passes(token), "cut at %zu", i);
		token[i] = was;
	}
	CHECK(passes(token), "whole again");
}

static void time_passes(void **state)
{
	static const struct {
		int64_t at;
		bool want;
	} cases[] = {
		{ NOW - 31, false },
		{ NOW - 29, true },
		{ NOW + 3600, true },
		{ NOW + 3629, true },
		{ NOW + 3631, false },
	};
	struct claims claims;
	const char *token;

	(void)state;
	clock_set(NOW * SECOND);
	token = made(&claims);
	for (size_t i = 0; i < array_length(cases); i++) {
		clock_set(cases[i].at * SECOND);
		CHECK(passes(token) == cases[i].want, "at %lld",
		    (long long)cases[i].at);
	}
	clock_set(NOW * SECOND);
}

/* The key that retires first signs; retired, its tokens are still good. */
static void keys_follow_each_other(void **state)
{
	struct claims claims;
	const char *token = made(&claims);

	(void)state;
	CHECK(ring->signs == &ring->keys[0], "the first signs");
	clock_set((NOW + 100001) * SECOND);
	ring_choose(ring);
	CHECK(ring->signs == &ring->keys[1], "the second signs");
	clock_set((NOW + 200001) * SECOND);
	ring_choose(ring);
	CHECK(ring->signs == NULL, "none signs");
	clock_set(NOW * SECOND);
	CHECK(passes(token), "signed by the first");
	ring_choose(ring);
}

static void a_public_key_is_enough(void **state)
{
	struct key key = { .kid = "k", .jwk = ring->keys[0].jwk };
	struct key wrong = { .kid = "k", .jwk = "{\"x\":\"AA\",\"y\":7}" };
	struct err err = { 0 };

	(void)state;
	CHECK(key_read(&key, ring->arena, &err), "%s", err.text);
	CHECK(strcmp(key.public_pem, ring->keys[0].public_pem) == 0, "PEM");
	CHECK(!key_read(&wrong, ring->arena, &err), "no JWK");
	wrong.jwk = "nonsense";
	CHECK(!key_read(&wrong, ring->arena, &err), "no JSON");
	wrong.jwk = merged(ring->keys[0].jwk,
	    "{\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}");
	CHECK(!key_read(&wrong, ring->arena, &err), "no point");
}

/* --- claims and headers --------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *name, *header, *payload;
	bool want;
} forged[] = {
	{ "as we make them",         "{}", "{}", true },
	{ "no typ",                  "{\"typ\":null}", "{}", true },
	{ "alg none",                "{\"alg\":\"none\"}", "{}", false },
	{ "alg HS256",               "{\"alg\":\"HS256\"}", "{}", false },
	{ "alg ES384",               "{\"alg\":\"ES384\"}", "{}", false },
	{ "alg RS256",               "{\"alg\":\"RS256\"}", "{}", false },
	{ "alg in small letters",    "{\"alg\":\"es256\"}", "{}", false },
	{ "alg no text",             "{\"alg\":256}", "{}", false },
	{ "no alg",                  "{\"alg\":null}", "{}", false },
	{ "no kid",                  "{\"kid\":null}", "{}", false },
	{ "kid no text",             "{\"kid\":7}", "{}", false },
	{ "kid of nobody",           "{\"kid\":\"nobody\"}", "{}", false },
	{ "crit",                    "{\"crit\":[\"b64\"],\"b64\":true}", "{}", false },
	{ "crit of what we know",    "{\"crit\":[\"alg\"]}", "{}", false },
	{ "crit empty",              "{\"crit\":[]}", "{}", false },
	{ "a key of its own",        "{\"jwk\":{\"kty\":\"EC\"},\"kid\":\"own\"}", "{}", false },
	{ "no iss",                  "{}", "{\"iss\":null}", false },
	{ "iss of somebody else",    "{}", "{\"iss\":\"https://evil.example\"}", false },
	{ "iss longer",              "{}", "{\"iss\":\"" ISSUER "/\"}", false },
	{ "no aud",                  "{}", "{\"aud\":null}", false },
	{ "aud of somebody else",    "{}", "{\"aud\":\"https://other.example\"}", false },
	{ "aud a list",              "{}", "{\"aud\":[\"" ISSUER "\"]}", false },
	{ "no exp",                  "{}", "{\"exp\":null}", false },
	{ "exp a text",              "{}", "{\"exp\":\"1700003600\"}", false },
	{ "exp with a fraction",     "{}", "{\"exp\":1700003600.5}", true },
	{ "exp far away",            "{}", "{\"exp\":9223372036854775807}", false },
	{ "exp negative",            "{}", "{\"exp\":-1}", false },
	{ "expired",                 "{}", "{\"exp\":1699999969,\"iat\":1699990000}", false },
	{ "just expired, in leeway", "{}", "{\"exp\":1699999975,\"iat\":1699990000}", true },
	{ "no iat",                  "{}", "{\"iat\":null}", false },
	{ "iat in the future",       "{}", "{\"iat\":1700000060}", false },
	{ "iat in leeway",           "{}", "{\"iat\":1700000020}", true },
	{ "nbf in the past",         "{}", "{\"nbf\":1699999999}", true },
	{ "nbf in the future",       "{}", "{\"nbf\":1700000060}", false },
	{ "no scope",                "{}", "{\"scope\":null}", false },
	{ "scope a list",            "{}", "{\"scope\":[\"" URI "\"]}", false },
	{ "no sub",                  "{}", "{\"sub\":null}", false },
	{ "no app",                  "{}", "{\"app\":null}", false },
	{ "app a text",              "{}", "{\"app\":\"7\"}", false },
	{ "app negative",            "{}", "{\"app\":-7}", false },
	{ "no epoch",                "{}", "{\"epoch\":null}", false },
	{ "another epoch",           "{}", "{\"epoch\":4}", true },
	{ "another application",     "{}", "{\"app\":6}", true },
};
/* clang-format on */

static void claims_are_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(forged); i++)
		CHECK(passes(signed_by(header_with(forged[i].header),
			  payload_with(forged[i].payload),
			  ring->keys[0].private_pem)) == forged[i].want,
		    "%s", forged[i].name);
}

/* --- signatures ----------------------------------------------------------- */

static void strangers_are_known_as_such(void **state)
{
	const char *header = header_with("{\"kid\":\"nobody\"}");
	struct claims claims;
	struct err err = { 0 };
	bool stranger;

	(void)state;
	CHECK(
	    !token_read(ring, ring->arena,
		signed_by(header, payload_with("{}"), stranger_key.private_pem),
		&claims, &stranger, &err) &&
		stranger,
	    "a key that we lack");
	CHECK(!token_read(ring, ring->arena,
		  signed_by(header_with("{}"), payload_with("{}"),
		      stranger_key.private_pem),
		  &claims, &stranger, &err) &&
		  !stranger,
	    "a key that we have, and another's signature");
	CHECK(!passes(signed_by(header_with("{}"), payload_with("{}"),
		  ring->keys[1].private_pem)),
	    "another key of ours");
}

/* HS256 with the public key as the secret: what libjwt by itself accepts. */
static void a_public_key_is_no_secret(void **state)
{
	const char *pem = ring->keys[0].public_pem;
	const char *unsigned_ = signed_by(header_with("{\"alg\":\"HS256\"}"),
	    payload_with("{}"), NULL);
	unsigned char mac[32];
	unsigned mac_len = sizeof(mac);
	struct buf token = { 0 };

	(void)state;
	HMAC(EVP_sha256(), pem, (int)strlen(pem), (const void *)unsigned_,
	    strlen(unsigned_), mac, &mac_len);
	buf_printf(&token, "%s.", unsigned_);
	base64url_encode(&token, mac, mac_len);
	CHECK(!passes(buf_text(&token)), "HS256");
	buf_free(&token);
}

static void a_signature_is_needed(void **state)
{
	static const char *const headers[] = { "{}", "{\"alg\":\"none\"}" };
	static const char *const ends[] = { "", ".", "..", ".AA", ".AAAA" };

	(void)state;
	for (size_t h = 0; h < array_length(headers); h++)
		for (size_t e = 0; e < array_length(ends); e++)
			CHECK(!passes(arena_printf(ring->arena, "%s%s",
				  signed_by(header_with(headers[h]),
				      payload_with("{}"), NULL),
				  ends[e])),
			    "%s%s", headers[h], ends[e]);
}

/* --- spellings ------------------------------------------------------------ */

static void one_spelling_only(void **state)
{
	static const char *const ends[] = { "=", "==", "!!", "A", "AA", "\n",
		" ", ".", "%3D" };
	struct claims claims;
	const char *token = made(&claims);
	size_t len = strlen(token);
	char *other = arena_text(ring->arena, token);

	(void)state;
	for (size_t i = 0; i < array_length(ends); i++)
		CHECK(
		    !passes(arena_printf(ring->arena, "%s%s", token, ends[i])),
		    "'%s'", ends[i]);
	CHECK(!passes(arena_printf(ring->arena, " %s", token)), "a space");
	CHECK(!passes(arena_printf(ring->arena, "=%s", token)), "padding");
	/* The last digit carries four bits that mean nothing. */
	CHECK(strchr("AQgw", other[len - 1]) != NULL, "%c", other[len - 1]);
	other[len - 1]++;
	CHECK(!passes(other), "bits that mean nothing");
}

static void headers_are_read_strictly(void **state)
{
	const char *kid = ring->keys[0].kid;
	const char *headers[] = {
		"",
		"x",
		"[]",
		"\"ES256\"",
		"null",
		"{",
		"{}",
		"{}{}",
		arena_printf(ring->arena,
		    "{\"alg\":\"none\",\"alg\":\"ES256\",\"kid\":\"%s\"}", kid),
		arena_printf(ring->arena,
		    "{\"alg\":\"ES256\",\"kid\":\"x\",\"kid\":\"%s\"}", kid),
		arena_printf(ring->arena,
		    "{\"alg\":\"ES256\",\"kid\":\"%s\"} x", kid),
		arena_printf(ring->arena,
		    "{\"alg\":\"ES256\",\"kid\":\"%s\\u0000\"}", kid),
	};

	(void)state;
	for (size_t i = 0; i < array_length(headers); i++)
		CHECK(!passes(signed_by(headers[i], payload_with("{}"),
			  ring->keys[0].private_pem)),
		    "%s", headers[i]);
}

static void payloads_are_objects(void **state)
{
	static const char *const payloads[] = { "", "x", "[]", "null", "{}",
		"7", "{\"iss\":" };

	(void)state;
	for (size_t i = 0; i < array_length(payloads); i++)
		CHECK(!passes(signed_by(header_with("{}"), payloads[i],
			  ring->keys[0].private_pem)),
		    "%s", payloads[i]);
}

static void size_is_bounded(void **state)
{
	struct buf scope = { 0 };

	(void)state;
	buf_puts(&scope, "{\"scope\":\"" URI);
	for (int i = 0; i < 10000; i++)
		buf_char(&scope, 'x');
	buf_puts(&scope, "\"}");
	CHECK(!passes(signed_by(header_with("{}"),
		  payload_with(buf_text(&scope)), ring->keys[0].private_pem)),
	    "too long");
	CHECK(!passes(""), "empty");
	CHECK(!passes(".."), "dots");
	buf_free(&scope);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ours_comes_back),
		cmocka_unit_test(any_other_byte_does_not),
		cmocka_unit_test(time_passes),
		cmocka_unit_test(keys_follow_each_other),
		cmocka_unit_test(a_public_key_is_enough),
		cmocka_unit_test(claims_are_checked),
		cmocka_unit_test(strangers_are_known_as_such),
		cmocka_unit_test(a_public_key_is_no_secret),
		cmocka_unit_test(a_signature_is_needed),
		cmocka_unit_test(one_spelling_only),
		cmocka_unit_test(headers_are_read_strictly),
		cmocka_unit_test(payloads_are_objects),
		cmocka_unit_test(size_is_bounded),
	};

	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
