/* What a connection does in each of its states: reads, runs, sends. */
#include "edge.h"

#include <event2/event.h>
#include <string.h>
#include <sys/uio.h>

#define READ_ROOM ((size_t)4 * 1024)
#define READ_ROOM_BODY ((size_t)64 * 1024)
/* Shorter bodies leave in one piece with their head: one packet, one record. */
#define COPY_MAX ((size_t)8 * 1024)
/* A reader slower than this (bytes in a millisecond) is given up. */
#define SLOWEST_READER 8
/* Of a body that nobody wants. */
#define SKIP_MAX ((size_t)16 * 1024)
#define SEND_MS 30000
#define LINGER_MS 2000
/* How long after its deadline a worker may still come with an answer. */
#define GRACE_MS 1000

/* --- bytes in ------------------------------------------------------------ */

static void forget_used(struct conn *conn)
{
	conn->in.len -= conn->used;
	if (conn->in.len > 0)
		memmove(conn->in.data, conn->in.data + conn->used,
		    conn->in.len);
	conn->used = 0;
}

/* One read. False when nothing came. */
static bool fill(struct conn *conn, size_t room)
{
	enum wired wired;
	size_t got;

	if (conn->dry || conn->ended)
		return false;
	if (conn->used > 0)
		forget_used(conn);
	buf_reserve(&conn->in, room);
	wired =
	    wire_read(&conn->wire, conn->in.data + conn->in.len, room, &got);
	conn->in.len += got;
	count(&conn->loop->counters.received, got);
	/* TLS may hold more than the socket shows; only it knows. */
	conn->dry = conn->wire.ssl == NULL ? got < room : got == 0;
	if (wired == WIRE_UNTIL_WRITABLE)
		event_add(conn->writable, NULL);
	else if (wired == WIRE_ENDED)
		conn->ended = true;
	else if (wired == WIRE_BROKEN)
		conn->state = CONN_OVER;
	return wired == WIRE_DONE;
}

/* Reads on, or waits; a client that ends within a request wants no answer. */
static bool read_on(struct conn *conn, size_t room)
{
	if (fill(conn, room))
		return true;
	if (conn->ended)
		conn->state = CONN_OVER;
	return conn->state == CONN_OVER;
}

/* --- the answer ---------------------------------------------------------- */

void conn_send(struct conn *conn)
{
	struct exchange *exchange = conn->exchange;
	struct buf *body = &exchange->rq.reply;

	if (!exchange->head.keep || conn->ended || conn->loop->closing)
		conn->closing = true;
	exchange_compose(exchange, &conn->out, conn->closing);
	if (body->len <= COPY_MAX) {
		buf_add(&conn->out, body->data, body->len);
		body->len = 0;
	}
	conn->sent = 0;
	conn->earlier = 0;
	conn->state = CONN_SENDING;
	conn->deadline = clock_tick() + SEND_MS +
			 (int64_t)reply_length(&exchange->rq) / SLOWEST_READER;
}

void conn_refuse(struct conn *conn, enum refusal refusal)
{
	exchange_refuse(conn->exchange, refusal);
	conn->closing = true;
	conn->rude = true;
	conn_send(conn);
}

void conn_await(struct conn *conn)
{
	const struct edge *edge = conn->loop->edge;
	int idle = edge->settings.idle_ms;

	/* When many are connected, who asks nothing makes room sooner. */
	if (atomic_load(&edge->connections) >
	    edge->settings.connections_max / 4 * 3)
		idle /= 8;
	conn->search = (struct head_search){ 0 };
	conn->arrived = 0;
	conn->deadline = clock_tick() + idle;
	conn->state = CONN_READING;
}

void conn_hang_up(struct conn *conn)
{
	wire_finish(&conn->wire);
	conn->deadline = clock_tick() + LINGER_MS;
	/* Closing with unread bytes would reset the connection, and the client
	 * might lose the answer that says why. */
	conn->state = conn->rude || conn->in.len > conn->used ? CONN_LINGERING
							      : CONN_OVER;
}

static void all_sent(struct conn *conn)
{
	exchange_end(conn->exchange, conn->earlier + conn->sent);
	conn->exchange = NULL;
	buf_free(&conn->out);
	if (conn->closing)
		conn_hang_up(conn);
	else
		conn_await(conn);
}

static enum wired send_more(struct conn *conn, const struct buf *body)
{
	size_t head = conn->out.len, n;
	size_t of_head = conn->sent < head ? conn->sent : head;
	size_t of_body = conn->sent - of_head;
	struct iovec parts[2] = {
		{ conn->out.data + of_head, head - of_head },
	};
	enum wired wired;

	if (body->len > 0)
		parts[1] =
		    (struct iovec){ body->data + of_body, body->len - of_body };
	wired = wire_write(&conn->wire, parts, 2, &n);
	conn->sent += n;
	count(&conn->loop->counters.sent, n);
	return wired;
}

/* What lies in a file follows piece by piece. */
static void sent_out(struct conn *conn)
{
	struct reply_file *file = conn->exchange->rq.file;

	if (file == NULL || file->left == 0) {
		all_sent(conn);
		return;
	}
	conn->earlier += conn->sent;
	conn->sent = 0;
	conn->out.len = 0;
	if (!file_read(file, &conn->out))
		conn->state = CONN_OVER;
}

