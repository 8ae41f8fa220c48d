/* One connection: reads a request, has it answered, sends the answer. */
#include "edge.h"

#include <event2/event.h>
#include <string.h>
#include <sys/uio.h>

/* READING → BODY → WORKING → SENDING → READING …; in the end LINGERING → OVER.
 * Each state has a step. It returns false when it must wait. */
enum state {
	READING,   /* a head arrives */
	BODY,      /* a body arrives */
	WORKING,   /* a worker has the request */
	SENDING,   /* the answer leaves */
	LINGERING, /* all is sent; what still comes is thrown away */
	OVER,
};

struct conn {
	struct loop *loop;
	struct conn *next, *previous;
	struct wire wire;
	struct event *readable, *writable;
	bool listening; /* `readable` is armed */
	bool dry;       /* the socket was empty when last read */
	bool ended;     /* the client sends no more */
	bool closing;   /* after this answer */
	bool rude;      /* what the client sends is not read to its end */
	enum state state;
	int64_t deadline; /* of the state */
	int64_t arrived;  /* the first byte of this request; 0: none yet */
	struct address peer;
	struct buf in;
	size_t used; /* of `in` */
	struct head_search search;
	struct exchange *exchange;
	struct buf out; /* head of the answer, and its body if short */
	size_t sent;    /* of `out`, then of the answer's body */
};

#define READ_ROOM ((size_t)4 * 1024)
#define READ_ROOM_BODY ((size_t)64 * 1024)
/* Shorter bodies leave in one piece with their head: one packet, one record. */
#define COPY_MAX ((size_t)8 * 1024)
/* A reader slower than this (bytes in a millisecond) is given up. */
#define SLOWEST_READER 8
#define SEND_MS 30000
#define LINGER_MS 2000
/* How long after its deadline a worker may still come with an answer. */
#define GRACE_MS 1000
/* Whoever sends many requests at once gives way to others in between. */
#define STEPS_A_TURN 64

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
		conn->state = OVER;
	return wired == WIRE_DONE;
}

/* Reads on, or waits; a client that ends within a request wants no answer. */
static bool read_on(struct conn *conn, size_t room)
{
	if (fill(conn, room))
		return true;
	if (conn->ended)
		conn->state = OVER;
	return conn->state == OVER;
}

/* --- the answer ---------------------------------------------------------- */

/* From here there is no way back to another answer. */
static void begin_sending(struct conn *conn)
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
	conn->state = SENDING;
	conn->deadline =
	    clock_tick() + SEND_MS + (int64_t)body->len / SLOWEST_READER;
}

static void refuse(struct conn *conn, enum refusal refusal)
{
	exchange_refuse(conn->exchange, refusal);
	conn->closing = true;
	conn->rude = true;
	begin_sending(conn);
}

static void await_request(struct conn *conn)
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
	conn->state = READING;
}

static void hang_up(struct conn *conn)
{
	wire_finish(&conn->wire);
	conn->deadline = clock_tick() + LINGER_MS;
	/* Closing with unread bytes would reset the connection, and the client
	 * might lose the answer that says why. */
	conn->state =
	    conn->rude || conn->in.len > conn->used ? LINGERING : OVER;
}

