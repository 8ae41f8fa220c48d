/* What a client sends to the token endpoint, and how often it may be wrong. */
#include "check.h"
#include "serve/oauth/oauth.h"

static struct arena *arena;

static bool same(const char *got, const char *want)
{
	if (got == NULL || want == NULL)
		return got == want;
	return strcmp(got, want) == 0;
}

/* --- forms ---------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *body;
	enum fault want;
	const char *grant_type, *scope, *client_id, *client_secret;
} forms[] = {
	{ "",                                    FAULT_NONE, NULL, NULL, NULL, NULL },
	{ "&&&",                                 FAULT_NONE, NULL, NULL, NULL, NULL },
	{ "grant_type=client_credentials",       FAULT_NONE, "client_credentials", NULL, NULL, NULL },
	{ "grant_type=a&scope=b+c%20d&client_id=e&client_secret=f", FAULT_NONE, "a", "b c d", "e", "f" },
	{ "grant_type=a&scope=",                 FAULT_NONE, "a", NULL, NULL, NULL },
	{ "grant_type=a&scope",                  FAULT_NONE, "a", NULL, NULL, NULL },
	{ "grant%5ftype=a",                      FAULT_NONE, "a", NULL, NULL, NULL },
	{ "client_secret=a%3Db%26c=d",           FAULT_NONE, NULL, NULL, NULL, "a=b&c=d" },
	{ "unknown=1&unknown=2&scope=x",         FAULT_NONE, NULL, "x", NULL, NULL },
	{ "GRANT_TYPE=a",                        FAULT_NONE, NULL, NULL, NULL, NULL },
	{ "=a&b=",                               FAULT_NONE, NULL, NULL, NULL, NULL },
	{ "client_id=%C3%A9",                    FAULT_NONE, NULL, NULL, "\xc3\xa9", NULL },
	{ "grant_type=a&grant_type=a",           FAULT_BAD_REQUEST, NULL, NULL, NULL, NULL },
	{ "scope=&scope=a",                      FAULT_BAD_REQUEST, NULL, NULL, NULL, NULL },
	{ "client_id=a&x=1&client%5Fid=b",       FAULT_BAD_REQUEST, NULL, NULL, NULL, NULL },
	{ "client_secret=%",                     FAULT_BAD_REQUEST, NULL, NULL, NULL, NULL },
	{ "client_secret=%4",                    FAULT_BAD_REQUEST, NULL, NULL, NULL, NULL },
	{ "client_secret=%zz",                   FAULT_BAD_REQUEST, NULL, NULL, NULL, NULL },
	{ "client_secret=a%00b",                 FAULT_BAD_REQUEST, NULL, NULL, NULL, NULL },
	{ "client_secret=%FF",                   FAULT_BAD_REQUEST, NULL, NULL, NULL, NULL },
	{ "%FF=a",                               FAULT_BAD_REQUEST, NULL, NULL, NULL, NULL },
};

/* base64 of what Basic carries */
static const struct {
	const char *encoded;
	enum fault want;
	const char *client_id, *client_secret;
} basics[] = {
	{ "aWQ6c2VjcmV0",         FAULT_NONE, "id", "secret" },       /* id:secret */
	{ "aWQ6YTpi",             FAULT_NONE, "id", "a:b" },          /* id:a:b */
	{ "aWQ6",                 FAULT_NONE, "id", "" },             /* id: */
	{ "OnNlY3JldA==",         FAULT_NONE, "", "secret" },         /* :secret */
	{ "Og==",                 FAULT_NONE, "", "" },               /* : */
	{ "YSUzQWI6YyUyNWQrZQ==", FAULT_NONE, "a:b", "c%d e" },       /* a%3Ab:c%25d+e */
	{ "",                     FAULT_BAD_CLIENT, NULL, NULL },
	{ "aWQ",                  FAULT_BAD_CLIENT, NULL, NULL },     /* no padding */
	{ "aWRzZWNyZXQ=",         FAULT_BAD_CLIENT, NULL, NULL },     /* idsecret */
	{ "aWQ6c2VjcmV0!",        FAULT_BAD_CLIENT, NULL, NULL },
	{ "aWQ6c2VjcmV0 x",       FAULT_BAD_CLIENT, NULL, NULL },
	{ "aWQ6JQ==",             FAULT_BAD_CLIENT, NULL, NULL },     /* id:% */
	{ "aWQAOnM=",             FAULT_BAD_CLIENT, NULL, NULL },     /* id NUL :s */
	{ "aWQ6/w==",             FAULT_BAD_CLIENT, NULL, NULL },     /* id: and 0xff */
};
/* clang-format on */

