/*
 * Inside the edge: reading requests strictly, choosing their route, and
 * connections on event loops.
 *
 * Everything here runs on the loop that owns the connection, except what a
 * comment says runs elsewhere. The edge never waits: not for a client, not for
 * a worker, and it cannot reach the database.
 */
#ifndef HOMEROOM_SERVE_EDGE_H
#define HOMEROOM_SERVE_EDGE_H

#include "../serve.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

/* What a client can make us hold. */
#define TARGET_MAX ((size_t)8 * 1024)             /* else 414 */
#define HEAD_MAX (TARGET_MAX + (size_t)16 * 1024) /* else 431 */
#define FIELDS_MAX ((size_t)100)                  /* else 431 */
#define BODY_MAX ((size_t)1024 * 1024)            /* else 413 */
#define CHUNK_LINE_MAX ((size_t)256)
#define TRAILERS_MAX ((size_t)4 * 1024)
#define BODIES_MAX ((size_t)64 * 1024 * 1024) /* all connections; else 503 */

/* --- what is refused ------------------------------------------------------ */

/* Every refusal closes the connection: what follows cannot be trusted. */
/* clang-format off */
#define REFUSALS(X) \
	X(NOT_HTTP,       400, BAD_REQUEST,       "This is not HTTP.") \
	X(BARE_LF,        400, BAD_REQUEST,       "A line must end with CR and LF.") \
	X(REQUEST_LINE,   400, BAD_REQUEST,       "The request line is malformed.") \
	X(METHOD,         501, BAD_METHOD,        "This method is not implemented.") \
	X(TARGET,         400, BAD_REQUEST,       "The URI holds something that RFC 3986 does not allow.") \
	X(DOT_SEGMENT,    400, BAD_REQUEST,       "The URI holds a dot segment.") \
	X(TARGET_LONG,    414, URI_TOO_LONG,      "The URI is too long.") \
	X(VERSION,        505, BAD_REQUEST,       "Only HTTP/1.1 and HTTP/1.0 are spoken here.") \
	X(FIELD,          400, BAD_REQUEST,       "A header is malformed.") \
	X(FIELD_VALUE,    400, BAD_REQUEST,       "A header's value holds a control character.") \
	X(FOLDED,         400, BAD_REQUEST,       "A header is folded over two lines.") \
	X(FIELDS_MANY,    431, HEADERS_TOO_LARGE, "There are too many headers.") \
	X(HEAD_LONG,      431, HEADERS_TOO_LARGE, "The headers are too large.") \
	X(REPEATED,       400, BAD_REQUEST,       "A header that may stand once stands twice.") \
	X(HOST,           400, BAD_REQUEST,       "One valid Host header is required.") \
	X(LENGTH,         400, BAD_REQUEST,       "Content-Length must be a plain number.") \
	X(LENGTH_CODING,  400, BAD_REQUEST,       "Content-Length and Transfer-Encoding exclude each other.") \
	X(CODING,         501, BAD_CODING,        "The only transfer coding here is chunked.") \
	X(CODING_OLD,     400, BAD_REQUEST,       "HTTP/1.0 has no transfer codings.") \
	X(EXPECT,         417, BAD_REQUEST,       "The only expectation met here is 100-continue.") \
	X(BODY_LONG,      413, TOO_LARGE,         "The body is too large.") \
	X(CHUNK,          400, BAD_REQUEST,       "The chunked body is malformed.") \
	X(TRAILERS_LONG,  431, HEADERS_TOO_LARGE, "The trailers are too large.") \
	X(LATE,           408, BAD_REQUEST,       "The request took too long to arrive.") \
	X(FULL,           503, UNAVAILABLE,       "There are too many connections.") \
	X(BODIES_FULL,    503, UNAVAILABLE,       "There are too many large requests.") \
	X(OVERDUE,        503, UNAVAILABLE,       "The answer took too long.")
/* clang-format on */

enum refusal {
	REFUSE_NOTHING,
#define REFUSAL_ENUM(name, status, fault, text) REFUSE_##name,
	REFUSALS(REFUSAL_ENUM)
#undef REFUSAL_ENUM
	    REFUSAL_COUNT
};

struct refusal_rule {
	const char *name;
	int status;
	enum fault fault;
	const char *text;
};

extern const struct refusal_rule refusal_rules[REFUSAL_COUNT];

/* --- http.c: bytes to a request; bytes only, nothing is sent -------------- */