static void all_sent(struct conn *conn)
{
	exchange_end(conn->exchange, conn->sent);
	conn->exchange = NULL;
	buf_free(&conn->out);
	if (conn->closing)
		hang_up(conn);
	else
		await_request(conn);
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

static bool send_step(struct conn *conn)
{
	const struct buf *body = &conn->exchange->rq.reply;
	enum wired wired = send_more(conn, body);

	if (conn->sent == conn->out.len + body->len) {
		all_sent(conn);
		return true;
	}
	if (wired == WIRE_BROKEN || wired == WIRE_ENDED) {
		conn->state = OVER;
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
	conn->state = WORKING;
	conn->deadline = exchange->rq.deadline + GRACE_MS;
	if (!exchange_run(exchange))
		begin_sending(conn);
}

/* "100 Continue" goes out at once: nothing else is being sent. */
static void encourage(struct conn *conn)
{
	static char line[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct iovec part = { line, sizeof(line) - 1 };
	size_t n;

	wire_write(&conn->wire, &part, 1, &n);
	if (n != part.iov_len)
		conn->state = OVER;
}

static void begin_body(struct conn *conn)
{
	struct exchange *exchange = conn->exchange;
	bool comes = exchange->body.state != BODY_DONE;

	if (!exchange_admit(exchange)) {
		conn->closing = comes;
		conn->rude = comes;
		begin_sending(conn);
	} else if (!comes) {
		run(conn);
	} else {
		conn->state = BODY;
		if (exchange->head.expects && conn->in.len == conn->used)
			encourage(conn);
	}
}

static void begin_request(struct conn *conn, enum refusal refusal)
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
		refuse(conn, refusal);
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
	begin_request(conn, refusal);
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
		refuse(conn, refusal);
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
	[READING] = read_step,
	[BODY] = body_step,
	[WORKING] = work_step,
	[SENDING] = send_step,
	[LINGERING] = linger_step,
};

/* --- events -------------------------------------------------------------- */

/* While a request is being answered nothing is read, so a readable socket
 * would wake the loop for nothing. */
static void arm(struct conn *conn)
{
	bool listen = conn->dry && !conn->ended;

	if (listen && !conn->listening)
		event_add(conn->readable, NULL);
	else if (!listen && conn->listening)
		event_del(conn->readable);
	conn->listening = listen;
	if (conn->state == READING && conn->in.len == conn->used) {
		buf_free(&conn->in);
		conn->used = 0;
	}
}

static void turn(struct conn *conn)
{
	bool goes_on = true;

	for (int i = 0; goes_on && i < STEPS_A_TURN && conn->state != OVER; i++)
		goes_on = steps[conn->state](conn);
	if (conn->state == OVER) {
		conn_drop(conn);
		return;
	}
	if (goes_on)
		event_active(conn->writable, EV_WRITE, 0);
	arm(conn);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;

	(void)fd;
	(void)what;
	conn->dry = false;
	turn(conn);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;

	(void)fd;
	(void)what;
	/* TLS may have waited with its reading until it could write. */
	if (conn->state != SENDING)
		conn->dry = false;
	turn(conn);
}

void conn_open(struct loop *loop, int fd, const struct sockaddr *peer,
    bool full)
{
	struct conn *conn = memory_new(sizeof(*conn));

	conn->loop = loop;
	conn->wire.fd = fd;
	if (loop->tls != NULL)
		conn->wire.ssl = tls_accept(loop->tls, fd);
	address_from(&conn->peer, peer);
	conn->readable =
	    event_new(loop->base, fd, EV_READ | EV_PERSIST, on_readable, conn);
	conn->writable = event_new(loop->base, fd, EV_WRITE, on_writable, conn);
	conn->next = loop->conns;
	if (conn->next != NULL)
		conn->next->previous = conn;
	loop->conns = conn;
	await_request(conn);
	if (loop->tls != NULL && conn->wire.ssl == NULL)
		conn->state = OVER;
	else if (full)
		begin_request(conn, REFUSE_FULL);
	turn(conn);
}

void conn_drop(struct conn *conn)
{
	struct loop *loop = conn->loop;

	if (conn->exchange != NULL && conn->state == WORKING)
		conn->exchange->conn = NULL; /* it comes by mail */
	else if (conn->exchange != NULL)
		loop_release(loop, &conn->exchange->rq);
	if (conn->next != NULL)
		conn->next->previous = conn->previous;
	if (conn->previous != NULL)
		conn->previous->next = conn->next;
	else
		loop->conns = conn->next;
	event_free(conn->readable);
	event_free(conn->writable);
	wire_close(&conn->wire);
	buf_free(&conn->in);
	buf_free(&conn->out);
	memory_free(conn);
	atomic_fetch_sub(&loop->edge->connections, 1);
}

struct conn *conn_next(const struct conn *conn)
{
	return conn->next;
}

void conn_answered(struct conn *conn)
{
	begin_sending(conn);
	turn(conn);
}

/* The worker still has the request, so another one carries the answer. */
static void give_up(struct conn *conn)
{
	struct exchange *lost = conn->exchange;
	struct request *rq;

	lost->conn = NULL;
	conn->exchange = exchange_begin(conn->loop, conn, lost->rq.arrived);
	rq = &conn->exchange->rq;
	rq->method = lost->rq.method;
	rq->route = lost->rq.route;
	memcpy(rq->id, lost->rq.id, sizeof(rq->id));
	refuse(conn, REFUSE_OVERDUE);
}

static void time_is_up(struct conn *conn)
{
	switch (conn->state) {
	case READING:
		if (conn->arrived != 0)
			begin_request(conn, REFUSE_LATE);
		else
			hang_up(conn);
		break;
	case BODY:
		refuse(conn, REFUSE_LATE);
		break;
	case WORKING:
		give_up(conn);
		break;
	case SENDING:
	case LINGERING:
	case OVER:
		conn->state = OVER;
		break;
	}
	turn(conn);
}

void conn_check(struct conn *conn, int64_t now)
{
	bool idle = conn->state == READING && conn->arrived == 0;

	if (now >= conn->deadline || (idle && conn->loop->closing))
		time_is_up(conn);
}