static bool send_step(struct conn *conn)
{
	const struct buf *body = &conn->exchange->rq.reply;
	enum wired wired = send_more(conn, body);

	if (conn->sent == conn->out.len + body->len) {
		sent_out(conn);
		return true;
	}
	if (wired == WIRE_BROKEN || wired == WIRE_ENDED) {
		conn->state = CONN_OVER;
		return true;
	}
	if (wired == WIRE_UNTIL_READABLE)
		conn->dry = true;
	else
		event_add(conn->writable, NULL);
	return false;
}

/* --- the request --------------------------------------------------------- */

static void run(struct conn *conn)
{
	struct exchange *exchange = conn->exchange;

	/* A worker may be done before exchange_run returns. */
	conn->state = CONN_WORKING;
	exchange->rq.deadline =
	    clock_tick() + conn->loop->edge->settings.request_ms;
	conn->deadline = exchange->rq.deadline + GRACE_MS;
	if (!exchange_run(exchange))
		conn_send(conn);
}

/* "100 Continue" goes out at once: nothing else is being sent. */
static void encourage(struct conn *conn)
{
	static char line[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct iovec part = { line, sizeof(line) - 1 };
	size_t n;

	wire_write(&conn->wire, &part, 1, &n);
	if (n != part.iov_len)
		conn->state = CONN_OVER;
}

/* What is refused before its body was read: a short body is read all the same,
 * so that the connection lives on. */
static void answer_early(struct conn *conn)
{
	struct exchange *exchange = conn->exchange;
	bool comes = exchange->body.state != BODY_DONE;

	if (exchange->body.state == BODY_COUNTED && !exchange->head.expects &&
	    exchange->body.left <= SKIP_MAX) {
		exchange->answered = true;
		conn->state = CONN_BODY;
		return;
	}
	conn->closing = comes;
	conn->rude = comes;
	conn_send(conn);
}

static void begin_body(struct conn *conn)
{
	struct exchange *exchange = conn->exchange;

	if (!exchange_admit(exchange)) {
		answer_early(conn);
	} else if (exchange->body.state == BODY_DONE) {
		run(conn);
	} else {
		conn->state = CONN_BODY;
		if (exchange->head.expects && conn->in.len == conn->used)
			encourage(conn);
	}
}

void conn_begin(struct conn *conn, enum refusal refusal)
{
	const struct head_search *search = &conn->search;
	const char *data = conn->in.data + conn->used;

	if (conn->arrived == 0)
		conn->arrived = clock_tick();
	conn->exchange = exchange_begin(conn->loop, conn, conn->arrived);
	if (refusal != REFUSE_NOTHING && conn->in.len > conn->used)
		exchange_peek(conn->exchange, data, conn->in.len - conn->used);
	conn->used += search->end;
	if (refusal == REFUSE_NOTHING)
		refusal = exchange_parse(conn->exchange, data + search->start,
		    search->end - search->start, &conn->peer);
	if (refusal != REFUSE_NOTHING)
		conn_refuse(conn, refusal);
	else
		begin_body(conn);
}

static bool read_step(struct conn *conn)
{
	size_t len = conn->in.len - conn->used;
	enum refusal refusal;

	if (len == 0)
		return read_on(conn, READ_ROOM);
	if (conn->arrived == 0) {
		conn->arrived = clock_tick();
		conn->deadline =
		    conn->arrived + conn->loop->edge->settings.receive_ms;
	}
	refusal = head_find(&conn->search, conn->in.data + conn->used, len);
	if (refusal == REFUSE_NOTHING && conn->search.end == 0)
		return read_on(conn, READ_ROOM);
	conn_begin(conn, refusal);
	return true;
}

/* Takes the growth of a body's buffer from what all bodies may hold. */
static bool has_room(struct conn *conn, size_t growth)
{
	atomic_size_t *bodies = &conn->loop->edge->bodies;

	return growth == 0 ||
	       atomic_fetch_add(bodies, growth) + growth <= BODIES_MAX;
}

static bool body_step(struct conn *conn)
{
	struct exchange *exchange = conn->exchange;
	struct buf *bytes = &exchange->bytes;
	size_t before = bytes->cap, used;
	enum refusal refusal =
	    body_take(&exchange->body, conn->in.data + conn->used,
		conn->in.len - conn->used, &used, bytes);

	conn->used += used;
	if (!has_room(conn, bytes->cap - before) && refusal == REFUSE_NOTHING)
		refusal = REFUSE_BODIES_FULL;
	if (refusal != REFUSE_NOTHING)
		conn_refuse(conn, refusal);
	else if (exchange->body.state == BODY_DONE)
		run(conn);
	else
		return read_on(conn, READ_ROOM_BODY);
	return true;
}

static bool linger_step(struct conn *conn)
{
	conn->used = conn->in.len;
	return read_on(conn, READ_ROOM);
}

static bool work_step(struct conn *conn)
{
	(void)conn;
	return false;
}

static bool (*const steps[])(struct conn *) = {
	[CONN_READING] = read_step,
	[CONN_BODY] = body_step,
	[CONN_WORKING] = work_step,
	[CONN_SENDING] = send_step,
	[CONN_LINGERING] = linger_step,
};

bool conn_step(struct conn *conn)
{
	return steps[conn->state](conn);
}
