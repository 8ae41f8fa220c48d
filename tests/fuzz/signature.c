/*
 * What a client says of its signature (OAuth 1.0a), and the text that is signed
 * with it. The first line is the header, the second the query, the rest the
 * body. What passes has its parts, and no made-up secret fits.
 */
#include "serve/oauth/oauth.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct text take_line(struct text *rest)
{
	const char *end = memchr(rest->at, '\n', rest->len);
	struct text line = { rest->at,
		end == NULL ? rest->len : (size_t)(end - rest->at) };
	size_t used = line.len + (end != NULL);

	rest->at += used;
	rest->len -= used;
	return line;
}

static void check_text(const char *text)
{
	assert(text != NULL && utf8_valid(text, strlen(text)));
}

/* Nothing of it is left as it came in. */
static void check_base(const struct buf *base)
{
	for (size_t i = 0; i < base->len; i++)
		assert(base->data[i] > ' ' && base->data[i] < 0x7f);
}

static void sign(struct arena *arena, const struct signature *signature,
    struct text query, struct text body)
{
	static const char secret[] = "hrs_0123456789";
	struct signed_request request = { .method = "GET",
		.base_url = "https://Roster.example:443",
		.path = "/ims/oneroster/v1p1/orgs" };
	struct buf base = { 0 };
	struct err err = { 0 };

	if (!form_params(&request.query, arena, query, &err) ||
	    !form_params(&request.body, arena, body, &err))
		return;
	signature_base(&base, arena, signature, &request);
	check_base(&base);
	assert(!signature_fits(signature, (struct text){ base.data, base.len },
	    (struct text){ secret, strlen(secret) }));
	buf_free(&base);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct text rest = { arena_textn(arena, (const char *)data, size),
		size };
	struct text header = take_line(&rest), query = take_line(&rest);
	struct signature signature;
	struct err err = { 0 };

	if (signature_read(&signature, arena,
		arena_textn(arena, header.at, header.len), &err)) {
		check_text(signature.consumer);
		check_text(signature.nonce);
		check_text(signature.proof);
		assert(signature.time > 0);
		sign(arena, &signature, query, rest);
	} else {
		assert(err.fault == FAULT_BAD_REQUEST);
	}
	arena_free(arena);
	return 0;
}
