/* How we prove who we are: a token by our credentials (RFC 6749 §4.4), or a
 * signature on each request (RFC 5849). */
#include "rest.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#define ANSWER_MAX (64 << 10)
#define DEADLINE_MS 60000
#define SECONDS 3600 /* of a token that does not say */

/* --- tokens --------------------------------------------------------------- */

static const char *encode(struct arena *arena, const char *text)
{
	struct buf out = { 0 };
	const char *encoded;

	percent_encode(&out, text, strlen(text));
	encoded = arena_text(arena, buf_text(&out));
	buf_free(&out);
	return encoded;
}

static const char *base64(struct arena *arena, const void *data, size_t len)
{
	char *out = arena_alloc(arena, 4 * ((len + 2) / 3) + 1);

	EVP_EncodeBlock((unsigned char *)out, data, (int)len);
	return out;
}

static const char *basic(struct arena *arena,
    const struct credentials_there *credentials)
{
	const char *both = arena_printf(arena, "%s:%s",
	    encode(arena, credentials->id), encode(arena, credentials->secret));

	return arena_printf(arena, "Basic %s",
	    base64(arena, both, strlen(both)));
}

/* Not all servers read the header: some want the credentials in the body. */
static const char *form(struct arena *arena,
    const struct credentials_there *credentials, bool in_body)
{
	const char *text = "grant_type=client_credentials";

	if (credentials->scope != NULL && *credentials->scope != '\0')
		text = arena_printf(arena, "%s&scope=%s", text,
		    encode(arena, credentials->scope));
	if (in_body)
		text = arena_printf(arena, "%s&client_id=%s&client_secret=%s",
		    text, encode(arena, credentials->id),
		    encode(arena, credentials->secret));
	return text;
}

static bool ask(struct remote *remote, struct arena *arena,
    const struct credentials_there *credentials, bool in_body,
    struct remote_answer *answer, struct err *err)
{
	const char *body = form(arena, credentials, in_body);
	const struct param headers[] = {
		{ "Content-Type", "application/x-www-form-urlencoded" },
		{ "Accept", "application/json" },
		{ "Authorization", basic(arena, credentials) },
	};

	return remote_ask(remote, arena,
	    &(struct remote_request){ .method = "POST",
		.url = credentials->token_url,
		.headers = headers,
		.header_count = in_body ? 2 : 3,
		.body = body,
		.body_length = strlen(body),
		.limit = ANSWER_MAX,
		.deadline_ms = DEADLINE_MS },
	    answer, err);
}

static bool read_token(struct arena *arena, const struct remote_answer *answer,
    const char **token, int64_t *seconds, struct err *err)
{
	json_t *body = json_loadb(answer->body, answer->body_length, 0, NULL);
	const char *text =
	    json_string_value(json_object_get(body, "access_token"));
	struct text life =
	    answer_text(arena, json_object_get(body, "expires_in"));

	*token = NULL;
	if (text != NULL && strpbrk(text, "\r\n") == NULL)
		*token = arena_text(arena, text);
	if (life.at == NULL || !text_integer(life, 1, INT32_MAX, seconds))
		*seconds = SECONDS;
	json_decref(body);
	return *token != NULL ||
	       fail(err, FAULT_UNAVAILABLE,
		   "its answer has no access_token: is that its `tokenUrl`?");
}

bool token_get(struct remote *remote, struct arena *arena,
    const struct credentials_there *credentials, const char **token,
    int64_t *seconds, struct err *err)
{
	struct remote_answer answer;
	bool done = ask(remote, arena, credentials, false, &answer, err);

	if (done && (answer.status == 400 || answer.status == 401))
		done = ask(remote, arena, credentials, true, &answer, err);
	if (done && answer.status == 200)
		done = read_token(arena, &answer, token, seconds, err);
	else if (done)
		done = fail(err,
		    answer.status == 429 || answer.status >= 500
			? FAULT_UNAVAILABLE
			: FAULT_FORBIDDEN,
		    "it gives us no token (status %d)%s", answer.status,
		    answer.status < 500
			? ": check `tokenUrl`, `clientId` and the secret"
			: "");
	if (!done)
		err_add(err, "the token");
	return done;
}

/* --- signatures ----------------------------------------------------------- */

static const char *sign(struct arena *arena,
    const struct credentials_there *credentials, struct text base)
{
	unsigned char made[EVP_MAX_MD_SIZE];
	const char *key =
	    arena_printf(arena, "%s&", encode(arena, credentials->secret));
	unsigned len = 0;

	HMAC(strcmp(credentials->signature, "HMAC-SHA1") == 0 ? EVP_sha1()
							      : EVP_sha256(),
	    key, (int)strlen(key), (const unsigned char *)base.at, base.len,
	    made, &len);
	return base64(arena, made, len);
}

static const char *nonce(struct arena *arena)
{
	unsigned char bytes[16];

	random_bytes(bytes, sizeof(bytes));
	return arena_hex(arena, bytes, sizeof(bytes));
}

#define OAUTH_PARAMS 5

const char *signed_header(struct arena *arena,
    const struct credentials_there *credentials, const struct call *call)
{
	struct param all[OAUTH_PARAMS + CALL_PARAMS_MAX] = {
		{ "oauth_consumer_key", credentials->id },
		{ "oauth_nonce", nonce(arena) },
		{ "oauth_signature_method", credentials->signature },
		{ "oauth_timestamp", arena_number(arena, clock_now() / 1000) },
		{ "oauth_version", "1.0" },
	};
	const struct signed_parts parts = { call->method, call->url, all,
		(size_t)OAUTH_PARAMS + (size_t)call->param_count };
	struct buf out = { 0 };
	const char *header, *proof;

	memcpy(all + OAUTH_PARAMS, call->params,
	    (size_t)call->param_count * sizeof(*all));
	signed_text(&out, arena, &parts);
	proof = sign(arena, credentials, (struct text){ out.data, out.len });
	out.len = 0;
	buf_puts(&out, "OAuth ");
	for (int i = 0; i < OAUTH_PARAMS; i++)
		buf_printf(&out, "%s=\"%s\",", all[i].name,
		    encode(arena, all[i].value));
	buf_printf(&out, "oauth_signature=\"%s\"", encode(arena, proof));
	header = arena_text(arena, buf_text(&out));
	buf_free(&out);
	return header;
}