static void forms_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(forms); i++) {
		const char *body = forms[i].body;
		struct form form = { 0 };
		struct err err = { 0 };

		(void)!form_read(&form, arena,
		    (struct text){ body, strlen(body) }, &err);
		CHECK(err.fault == forms[i].want, "%s: %s", body, err.text);
		if (err.fault != FAULT_NONE)
			continue;
		CHECK(same(form.grant_type, forms[i].grant_type), "%s", body);
		CHECK(same(form.scope, forms[i].scope), "%s", body);
		CHECK(same(form.client_id, forms[i].client_id), "%s", body);
		CHECK(same(form.client_secret, forms[i].client_secret), "%s",
		    body);
	}
}

static void basic_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(basics); i++) {
		struct form form = { 0 };
		struct err err = { 0 };

		(void)!form_basic(&form, arena, basics[i].encoded, &err);
		CHECK(err.fault == basics[i].want, "%s: %s", basics[i].encoded,
		    err.text);
		if (err.fault != FAULT_NONE)
			continue;
		CHECK(same(form.client_id, basics[i].client_id), "%s",
		    basics[i].encoded);
		CHECK(same(form.client_secret, basics[i].client_secret), "%s",
		    basics[i].encoded);
	}
}

/* --- who guesses ---------------------------------------------------------- */

static void guessing_is_throttled(void **state)
{
	int wait;

	(void)state;
	for (int i = 0; i < 20; i++) {
		CHECK(throttle_wait("192.0.2.1", "hr-1") == 0, "after %d", i);
		throttle_failed("192.0.2.1", "hr-1");
	}
	wait = throttle_wait("192.0.2.1", "hr-1");
	CHECK(wait > 0 && wait <= 61, "%d s", wait);
	CHECK(throttle_wait("192.0.2.1", "hr-2") == 0, "another id");
	CHECK(throttle_wait("192.0.2.2", "hr-1") == 0, "another address");
}

/* Whoever has one address of an IPv6 network has 2^64 of them. */
static void a_network_is_one(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		throttle_failed(arena_printf(arena, "2001:db8:0:1::%x", i + 1),
		    "hr-6");
	CHECK(throttle_wait("2001:db8:0:1:ff::9", "hr-6") > 0, "its neighbour");
	CHECK(throttle_wait("2001:db8:0:2::1", "hr-6") == 0, "another network");
}

/* However many strangers come: the table stays as it is, and somebody who was
 * wrong just now is not forgotten for the first few of them. */
static void the_table_is_bounded(void **state)
{
	(void)state;
	for (int i = 0; i < 200000; i++) {
		const char *who = arena_printf(arena, "hr-%d", i);

		throttle_failed("192.0.2.7", who);
		CHECK(throttle_wait("192.0.2.7", who) == 0, "%s", who);
		if (i % 1000 == 0)
			arena_reset(arena);
	}
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
		cmocka_unit_test(forms_are_read),
		cmocka_unit_test(basic_is_read),
		cmocka_unit_test(guessing_is_throttled),
		cmocka_unit_test(a_network_is_one),
		cmocka_unit_test(the_table_is_bounded),
	};

	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
