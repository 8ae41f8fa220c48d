/* A connection from its beginning to its end: events, and the clock. */
#include "edge.h"

#include <event2/event.h>
#include <string.h>

/* Whoever sends many requests at once gives way to others in between. */
#define STEPS_A_TURN 64

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
	if (conn->state == CONN_READING && conn->in.len == conn->used) {
		buf_free(&conn->in);
		conn->used = 0;
	}
}

static void turn(struct conn *conn)
{
	bool goes_on = true;

	for (int i = 0; goes_on && i < STEPS_A_TURN && conn->state != CONN_OVER;
	     i++)
		goes_on = conn_step(conn);
	if (conn->state == CONN_OVER) {
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
	if (conn->state != CONN_SENDING)
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
	conn_await(conn);
	conn->deadline = clock_tick() + loop->edge->settings.receive_ms;
	if (loop->tls != NULL && conn->wire.ssl == NULL)
		conn->state = CONN_OVER;
	else if (full)
		conn_begin(conn, REFUSE_FULL);
	turn(conn);
}

void conn_drop(struct conn *conn)
{
	struct loop *loop = conn->loop;

	if (conn->exchange != NULL && conn->state == CONN_WORKING)
		conn->exchange->conn = NULL; /* it comes by mail */
	else if (conn->exchange != NULL)
		exchange_end(conn->exchange, conn->earlier + conn->sent);
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

void conn_answered(struct conn *conn)
{
	conn_send(conn);
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
	rq->client = arena_text(rq->arena, lost->rq.client);
	rq->caller = lost->rq.caller;
	memcpy(rq->id, lost->rq.id, sizeof(rq->id));
	conn_refuse(conn, REFUSE_OVERDUE);
}

static void time_is_up(struct conn *conn)
{
	switch (conn->state) {
	case CONN_READING:
		if (conn->arrived != 0)
			conn_begin(conn, REFUSE_LATE);
		else
			conn_hang_up(conn);
		break;
	case CONN_BODY:
		conn_refuse(conn, REFUSE_LATE);
		break;
	case CONN_WORKING:
		give_up(conn);
		break;
	case CONN_SENDING:
	case CONN_LINGERING:
	case CONN_OVER:
		conn->state = CONN_OVER;
		break;
	}
	turn(conn);
}

void conn_check(struct conn *conn, int64_t now)
{
	bool idle = conn->state == CONN_READING && conn->arrived == 0;

	if (now >= conn->deadline || (idle && conn->loop->closing))
		time_is_up(conn);
}
