/* Writes a fault for the client, in the dialect of the route. */
#include "edge.h"

#include <string.h>

/* OneRoster 1.1 has words of its own for some of 1.2's. */
static const struct {
	const char *word, *old;
} words_11[] = {
	{ "invaliddata", "invalid data" },
	{ "unauthorisedrequest", "unauthorized" },
	{ "unknownobject", "unknown object" },
	{ "invalid_selection_field", "invalid_blank_selection_field" },
};

static const char *word_11(const char *word)
{
	for (size_t i = 0; i < array_length(words_11); i++)
		if (strcmp(words_11[i].word, word) == 0)
			return words_11[i].old;
	return word;
}

static void add(struct buf *out, const char *key, const char *value)
{
	buf_puts(out, key);
	json_quote(out, value, strlen(value));
}

static void oneroster_12(struct request *rq, const char *text)
{
	add(&rq->reply,
	    "{\"imsx_codeMajor\":\"failure\",\"imsx_severity\":\"error\","
	    "\"imsx_description\":",
	    text);
	add(&rq->reply,
	    ",\"imsx_CodeMinor\":{\"imsx_codeMinorField\":[{"
	    "\"imsx_codeMinorFieldName\":\"TargetEndSystem\","
	    "\"imsx_codeMinorFieldValue\":",
	    fault_rules[rq->err.fault].codeMinor);
	buf_puts(&rq->reply, "}]}}");
}

static void oneroster_11(struct request *rq, const char *text)
{
	add(&rq->reply,
	    "{\"statusInfoSet\":[{\"imsx_codeMajor\":\"failure\","
	    "\"imsx_severity\":\"error\",\"imsx_messageRefIdentifier\":",
	    rq->id);
	add(&rq->reply, ",\"imsx_description\":", text);
	add(&rq->reply, ",\"imsx_codeMinor\":",
	    word_11(fault_rules[rq->err.fault].codeMinor));
	buf_puts(&rq->reply, "}]}");
}

/* RFC 6749 §5.2 leaves out the quote, the backslash and all beyond ASCII. */
static void oauth(struct request *rq, const char *text)
{
	char *plain = arena_text(rq->arena, text);

	for (char *at = plain; *at != '\0'; at++) {
		if (*at == '"' || *at == '\\')
			*at = '\'';
		else if (*at < ' ' || *at > '~')
			*at = '?';
	}
	add(&rq->reply, "{\"error\":", fault_rules[rq->err.fault].oauth);
	add(&rq->reply, ",\"error_description\":", plain);
	buf_char(&rq->reply, '}');
}

static void problem(struct request *rq, const char *text)
{
	add(&rq->reply,
	    "{\"type\":\"about:blank\",\"title\":", status_reason(rq->status));
	buf_printf(&rq->reply, ",\"status\":%d", rq->status);
	add(&rq->reply, ",\"detail\":", text);
	add(&rq->reply, ",\"requestId\":", rq->id);
	buf_char(&rq->reply, '}');
	rq->media = "application/problem+json";
}

static void (*const dialects[])(struct request *, const char *) = {
	[DIALECT_PROBLEM] = problem,
	[DIALECT_OAUTH] = oauth,
	[DIALECT_ONEROSTER_11] = oneroster_11,
	[DIALECT_ONEROSTER_12] = oneroster_12,
};

/* What the client reads. Texts of our own failures may name statements or
 * files, so they stay in the log. */
static const char *client_text(struct request *rq)
{
	struct arena *arena = rq->arena;
	const char *text = rq->err.text;

	if (rq->err.fault == FAULT_BUSY || rq->err.fault == FAULT_UNAVAILABLE)
		return arena_printf(arena,
		    "The server is busy. Try again later. (Request %s)",
		    rq->id);
	if (fault_rules[rq->err.fault].status == 500)
		return arena_printf(arena,
		    "The server failed. Its log knows more about request %s.",
		    rq->id);
	if (*text == '\0')
		return "The request was refused.";
	return utf8_valid(text, strlen(text)) ? text
					      : "The request was refused.";
}

/* RFC 6750 §3.1: a request without any token is told the scheme alone. */
static void challenge(struct request *rq)
{
	bool told = request_header(rq, "Authorization") != NULL;

	if (rq->err.fault == FAULT_BAD_CLIENT)
		reply_header(rq, "WWW-Authenticate",
		    "Basic realm=\"homeroom\", charset=\"UTF-8\"");
	else if (rq->status == 401 && !told)
		reply_header(rq, "WWW-Authenticate",
		    "Bearer realm=\"homeroom\"");
	else if (rq->status == 401)
		reply_header(rq, "WWW-Authenticate",
		    "Bearer realm=\"homeroom\", error=\"invalid_token\"");
	else if (rq->err.fault == FAULT_FORBIDDEN)
		reply_header(rq, "WWW-Authenticate",
		    "Bearer realm=\"homeroom\", error=\"insufficient_scope\"");
}

/* Headers of an answer that was not to be; what speaks of the refusal stays. */
static void drop_headers(struct request *rq)
{
	static const char *const kept[] = { "Allow", "RateLimit",
		"RateLimit-Policy", "Retry-After", "WWW-Authenticate" };
	const struct param *old = rq->headers;
	size_t n = rq->header_count;

	rq->headers = NULL;
	rq->header_count = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < array_length(kept); k++)
			if (strcmp(old[i].name, kept[k]) == 0)
				reply_header(rq, old[i].name, old[i].value);
}

static bool has_header(const struct request *rq, const char *name)
{
	for (size_t i = 0; i < rq->header_count; i++)
		if (strcmp(rq->headers[i].name, name) == 0)
			return true;
	return false;
}

void fault_render(struct request *rq)
{
	const struct fault_rule *rule = &fault_rules[rq->err.fault];
	const char *text;

	/* A refusal may have a status that no fault has. */
	if (rq->status < 400)
		rq->status = rule->status;
	rq->reply.len = 0;
	rq->media = "application/json";
	text = client_text(rq);
	drop_headers(rq);
	dialects[request_dialect(rq)](rq, text);
	if (!has_header(rq, "WWW-Authenticate"))
		challenge(rq);
	if ((rq->status == 429 || rq->status == 503) &&
	    !has_header(rq, "Retry-After"))
		reply_header(rq, "Retry-After", rq->status == 429 ? "1" : "5");
	reply_header(rq, "Cache-Control", "no-store");
}
