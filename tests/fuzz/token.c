/*
 * The door for tokens, and what a client sends to get one. No input passes:
 * the fuzzer has no private key. The first byte chooses what is read; for a
 * token, `H` makes the header's text a header that names our key.
 */
#include "serve/oauth/oauth.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ring *ring;

static void set_up(void)
{
	struct key *key;
	struct err err = { 0 };

	if (ring != NULL)
		return;
	ring = ring_new();
	key = arena_alloc(ring->arena, sizeof(*key));
	if (!key_make(key, ring->arena, &err))
		abort();
	key->kid = "k";
	key->retires = INT64_MAX;
	ring->issuer = "homeroom";
	ring->keys = key;
	ring->key_count = 1;
	ring_choose(ring);
}

static void read_token(struct arena *arena, const char *token)
{
	struct claims claims;
	struct err err = { 0 };
	bool stranger;

	assert(!token_read(ring, arena, token, &claims, &stranger, &err));
	assert(err.fault == FAULT_UNAUTHORISED);
}

/* What is read of an assertion is only what it says; no key signed it. */
static void read_assertion(struct arena *arena, const char *text)
{
	static const char *const algorithms[] = { "ES256", "RS256" };
	struct assertion assertion;
	struct err err = { 0 };

	if (!assertion_read(&assertion, arena, text, &err)) {
		assert(err.fault == FAULT_BAD_CLIENT);
		return;
	}
	assert(utf8_valid(assertion.client_id, strlen(assertion.client_id)));
	for (size_t i = 0; i < array_length(algorithms); i++)
		assert(!jws_verify(&assertion.jws, algorithms[i],
		    ring->keys[0].public_pem));
}

/* The payload is spelled right for it, so that the fuzzer need not learn
 * base64. */
static void read_header(struct arena *arena, const char *text, size_t len)
{
	struct buf token = { 0 };

	base64url_encode(&token, text, len);
	buf_puts(&token, ".e30.");
	for (int i = 0; i < 86; i++)
		buf_char(&token, 'A');
	read_token(arena, buf_text(&token));
	buf_free(&token);
}

/* Whatever was taken is text, and Postgres can be asked for it. */
static void check(const char *value)
{
	assert(value == NULL || utf8_valid(value, strlen(value)));
}

static void read_form(struct arena *arena, struct text body)
{
	struct form form = { 0 };
	struct err err = { 0 };

	if (!form_read(&form, arena, body, &err)) {
		assert(err.fault == FAULT_BAD_REQUEST);
		return;
	}
	check(form.grant_type);
	check(form.scope);
	check(form.client_id);
	check(form.client_secret);
}

static void read_basic(struct arena *arena, const char *encoded)
{
	struct form form = { 0 };
	struct err err = { 0 };

	if (form_basic(&form, arena, encoded, &err)) {
		assert(form.client_id != NULL && form.client_secret != NULL);
		check(form.client_id);
		check(form.client_secret);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena;
	const char *text;

	set_up();
	if (size == 0)
		return 0;
	arena = arena_new();
	text = arena_textn(arena, (const char *)data + 1, size - 1);
	if (data[0] == 'F')
		read_form(arena, (struct text){ text, size - 1 });
	else if (data[0] == 'B')
		read_basic(arena, text);
	else if (data[0] == 'A')
		read_assertion(arena, text);
	else if (data[0] == 'H')
		read_header(arena, text, size - 1);
	else
		read_token(arena, text);
	arena_free(arena);
	return 0;
}
