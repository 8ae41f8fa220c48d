/* Signatures of OAuth 1.0a: headers, the texts that are signed, and whether a
 * secret signed them. */
#include "check.h"
#include "serve/oauth/oauth.h"

#include <openssl/err.h>

static struct arena *arena;

/* --- the header ----------------------------------------------------------- */

#define KEY "oauth_consumer_key=\"hr-1\""
#define METHOD "oauth_signature_method=\"HMAC-SHA256\""
#define TIME "oauth_timestamp=\"1700000000\""
#define NONCE "oauth_nonce=\"n\""
#define PROOF "oauth_signature=\"AAAA\""
#define ALL KEY "," METHOD "," TIME "," NONCE "," PROOF

/* clang-format off */
static const struct {
	const char *header;
	enum fault want;
	size_t params; /* that are signed */
} headers[] = {
	{ ALL,                                     FAULT_NONE, 4 },
	{ "realm=\"x\"," ALL,                      FAULT_NONE, 4 },
	{ " \t" ALL " \t",                         FAULT_NONE, 4 },
	{ KEY " , " METHOD "\t,\t" TIME ",  " NONCE "," PROOF, FAULT_NONE, 4 },
	{ ALL ",oauth_version=\"1.0\"",            FAULT_NONE, 5 },
	{ ALL ",oauth_token=\"\"",                 FAULT_NONE, 5 },
	{ ALL ",oauth_callback=\"about%3Ablank\"", FAULT_NONE, 5 },
	{ ALL ",x=\"\"",                           FAULT_NONE, 5 },
	{ ALL ",%78=\"%C3%A9\"",                   FAULT_NONE, 5 },
	{ "",                                      FAULT_BAD_REQUEST, 0 },
	{ ",",                                     FAULT_BAD_REQUEST, 0 },
	{ ALL ",",                                 FAULT_BAD_REQUEST, 0 },
	{ "," ALL,                                 FAULT_BAD_REQUEST, 0 },
	{ ALL " x=\"\"",                           FAULT_BAD_REQUEST, 0 },
	{ ALL ",x",                                FAULT_BAD_REQUEST, 0 },
	{ ALL ",x=",                               FAULT_BAD_REQUEST, 0 },
	{ ALL ",x=y",                              FAULT_BAD_REQUEST, 0 },
	{ ALL ",x=\"",                             FAULT_BAD_REQUEST, 0 },
	{ ALL ",x =\"\"",                          FAULT_BAD_REQUEST, 0 },
	{ ALL ",=\"\"",                            FAULT_BAD_REQUEST, 0 },
	{ ALL ",x=\"a\\\"b\"",                     FAULT_BAD_REQUEST, 0 },
	{ ALL ",x=\"%\"",                          FAULT_BAD_REQUEST, 0 },
	{ ALL ",x=\"%00\"",                        FAULT_BAD_REQUEST, 0 },
	{ ALL ",x=\"%FF\"",                        FAULT_BAD_REQUEST, 0 },
	{ ALL "," KEY,                             FAULT_BAD_REQUEST, 0 },
	{ ALL ",oauth%5Fnonce=\"m\"",              FAULT_BAD_REQUEST, 0 },
	{ METHOD "," TIME "," NONCE "," PROOF,     FAULT_BAD_REQUEST, 0 },
	{ KEY "," TIME "," NONCE "," PROOF,        FAULT_BAD_REQUEST, 0 },
	{ KEY "," METHOD "," NONCE "," PROOF,      FAULT_BAD_REQUEST, 0 },
	{ KEY "," METHOD "," TIME "," PROOF,       FAULT_BAD_REQUEST, 0 },
	{ KEY "," METHOD "," TIME "," NONCE,       FAULT_BAD_REQUEST, 0 },
	{ KEY "," METHOD "," TIME ",oauth_nonce=\"\"," PROOF, FAULT_BAD_REQUEST, 0 },
	{ KEY "," METHOD ",oauth_timestamp=\"-1\"," NONCE "," PROOF, FAULT_BAD_REQUEST, 0 },
	{ KEY "," METHOD ",oauth_timestamp=\"0\"," NONCE "," PROOF, FAULT_BAD_REQUEST, 0 },
	{ KEY "," METHOD ",oauth_timestamp=\"1e9\"," NONCE "," PROOF, FAULT_BAD_REQUEST, 0 },
	{ KEY "," METHOD ",oauth_timestamp=\"9223372036854775807\"," NONCE "," PROOF, FAULT_BAD_REQUEST, 0 },
	{ KEY ",oauth_signature_method=\"PLAINTEXT\"," TIME "," NONCE "," PROOF, FAULT_BAD_REQUEST, 0 },
	{ KEY ",oauth_signature_method=\"RSA-SHA1\"," TIME "," NONCE "," PROOF, FAULT_BAD_REQUEST, 0 },
	{ KEY ",oauth_signature_method=\"hmac-sha1\"," TIME "," NONCE "," PROOF, FAULT_BAD_REQUEST, 0 },
	{ ALL ",oauth_version=\"2.0\"",            FAULT_BAD_REQUEST, 0 },
	{ ALL ",oauth_token=\"t\"",                FAULT_BAD_REQUEST, 0 },
};
/* clang-format on */