/* Where the search for a head's end stands. Zeroed at its start. */
struct head_search {
	size_t start; /* of the head, after empty lines */
	size_t line;  /* of the line that is not whole yet */
	size_t end;   /* behind the head's empty line; 0: not there yet */
};

/* Goes on with what arrived: data is all since the search began. Refuses as
 * soon as the bytes cannot become a head. */
enum refusal head_find(struct head_search *search, const char *data,
    size_t len) must_use;

struct head {
	enum method method;
	const char *path;  /* as sent, without the query; NULL until parsed */
	const char *query; /* as sent, or NULL */
	const char *host;  /* of the target or of Host; NULL: HTTP/1.0 only */
	const struct param *fields;
	size_t field_count;
	size_t length; /* Content-Length, at most BODY_MAX */
	bool chunked;
	bool keep;    /* the client means to ask again */
	bool old;     /* HTTP/1.0 */
	bool expects; /* 100-continue */
};

/* Parses a whole head, which it writes into and which must outlive `head`.
 * Path and query are set before anything behind them is refused. */
enum refusal head_parse(struct head *head, struct arena *arena, char *bytes,
    size_t len) must_use;
/* The value of a header, joined where it was sent in parts, or NULL. */
const char *head_field(const struct head *head, const char *name);
/* host or host:port as RFC 3986 §3.2 spells them, not empty, no user. */
bool host_valid(const char *host);

struct body {
	enum {
		BODY_DONE,
		BODY_COUNTED,
		BODY_CHUNK_LINE,
		BODY_CHUNK,
		BODY_CHUNK_END,
		BODY_TRAILERS,
	} state;
	size_t left;     /* of the length, or of this chunk */
	size_t trailers; /* their bytes so far */
};

void body_start(struct body *body, const struct head *head);
/* Takes what it can from data, tells how much, and adds to `out`. Done when
 * body->state is BODY_DONE; what it left belongs to the next request. */
enum refusal body_take(struct body *body, const char *data, size_t len,
    size_t *used, struct buf *out) must_use;

/* --- routes.c, params.c, accept.c ----------------------------------------- */

#define SEGMENTS_MAX 12

struct route_entry {
	const struct route *route;
	size_t count;
	struct text segments[SEGMENTS_MAX];
};

/* The routes in order of their lengths; literal segments before ids. */
struct routes {
	struct route_entry *entries;
	size_t count;
	size_t
	    first[SEGMENTS_MAX + 2]; /* of the entries with so many segments */
};

void routes_open(struct routes *routes, struct arena *arena,
    const struct route *const *tables);
/* Sets rq->route and rq->ids from rq->path and rq->method, or fails with
 * NOT_FOUND, BAD_METHOD or BAD_REQUEST. `*methods` is what the path allows. */
bool routes_find(const struct routes *routes, struct request *rq,
    unsigned *methods, struct err *err) must_use;
/* "GET, HEAD, OPTIONS" for Allow. */
const char *methods_text(struct arena *arena, unsigned methods);
/* Of the route, or of what the path begins with. */
enum dialect request_dialect(const struct request *rq);

/* rq->params from rq->query. */
bool params_parse(struct request *rq, struct err *err) must_use;

/* Whether an Accept header (NULL: none) lets `media` through. */
bool accept_allows(const char *accept, const char *media);
bool accept_gzip(const char *accept_encoding);
/* Whether a list like "close, TE" holds the word, whatever its case. */
bool list_holds(const char *list, const char *word);

/* --- networks.c ----------------------------------------------------------- */

struct address {
	unsigned char bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
};

struct network {
	struct address address;
	int bits;
};

void address_from(struct address *address, const struct sockaddr *from);
bool address_parse(struct address *address, struct text text) must_use;
const char *address_text(struct arena *arena, const struct address *address);
bool networks_hold(const struct networks *networks,
    const struct address *address);

/* --- origin.c: who asks, and under which name ----------------------------- */

struct origin {
	const struct networks *proxies;
	const char *public_url; /* no slash at the end; or NULL */
	const char *authority;  /* where a client that named no host came */
	bool secure;            /* TLS ends here */
};

/* Sets rq->client and rq->base_url. */
void origin_tell(struct request *rq, const struct head *head,
    const struct origin *origin, const struct address *peer);

/* --- reply.c, faults.c: a request to bytes -------------------------------- */

