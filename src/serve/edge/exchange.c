/* A request from its head to its answer, whatever carries them. */
#include "edge.h"

#include <inttypes.h>
#include <string.h>

/* More would take so long that others wait: two milliseconds. */
#define PACK_HERE_MAX ((size_t)256 * 1024)
/* Enough for the beginnings of paths that have a dialect. */
#define PEEK_MAX ((size_t)64)

struct exchange *exchange_begin(struct loop *loop, struct conn *conn,
    int64_t arrived)
{
	struct arena *arena = loop_arena(loop);
	struct exchange *exchange = arena_alloc(arena, sizeof(*exchange));
	uint32_t id[2] = { loop->id_prefix, loop->id_count++ };

	exchange->rq.arena = arena;
	exchange->rq.edge = exchange;
	exchange->rq.arrived = arrived;
	hex_encode(exchange->rq.id, id, sizeof(id));
	exchange->conn = conn;
	exchange->loop = loop;
	exchange->mailbox = loop->mailbox;
	return exchange;
}

static bool is_sane_id(const char *id)
{
	size_t len = strspn(id, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

	return len > 0 && id[len] == '\0' &&
	       len < sizeof(((struct request *)0)->id);
}

void exchange_peek(struct exchange *exchange, const char *bytes, size_t len)
{
	const char *path = memchr(bytes, ' ', len < PEEK_MAX ? len : PEEK_MAX);
	size_t left;

	if (path == NULL)
		return;
	left = len - (size_t)(++path - bytes);
	exchange->rq.path = arena_textn(exchange->rq.arena, path,
	    strnlen(path, left < PEEK_MAX ? left : PEEK_MAX));
}

enum refusal exchange_parse(struct exchange *exchange, const char *bytes,
    size_t len, const struct address *peer)
{
	struct request *rq = &exchange->rq;
	struct head *head = &exchange->head;
	const struct edge *edge = exchange->loop->edge;
	struct origin origin = { &edge->proxies, edge->settings.public_url,
		edge->authority, edge->tls != NULL };
	char *copy = arena_copy(rq->arena, bytes, len);
	enum refusal refusal = head_parse(head, rq->arena, copy, len);
	const char *id = head_field(head, "X-Request-Id");

	if (id != NULL && is_sane_id(id))
		memcpy(rq->id, id, strlen(id) + 1);
	rq->method = head->method;
	rq->path = head->path;
	if (rq->path == NULL)
		exchange_peek(exchange, bytes, len);
	rq->query = head->query;
	body_start(&exchange->body, head);
	if (refusal == REFUSE_NOTHING)
		origin_tell(rq, head, &origin, peer);
	return refusal;
}

static bool admit(struct exchange *exchange, struct err *err)
{
	struct request *rq = &exchange->rq;
	const struct routes *routes = &exchange->loop->edge->routes;
	const char *media = "application/json";
	unsigned methods;
	bool found = routes_find(routes, rq, &methods, err);

	if (methods != 0 && (!found || rq->method == METHOD_OPTIONS))
		reply_header(rq, "Allow", methods_text(rq->arena, methods));
	if (methods != 0 && rq->method == METHOD_OPTIONS) {
		*err = (struct err){ 0 };
		rq->status = 204;
		exchange->answered = true;
		return true;
	}
	if (!found || !params_parse(rq, err))
		return false;
	if (rq->route->admit != NULL && !rq->route->admit(rq, err))
		return false;
	if (rq->route->media != NULL)
		media = rq->route->media;
	if (!accept_allows(request_header(rq, "Accept"), media))
		return fail(err, FAULT_NOT_ACCEPTABLE,
		    "Accept allows nothing that could be sent: it is %s.",
		    media);
	return true;
}

bool exchange_admit(struct exchange *exchange)
{
	return admit(exchange, &exchange->rq.err);
}

static bool give(struct exchange *exchange)
{
	mailbox_lend(exchange->mailbox);
	if (exchange->loop->edge->settings.give(&exchange->rq))
		return true;
	mailbox_unlend(exchange->mailbox);
	return fail(&exchange->rq.err, FAULT_UNAVAILABLE,
	    "the workers have too much to do");
}

/* Whether the errand takes no worker after all. */
static bool known(struct exchange *exchange)
{
	const struct errand *errand = exchange->rq.route->errand;

	if (errand->knows == NULL || !errand->knows(&exchange->rq))
		return false;
	count(&exchange->loop->counters.known, 1);
	return true;
}

bool exchange_run(struct exchange *exchange)
{
	struct request *rq = &exchange->rq;

	rq->body = (struct text){ exchange->bytes.data, exchange->bytes.len };
	if (exchange->answered)
		return false;
	if (rq->route->here == NULL)
		return !known(exchange) && give(exchange);
	if (rq->route->here(rq, &rq->err) && rq->reply.len <= PACK_HERE_MAX)
		reply_compress(rq);
	return false;
}

void exchange_refuse(struct exchange *exchange, enum refusal refusal)
{
	const struct refusal_rule *rule = &refusal_rules[refusal];
	struct request *rq = &exchange->rq;

	rq->err = (struct err){ 0 };
	err_set(&rq->err, rule->fault, "%s", rule->text);
	rq->status = rule->status;
}

/* Fault or not, with what the status and the method leave of the body. */
static void compose(struct exchange *exchange, struct buf *out, bool close)
{
	struct request *rq = &exchange->rq;
	struct reply_head head = { loop_date(exchange->loop), close,
		exchange->head.old };

	if (rq->err.fault != FAULT_NONE)
		fault_render(rq);
	if (rq->status == 0)
		rq->status = 200;
	if (rq->err.fault != FAULT_NONE || !status_has_body(rq->status))
		rq->file = NULL;
	if (!status_has_body(rq->status))
		rq->reply.len = 0;
	reply_compose(out, rq, &head);
	if (rq->method == METHOD_HEAD) {
		rq->file = NULL;
		rq->reply.len = 0;
	}
}

/* What can't be noted is not sent: whoever asked is told to come again. */
static bool note(struct exchange *exchange, uint64_t bytes)
{
	const struct edge_settings *wanted = &exchange->loop->edge->settings;
	struct request *rq = &exchange->rq;
	struct err err = { 0 };

	if (wanted->note == NULL)
		return true;
	if (wanted->note(rq, (int64_t)bytes, &err)) {
		exchange->planned = bytes;
		return true;
	}
	if (rq->status < 400)
		rq->err = err;
	return rq->status >= 400;
}

void exchange_compose(struct exchange *exchange, struct buf *out, bool close)
{
	struct request *rq = &exchange->rq;
	size_t before = out->len;

	compose(exchange, out, close);
	if (!note(exchange, out->len - before + reply_length(rq))) {
		out->len = before;
		compose(exchange, out, close);
	}
	count(&exchange->loop->counters.answers[rq->status / 100 % 6], 1);
}

/* Probes ask every second and tell nothing while all is well; and that a client
 * asks for what nobody speaks is no failure of ours. */
static enum log_level level_of(const struct request *rq)
{
	int ours = fault_rules[rq->err.fault].status;

	if (ours == 500)
		return LOG_ERROR;
	if (ours == 503)
		return LOG_WARN;
	return rq->status < 400 && rq->caller.application == 0 ? LOG_DEBUG
							       : LOG_INFO;
}

static void log_request(const struct request *rq, uint64_t bytes)
{
	enum log_level level = level_of(rq);
	bool ours = level > LOG_INFO;

	log_line(level, "request",
	    "id=%s application=%lld method=%s route=%s status=%d fault=%s "
	    "rows=%lld bytes=%" PRIu64 " ms=%lld%s%s",
	    rq->id, (long long)rq->caller.application, method_word(rq->method),
	    rq->route == NULL ? "-" : rq->route->path, rq->status,
	    fault_rules[rq->err.fault].name, (long long)rq->rows, bytes,
	    (long long)(clock_tick() - rq->arrived), ours ? " reason=" : "",
	    ours ? log_quote(rq->arena, rq->err.text) : "");
}

/* The client left, or was too slow. */
static void note_unsent(struct exchange *exchange, uint64_t bytes)
{
	const struct edge_settings *wanted = &exchange->loop->edge->settings;
	int64_t unsent = (int64_t)exchange->planned - (int64_t)bytes;
	struct err ignored = { 0 };

	if (unsent > 0)
		(void)wanted->note(&exchange->rq, -unsent, &ignored);
}

void exchange_end(struct exchange *exchange, uint64_t bytes)
{
	struct request *rq = &exchange->rq;

	note_unsent(exchange, bytes);
	if (rq->status != 0)
		log_request(rq, bytes);
	limits_sent(rq, bytes);
	loop_release(exchange->loop, rq);
}