static void headers_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(headers); i++) {
		struct signature signature;
		struct err err = { 0 };

		(void)!signature_read(&signature, arena, headers[i].header,
		    &err);
		CHECK(err.fault == headers[i].want, "%s: %s", headers[i].header,
		    err.text);
		CHECK(err.fault != FAULT_NONE ||
			  signature.params.count == headers[i].params,
		    "%s: %zu", headers[i].header, signature.params.count);
	}
}

static void what_is_said_is_decoded(void **state)
{
	struct signature signature;
	struct err err = { 0 };

	(void)state;
	CHECK(signature_read(&signature, arena,
		  "oauth_consumer_key=\"a%3Db%2B+\",oauth_nonce=\"%C3%A9\","
		  "oauth_signature_method=\"HMAC-SHA1\","
		  "oauth_timestamp=\"1700000000\","
		  "oauth_signature=\"%2F%2B8%3D\"",
		  &err),
	    "%s", err.text);
	CHECK(strcmp(signature.consumer, "a=b++") == 0, "%s",
	    signature.consumer);
	CHECK(strcmp(signature.nonce, "\xc3\xa9") == 0, "%s", signature.nonce);
	CHECK(strcmp(signature.proof, "/+8=") == 0, "%s", signature.proof);
	CHECK(signature.time == 1700000000 * SECOND, "%lld",
	    (long long)signature.time);
}

static void headers_are_bounded(void **state)
{
	struct buf header = { 0 };
	struct signature signature;
	struct err err = { 0 };

	(void)state;
	buf_puts(&header, ALL);
	for (int i = 0; i < 100; i++)
		buf_printf(&header, ",x%d=\"\"", i);
	CHECK(!signature_read(&signature, arena, buf_text(&header), &err) &&
		  err.fault == FAULT_BAD_REQUEST,
	    "a hundred parameters");
	header.len = 0;
	buf_printf(&header, "%s,x=\"%2000d\"", ALL, 1);
	CHECK(!signature_read(&signature, arena, buf_text(&header), &err),
	    "a long one");
	buf_free(&header);
}

/* --- the text that is signed ---------------------------------------------- */

#define LIST(list)                                                             \
	{                                                                      \
		list, array_length(list)                                       \
	}

static const char *base_of(const struct signature *signature,
    const struct signed_request *request)
{
	struct buf out = { 0 };
	const char *text;

	signature_base(&out, arena, signature, request);
	text = arena_text(arena, buf_text(&out));
	buf_free(&out);
	return text;
}