/* Turns rq->err into the reply in the route's dialect. */
void fault_render(struct request *rq);
/* Adds the status line and headers of rq's answer. */
struct reply_head {
	const char *date;
	bool close;
	bool old; /* HTTP/1.0 */
};
void reply_compose(struct buf *out, const struct request *rq,
    const struct reply_head *head);
/* How many bytes its body has. */
uint64_t reply_length(const struct request *rq);
/* Whether an answer of this status has a body. */
bool status_has_body(int status);
const char *status_reason(int status); /* "Not Found", or "" */

/* --- file.c: bodies that lie in files ------------------------------------- */

struct reply_file {
	int fd;
	int64_t at, left; /* what was not read yet */
};

/* The next piece, in place of what `out` held. False: the file is shorter than
 * it was, or can't be read. */
bool file_read(struct reply_file *file, struct buf *out) must_use;

/* --- wire.c, tls.c: bytes to and from a socket ---------------------------- */

struct ssl_st;
struct ssl_ctx_st;
struct iovec;

struct wire {
	int fd;
	struct ssl_st *ssl; /* NULL: plain */
};

enum wired {
	WIRE_DONE,
	WIRE_UNTIL_READABLE, /* nothing moved; try when the socket is … */
	WIRE_UNTIL_WRITABLE,
	WIRE_ENDED, /* the client sends no more */
	WIRE_BROKEN,
};

enum wired wire_read(struct wire *wire, void *to, size_t room, size_t *got);
/* Sends from the parts, in order, as much as goes. */
enum wired wire_write(struct wire *wire, const struct iovec *parts, int count,
    size_t *sent);
/* Tells the client that nothing more will come. */
void wire_finish(struct wire *wire);
void wire_close(struct wire *wire);

bool tls_open(struct ssl_ctx_st **out, const char *certificate, const char *key,
    struct err *err) must_use;
void tls_close(struct ssl_ctx_st *tls); /* NULL is fine */
void tls_share(struct ssl_ctx_st *tls); /* one tls_close more */
struct ssl_st *tls_accept(struct ssl_ctx_st *tls, int fd);

/* --- exchange.c: a request and its answer, whatever carries them ---------- */

struct conn;
struct loop;

/* The edge's part of a request; rq->edge points to it. Both are the arena's. */
struct exchange {
	struct request rq;
	struct conn *conn; /* NULL: nobody waits for the answer any more */
	struct loop *loop; /* gone when the mailbox is abandoned */
	struct mailbox *mailbox;
	struct head head;
	struct body body;
	struct buf bytes;      /* of the body */
	struct param *headers; /* rq->headers, to be written */
	bool answered;         /* without the route's handler */
	uint64_t planned;      /* bytes of the answer, as noted; 0: it is not */
};

struct exchange *exchange_begin(struct loop *loop, struct conn *conn,
    int64_t arrived) must_use;
/* Reads the head, which must be whole. */
enum refusal exchange_parse(struct exchange *exchange, const char *bytes,
    size_t len, const struct address *peer) must_use;
/* Instead, of a head that was refused as it came: only what tells how to say
 * so. */
void exchange_peek(struct exchange *exchange, const char *bytes, size_t len);
/* All that can be known before the body: whether it is worth reading. False:
 * the answer is ready. */
bool exchange_admit(struct exchange *exchange) must_use;
/* Once the body is there. False: the answer is ready; else a worker has it. */
bool exchange_run(struct exchange *exchange) must_use;
void exchange_refuse(struct exchange *exchange, enum refusal refusal);
/* Renders the fault, if there is one, and adds the answer's head to `out`. */
void exchange_compose(struct exchange *exchange, struct buf *out, bool close);
/* Logs what was answered, with so many bytes, if anything; notes what of it was
 * not; frees all. */
void exchange_end(struct exchange *exchange, uint64_t bytes);

/* --- mailbox.c ----------------------------------------------------------- */

/*
 * Where workers leave answers for a loop; its lock and its queue are all that
 * a loop shares. It outlives its loop until the last answer came back.
 */
struct mailbox;

struct mailbox *mailbox_new(int wake);
/* Loop: before a request is given away; and when that failed after all. */
void mailbox_lend(struct mailbox *mailbox);
void mailbox_unlend(struct mailbox *mailbox);
/* Any thread: what a loop is asked to do besides. */
void mailbox_ask_close(struct mailbox *mailbox, int64_t until);
void mailbox_ask_tls(struct mailbox *mailbox, struct ssl_ctx_st *tls);

