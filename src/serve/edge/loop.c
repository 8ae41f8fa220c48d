/* An event loop: a thread with a listener, its connections and a mailbox. */
#include "edge.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS 100
#define ACCEPTS_A_TURN 64
/* Above the limit, so many more are told that there is no room; the rest is
 * closed unheard. */
#define TOLD_MAX 256

/* --- memory and time ----------------------------------------------------- */

struct arena *loop_arena(struct loop *loop)
{
	return loop->spares > 0 ? loop->spare[--loop->spares] : arena_new();
}

void loop_release(struct loop *loop, struct request *rq)
{
	struct exchange *exchange = rq->edge;
	struct arena *arena = rq->arena;

	atomic_fetch_sub(&loop->edge->bodies, exchange->bytes.cap);
	buf_free(&exchange->bytes);
	buf_free(&rq->reply);
	if (loop->spares == SPARE_ARENAS) {
		arena_free(arena);
		return;
	}
	arena_reset(arena);
	loop->spare[loop->spares++] = arena;
}

/* RFC 9110 §5.6.7. */
const char *loop_date(struct loop *loop)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int64_t second = clock_now() / 1000;
	time_t when = (time_t)second;
	struct tm tm;

	if (second == loop->date_second || gmtime_r(&when, &tm) == NULL)
		return loop->date;
	loop->date_second = second;
	snprintf(loop->date, sizeof(loop->date),
	    "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday], tm.tm_mday,
	    months[tm.tm_mon], (tm.tm_year + 1900) % 10000, tm.tm_hour,
	    tm.tm_min, tm.tm_sec);
	return loop->date;
}

/* --- events -------------------------------------------------------------- */

static void stop_accepting(struct loop *loop)
{
	if (loop->accepting)
		event_del(loop->acceptable);
	loop->accepting = false;
}

static void admit(struct loop *loop, int fd, const struct sockaddr *peer)
{
	struct edge *edge = loop->edge;
	int before = atomic_fetch_add(&edge->connections, 1);
	int most = edge->settings.connections_max;

	/* A TLS handshake is more work than a refusal is worth. */
	if (before >= (loop->tls != NULL ? most : most + TOLD_MAX)) {
		atomic_fetch_sub(&edge->connections, 1);
		count(&loop->counters.turned_away, 1);
		close(fd);
		return;
	}
	count(before >= most ? &loop->counters.turned_away
			     : &loop->counters.accepted,
	    1);
	conn_open(loop, fd, peer, before >= most);
}

static void on_acceptable(evutil_socket_t listener, short what, void *arg)
{
	struct loop *loop = arg;
	struct sockaddr_storage peer;

	(void)what;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		socklen_t len = sizeof(peer);
		void *any = &peer;
		int fd =
		    accept4(listener, any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			admit(loop, fd, any);
			continue;
		}
		/* Out of descriptors or memory: the next tick tries again. */
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		    errno == ENOMEM)
			stop_accepting(loop);
		return;
	}
}

/* Ends the thread when there is nothing left to do, or no time left. */
static void end_if_done(struct loop *loop)
{
	if (loop->conns == NULL || clock_tick() >= loop->close_until)
		event_base_loopbreak(loop->base);
}

static void check_all(struct loop *loop)
{
	struct conn *conn = loop->conns;
	int64_t now = clock_tick();

	while (conn != NULL) {
		struct conn *next = conn->next;

		conn_check(conn, now);
		conn = next;
	}
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;

	(void)fd;
	(void)what;
	check_all(loop);
	if (loop->closing)
		end_if_done(loop);
	else if (!loop->accepting) {
		event_add(loop->acceptable, NULL);
		loop->accepting = true;
	}
}

static void take_answers(struct loop *loop, struct request *rq)
{
	while (rq != NULL) {
		struct request *next = rq->next;
		struct exchange *exchange = rq->edge;

		if (exchange->conn != NULL)
			conn_answered(exchange->conn);
		else
			loop_release(loop, rq);
		rq = next;
	}
}

static void begin_close(struct loop *loop, int64_t until)
{
	loop->closing = true;
	loop->close_until = until;
	stop_accepting(loop);
	close(loop->listener);
	loop->listener = -1;
	check_all(loop);
	end_if_done(loop);
}

static void on_woken(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;
	struct mail mail;
	uint64_t rings;

	(void)what;
	if (read(fd, &rings, sizeof(rings)) < 0)
		return;
	mailbox_empty(loop->mailbox, &mail);
	if (mail.tls != NULL) {
		tls_close(loop->tls);
		loop->tls = mail.tls;
	}
	take_answers(loop, mail.answers);
	if (mail.close && !loop->closing)
		begin_close(loop, mail.until);
}

/* --- life ---------------------------------------------------------------- */

/* Only the loop's own thread touches its base, so it needs no locks. */
static struct event_base *new_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

bool loop_open(struct loop *loop, struct edge *edge, int listener,
    struct err *err)
{
	const struct timeval tick = { 0, TICK_MS * 1000L };

	loop->edge = edge;
	loop->listener = listener;
	loop->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	loop->base = new_base();
	if (loop->wake < 0 || loop->base == NULL)
		return fail(err, FAULT_IO, "cannot make an event loop");
	loop->mailbox = mailbox_new(loop->wake);
	if (edge->tls != NULL)
		tls_share(edge->tls);
	loop->tls = edge->tls;
	random_bytes(&loop->id_prefix, sizeof(loop->id_prefix));
	loop->acceptable = event_new(loop->base, listener, EV_READ | EV_PERSIST,
	    on_acceptable, loop);
	loop->woken = event_new(loop->base, loop->wake, EV_READ | EV_PERSIST,
	    on_woken, loop);
	loop->tick = event_new(loop->base, -1, EV_PERSIST, on_tick, loop);
	event_add(loop->acceptable, NULL);
	event_add(loop->woken, NULL);
	event_add(loop->tick, &tick);
	loop->accepting = true;
	return true;
}

static void *run(void *arg)
{
	struct loop *loop = arg;

	event_base_loop(loop->base, 0);
	while (loop->conns != NULL)
		conn_drop(loop->conns);
	return NULL;
}

bool loop_start(struct loop *loop, struct err *err)
{
	sigset_t all, before;
	int failed;

	/* Signals are for the thread that opened the edge. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&loop->thread, NULL, run, loop);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed != 0)
		return fail(err, FAULT_IO, "cannot start a thread");
	loop->running = true;
	return true;
}

static void free_event(struct event *event)
{
	if (event != NULL)
		event_free(event);
}

void loop_close(struct loop *loop)
{
	free_event(loop->acceptable);
	free_event(loop->woken);
	free_event(loop->tick);
	if (loop->base != NULL)
		event_base_free(loop->base);
	if (loop->mailbox != NULL)
		mailbox_abandon(loop->mailbox);
	while (loop->spares > 0)
		arena_free(loop->spare[--loop->spares]);
	tls_close(loop->tls);
	if (loop->listener >= 0)
		close(loop->listener);
	if (loop->wake >= 0)
		close(loop->wake);
}