/* RFC 5849 §3.4.1.1. */
static void the_rfcs_base_string(void **state)
{
	static const struct param signed_[] = {
		{ "oauth_consumer_key", "9djdj82h48djs9d2" },
		{ "oauth_token", "kkk9d7dh3k39sjv7" },
		{ "oauth_signature_method", "HMAC-SHA1" },
		{ "oauth_timestamp", "137131201" },
		{ "oauth_nonce", "7d8f3e4a" },
	};
	static const struct param query[] = {
		{ "b5", "=%3D" },
		{ "a3", "a" },
		{ "c@", "" },
		{ "a2", "r b" },
	};
	static const char body[] = "c2&a3=2+q";
	struct signature signature = { .params = LIST(signed_) };
	struct signed_request request = {
		.method = "POST",
		.base_url = "http://EXAMPLE.COM:80",
		.path = "/request",
		.query = LIST(query),
	};
	struct err err = { 0 };

	(void)state;
	CHECK(form_params(&request.body, arena,
		  (struct text){ body, strlen(body) }, &err),
	    "%s", err.text);
	CHECK(strcmp(base_of(&signature, &request),
		  "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D"
		  "2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26"
		  "oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D"
		  "7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26"
		  "oauth_timestamp%3D137131201%26oauth_token%3D"
		  "kkk9d7dh3k39sjv7") == 0,
	    "%s", base_of(&signature, &request));
}

/* clang-format off */
static const struct {
	const char *base_url, *path, *want;
} urls[] = {
	{ "http://h",                    "/a",   "http%3A%2F%2Fh%2Fa" },
	{ "http://h:80",                 "/a",   "http%3A%2F%2Fh%2Fa" },
	{ "https://h:443",               "/a",   "https%3A%2F%2Fh%2Fa" },
	{ "http://h:443",                "/a",   "http%3A%2F%2Fh%3A443%2Fa" },
	{ "https://h:80",                "/a",   "https%3A%2F%2Fh%3A80%2Fa" },
	{ "https://h:8443",              "/a",   "https%3A%2F%2Fh%3A8443%2Fa" },
	{ "https://h:",                  "/a",   "https%3A%2F%2Fh%2Fa" },
	{ "HTTPS://Roster.Example.ORG",  "/A",   "https%3A%2F%2Froster.example.org%2FA" },
	{ "https://h/Base",              "/a",   "https%3A%2F%2Fh%2FBase%2Fa" },
	{ "https://h:443/Base",          "/a",   "https%3A%2F%2Fh%2FBase%2Fa" },
	{ "http://[2001:DB8::80]",       "/a",   "http%3A%2F%2F%5B2001%3Adb8%3A%3A80%5D%2Fa" },
	{ "http://[2001:db8::1]:80",     "/a",   "http%3A%2F%2F%5B2001%3Adb8%3A%3A1%5D%2Fa" },
	{ "http://192.0.2.80:8080",      "/a",   "http%3A%2F%2F192.0.2.80%3A8080%2Fa" },
	{ "http://h",                    "/a%20b/%2F", "http%3A%2F%2Fh%2Fa%2520b%2F%252F" },
};
/* clang-format on */

static void urls_are_spelled_one_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(urls); i++) {
		const struct signature signature = { 0 };
		const struct signed_request request = { .method = "GET",
			.base_url = urls[i].base_url,
			.path = urls[i].path };
		const char *want = arena_printf(arena, "GET&%s&", urls[i].want);

		CHECK(strcmp(base_of(&signature, &request), want) == 0, "%s",
		    base_of(&signature, &request));
	}
}

/* Sorted as they are encoded, names first, then values; each as often as it
 * comes. */
static void parameters_are_sorted(void **state)
{
	static const struct param query[] = {
		{ "b", "2" },
		{ "a~", "" },
		{ "a", "!'()*" },
		{ "b", "10" },
		{ "b", "2" },
		{ "a-b", "x" },
		{ "\xc3\xa9", "\xe2\x98\x83" },
		{ "a b", "+" },
		{ "A", "&=" },
	};
	const struct signature signature = { 0 };
	const struct signed_request request = { .method = "GET",
		.base_url = "http://h",
		.path = "/",
		.query = LIST(query) };

	(void)state;
	CHECK(strcmp(base_of(&signature, &request),
		  "GET&http%3A%2F%2Fh%2F&%25C3%25A9%3D%25E2%2598%2583%26"
		  "A%3D%2526%253D%26a%3D%2521%2527%2528%2529%252A%26"
		  "a%2520b%3D%252B%26a-b%3Dx%26a~%3D%26b%3D10%26b%3D2%26"
		  "b%3D2") == 0,
	    "%s", base_of(&signature, &request));
}

/* --- the signature -------------------------------------------------------- */