struct mail {
	struct request *answers; /* first come first, by next */
	struct ssl_ctx_st *tls;  /* to be used from now on, or NULL */
	bool close;
	int64_t until;
};

void mailbox_empty(struct mailbox *mailbox, struct mail *mail);
/* The loop is gone; answers to come are dropped. */
void mailbox_abandon(struct mailbox *mailbox);

/* --- loop.c, listen.c, edge.c -------------------------------------------- */

struct event;
struct event_base;

/* Written by one loop, read by anybody. */
struct counters {
	atomic_uint_fast64_t
	    answers[6];             /* by the first digit of their status */
	atomic_uint_fast64_t known; /* what an errand knew without a worker */
	atomic_uint_fast64_t accepted, turned_away;
	atomic_uint_fast64_t received, sent; /* bytes */
};

static inline void count(atomic_uint_fast64_t *counter, uint64_t more)
{
	atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

#define SPARE_ARENAS 32

struct loop {
	struct edge *edge;
	struct event_base *base;
	int listener, wake;
	struct event *acceptable, *woken, *tick;
	bool accepting;
	struct mailbox *mailbox;
	struct ssl_ctx_st *tls; /* NULL: plain */
	struct conn *conns;
	struct arena *spare[SPARE_ARENAS];
	int spares;
	char date[32];
	int64_t date_second;
	uint32_t id_prefix, id_count;
	bool closing;
	int64_t close_until;
	struct counters counters;
	pthread_t thread;
	bool running;
};

struct edge {
	struct arena *arena;
	struct edge_settings settings;
	struct routes routes;
	struct networks proxies;
	const char *authority; /* host:port where we listen */
	int port;
	struct ssl_ctx_st *tls;
	atomic_int connections;
	atomic_size_t bodies; /* bytes held for bodies */
	struct loop *loops;
	int loop_count;
};

/* Takes the listening socket over, also when it fails. */
bool loop_open(struct loop *loop, struct edge *edge, int listener,
    struct err *err) must_use;
bool loop_start(struct loop *loop, struct err *err) must_use;
/* Once its thread has ended, or never ran. */
void loop_close(struct loop *loop);
const char *loop_date(struct loop *loop);
struct arena *loop_arena(struct loop *loop) must_use;
/* A request is over: its memory may serve the next. */
void loop_release(struct loop *loop, struct request *rq);

/* Opens `count` sockets on one port: any free one where it is 0. */
bool listen_open(struct edge *edge, int *sockets, int count,
    struct err *err) must_use;

/* --- conn.c, steps.c ----------------------------------------------------- */

/* READING → BODY → WORKING → SENDING → READING …; then LINGERING → OVER. */
enum conn_state {
	CONN_READING,   /* a head arrives */
	CONN_BODY,      /* a body arrives */
	CONN_WORKING,   /* a worker has the request */
	CONN_SENDING,   /* the answer leaves */
	CONN_LINGERING, /* all is sent; what still comes is thrown away */
	CONN_OVER,
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
	enum conn_state state;
	int64_t deadline; /* of the state */
	int64_t arrived;  /* the first byte of this request; 0: none yet */
	struct address peer;
	struct buf in;
	size_t used; /* of `in` */
	struct head_search search;
	struct exchange *exchange;
	struct buf out;   /* head of the answer, and its body if short; then
			     pieces of a file */
	size_t sent;      /* of `out`, then of the answer's body */
	uint64_t earlier; /* bytes of this answer that were sent before `out` */
};

/* Takes a fresh socket over. `full`: only to be told so. */
void conn_open(struct loop *loop, int fd, const struct sockaddr *peer,
    bool full);
/* The worker is done with the request of this connection. */
void conn_answered(struct conn *conn);
/* What the clock asks of a connection, which may end. */
void conn_check(struct conn *conn, int64_t now);
/* Ends at once, whatever is under way. */
void conn_drop(struct conn *conn);

/* Goes one step on in its state; false when it must wait. */
bool conn_step(struct conn *conn);
/* Waits for the next request. */
void conn_await(struct conn *conn);
/* Begins with a request whose head is whole, or refuses what there is. */
void conn_begin(struct conn *conn, enum refusal refusal);
void conn_refuse(struct conn *conn, enum refusal refusal);
/* Sends what the exchange has; there is no way back to another answer. */
void conn_send(struct conn *conn);
void conn_hang_up(struct conn *conn);

#endif
