/* The reader of requests: whatever comes in, in one piece or many, it ends,
 * says the same, and lets through nothing that a later reader could doubt. */
#include "serve/edge/edge.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
	enum refusal refusal;
	size_t used; /* of the bytes, when not refused */
	bool whole;
};

static void check_head(const struct head *head)
{
	assert(head->method != 0 && head->path != NULL);
	assert(head->path[0] == '/' || strcmp(head->path, "*") == 0);
	assert(strlen(head->path) <= TARGET_MAX);
	assert(head->host == NULL || host_valid(head->host));
	assert(head->host != NULL || head->old);
	assert(head->length <= BODY_MAX);
	assert(!head->chunked || head->length == 0);
	for (size_t i = 0; i < head->field_count; i++) {
		const struct param *field = &head->fields[i];

		assert(*field->name != '\0');
		assert(strpbrk(field->name, " \t:\r\n") == NULL);
		assert(strpbrk(field->value, "\r\n") == NULL);
		for (size_t j = 0; j < i; j++)
			assert(strcasecmp(field->name, head->fields[j].name));
	}
}

/* What follows a head: its query, its lists, where it comes from. */
static void use_head(struct arena *arena, const struct head *head)
{
	const struct networks proxies = { 0 };
	const struct origin origin = { .proxies = &proxies, .authority = "h" };
	struct address peer = { { 0 } };
	struct request rq = { .arena = arena, .query = head->query };
	struct err err = { 0 };

	origin_tell(&rq, head, &origin, &peer);
	(void)accept_allows(head_field(head, "Accept"), "application/json");
	(void)accept_gzip(head_field(head, "Accept-Encoding"));
	if (!params_parse(&rq, &err))
		assert(err.fault == FAULT_BAD_REQUEST);
	for (size_t i = 0; i < rq.param_count; i++)
		assert(
		    utf8_valid(rq.params[i].value, strlen(rq.params[i].value)));
}

static struct outcome read_body(const struct head *head, const char *bytes,
    size_t len, size_t step)
{
	struct outcome outcome = { .refusal = REFUSE_NOTHING };
	struct buf out = { 0 };
	struct body body;
	size_t have = 0, more;

	body_start(&body, head);
	while (body.state != BODY_DONE && have < len &&
	       outcome.refusal == REFUSE_NOTHING) {
		have = have + step < len ? have + step : len;
		outcome.refusal = body_take(&body, bytes + outcome.used,
		    have - outcome.used, &more, &out);
		outcome.used += more;
		assert(outcome.used <= have && out.len <= BODY_MAX);
	}
	outcome.whole = body.state == BODY_DONE;
	buf_free(&out);
	return outcome;
}

static struct outcome read_request(const char *bytes, size_t len, size_t step)
{
	struct arena *arena = arena_new();
	struct head_search search = { 0 };
	struct head head = { 0 };
	struct outcome outcome = { .refusal = REFUSE_NOTHING };
	size_t have = 0, size;

	while (have < len && search.end == 0 &&
	       outcome.refusal == REFUSE_NOTHING) {
		have = have + step < len ? have + step : len;
		outcome.refusal = head_find(&search, bytes, have);
	}
	if (outcome.refusal == REFUSE_NOTHING && search.end > 0) {
		size = search.end - search.start;
		outcome.refusal = head_parse(&head, arena,
		    arena_copy(arena, bytes + search.start, size), size);
		if (outcome.refusal == REFUSE_NOTHING) {
			check_head(&head);
			use_head(arena, &head);
			outcome = read_body(&head, bytes + search.end,
			    len - search.end, step);
			outcome.used += search.end;
		}
	}
	arena_free(arena);
	return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const void *any = data;
	struct outcome whole = read_request(any, size, size > 0 ? size : 1);
	struct outcome pieces = read_request(any, size, 1);

	/* In pieces a refusal may come earlier, and for an earlier reason. */
	assert((whole.refusal == REFUSE_NOTHING) ==
	       (pieces.refusal == REFUSE_NOTHING));
	assert(whole.refusal != REFUSE_NOTHING || whole.used == pieces.used);
	assert(whole.refusal != REFUSE_NOTHING || whole.whole == pieces.whole);
	return 0;
}