static bool fits(const struct signature *signature,
    const struct signed_request *request, const char *secret)
{
	const char *base = base_of(signature, request);
	bool good =
	    signature_fits(signature, (struct text){ base, strlen(base) },
		(struct text){ secret, strlen(secret) });

	CHECK(ERR_peek_error() == 0, "OpenSSL's errors are left behind");
	return good;
}

/* RFC 5849 §1.2: the request for temporary credentials is two-legged. */
static void the_rfcs_signature(void **state)
{
	static const char header[] =
	    "realm=\"Photos\",\toauth_consumer_key=\"dpf43f3p2l4k3l03\","
	    " oauth_signature_method=\"HMAC-SHA1\","
	    " oauth_timestamp=\"137131200\", oauth_nonce=\"wIjqoS\","
	    " oauth_callback=\"http%3A%2F%2Fprinter.example.com%2Fready\","
	    " oauth_signature=\"74KNZJeDHnMBp0EMJ9ZHt%2FXKycU%3D\"";
	struct signed_request request = { .method = "POST",
		.base_url = "https://photos.example.net",
		.path = "/initiate" };
	struct signature signature;
	struct err err = { 0 };

	(void)state;
	CHECK(signature_read(&signature, arena, header, &err), "%s", err.text);
	CHECK(fits(&signature, &request, "kd94hf93k423kf44"), "refused");
	CHECK(!fits(&signature, &request, "kd94hf93k423kf45"), "secret");
	CHECK(!fits(&signature, &request, ""), "no secret");
	request.method = "GET";
	CHECK(!fits(&signature, &request, "kd94hf93k423kf44"), "method");
	request.method = "POST";
	request.path = "/initiate/";
	CHECK(!fits(&signature, &request, "kd94hf93k423kf44"), "path");
	request.path = "/initiate";
	request.base_url = "http://photos.example.net";
	CHECK(!fits(&signature, &request, "kd94hf93k423kf44"), "scheme");
}

/* Its spelling counts as well, and no part of it is enough. */
static void a_proof_has_one_spelling(void **state)
{
	static const char *const proofs[] = { "", "=",
		"74KNZJeDHnMBp0EMJ9ZHt/XKycU", "74KNZJeDHnMBp0EMJ9ZHt/XKycV=",
		"74KNZJeDHnMBp0EMJ9ZHt/XKycU=\n",
		"74KNZJeDHnMBp0EMJ9ZHt_XKycU=", "74KNZJeDHnMBp0EM",
		"74KNZJeDHnMBp0EMJ9ZHt/XKycU=AAAA" };
	static const struct param signed_[] = {
		{ "oauth_consumer_key", "dpf43f3p2l4k3l03" },
		{ "oauth_signature_method", "HMAC-SHA1" },
		{ "oauth_timestamp", "137131200" },
		{ "oauth_nonce", "wIjqoS" },
		{ "oauth_callback", "http://printer.example.com/ready" },
	};
	struct signature signature = { .method = "HMAC-SHA1",
		.proof = "74KNZJeDHnMBp0EMJ9ZHt/XKycU=",
		.params = LIST(signed_) };
	const struct signed_request request = { .method = "POST",
		.base_url = "https://photos.example.net",
		.path = "/initiate" };

	(void)state;
	CHECK(fits(&signature, &request, "kd94hf93k423kf44"), "refused");
	for (size_t i = 0; i < array_length(proofs); i++) {
		signature.proof = proofs[i];
		CHECK(!fits(&signature, &request, "kd94hf93k423kf44"), "%s",
		    proofs[i]);
	}
	signature.proof = "74KNZJeDHnMBp0EMJ9ZHt/XKycU=";
	signature.method = "HMAC-SHA256";
	CHECK(!fits(&signature, &request, "kd94hf93k423kf44"), "method");
}

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_read),
		cmocka_unit_test(what_is_said_is_decoded),
		cmocka_unit_test(headers_are_bounded),
		cmocka_unit_test(the_rfcs_base_string),
		cmocka_unit_test(urls_are_spelled_one_way),
		cmocka_unit_test(parameters_are_sorted),
		cmocka_unit_test(the_rfcs_signature),
		cmocka_unit_test(a_proof_has_one_spelling),
	};

	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
