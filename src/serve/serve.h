/*
 * Inside serve: a request, the routes, and how the edge and the workers hand
 * requests to each other.
 *
 * A request belongs to one thread at a time: its loop, then a worker, then its
 * loop. Handing it over is the only synchronisation.
 */
#ifndef HOMEROOM_SERVE_SERVE_H
#define HOMEROOM_SERVE_SERVE_H

#include "homeroom/base.h"

#include <stdatomic.h>

enum method {
	METHOD_GET = 1,
	METHOD_HEAD = 2, /* allowed wherever GET is; the edge sends no body */
	METHOD_POST = 4,
	METHOD_PUT = 8,
	METHOD_DELETE = 16,
	METHOD_PATCH = 32,
	METHOD_OPTIONS = 64, /* answered by the edge from the routes */
};

/* How a fault is written for the client of this route. */
enum dialect {
	DIALECT_PROBLEM,      /* RFC 9457 application/problem+json */
	DIALECT_OAUTH,        /* RFC 6749 §5.2 */
	DIALECT_ONEROSTER_11, /* statusInfoSet */
	DIALECT_ONEROSTER_12, /* imsx_StatusInfo at the root */
};

#define ROUTE_IDS_MAX 3

/* Who asks; filled by the route's admit(). */
struct caller {
	int64_t application; /* 0: nobody */
	int64_t epoch;       /* of the application when the token was given */
	unsigned scopes;     /* bits of enum scope */
	bool full;           /* a grant over everything */
};

struct request;
struct reply_file;
struct reading; /* publish.h */
struct db;      /* store.h */

/*
 * What a worker does for a request; straight-line code, one thread at a time.
 * Either it reads: `ask` says what, the worker reads it in one round trip with
 * what others of the same application ask, and `answer` makes the reply. What
 * is asked may be asked again after a lost connection. Or it does anything
 * else: `run` has the worker's connection (homeroom_serve) to itself, outside
 * a transaction, and must leave none open.
 */
struct errand {
	bool (
	    *ask)(struct request *rq, struct reading *reading, struct err *err);
	void (*answer)(struct request *rq, struct reading *reading);
	bool (*run)(struct request *rq, struct db *db, struct err *err);
	/* `run` gives the request back itself, by loop_take_back, also later
	 * and from another thread. */
	bool keeps;
	/* On the loop, never waiting: answers what needs no worker; or false.
	 * NULL: nothing. */
	bool (*knows)(struct request *rq);
	/* On the loop: whether it is so much work that it goes alone. NULL:
	 * never. */
	bool (*large)(const struct request *rq);
};

struct route {
	unsigned methods; /* METHOD_GET | METHOD_POST … */
	const char *path; /* "/ims/oneroster/v1p1/users/{}": {} is an id */
	enum dialect dialect;
	unsigned scopes; /* any one of these suffices; 0: none needed */
	/* On the loop, before anything else, never waiting; NULL: everybody. */
	bool (*admit)(struct request *rq, struct err *err);
	/* Exactly one of the two. here: on the loop, never waiting. */
	bool (*here)(struct request *rq, struct err *err);
	const struct errand *errand; /* on a worker */
	const void *of;              /* what the handler serves */
	const char *media;           /* what it makes; NULL: application/json */
	bool oauth1; /* signed requests (OAuth 1.0a) pass, too */
};

struct request {
	struct arena *arena;
	struct err err;
	char id[65]; /* X-Request-Id: the client's when it is sane, else ours */

	/* What was asked. */
	enum method method;
	const char *path;  /* as sent, without the query */
	const char *query; /* as sent, or NULL */
	const struct route *route;
	struct text ids[ROUTE_IDS_MAX]; /* of the {} in the path, decoded */
	const struct param *params;     /* of the query: valid UTF-8, no NUL */
	size_t param_count;
	struct text body;
	const char
	    *base_url; /* "https://host[:port]", never a slash at the end */
	const char *client; /* address, from trusted forwarded headers */
	int64_t arrived;    /* clock_tick */
	int64_t deadline;   /* clock_tick; the answer is given up after it */
	struct caller caller;
	struct account *account; /* accounts.c: who pays for it; NULL: nobody */
	const struct claim *claim; /* oauth/signed.c: the caller is not proven
				      yet; NULL: it is */

	/* The answer. status 0 is 200. */
	int status;
	const char *media; /* Content-Type; NULL: the route's */
	struct buf reply;
	struct reply_file *file;     /* instead of `reply`, where not NULL */
	const struct param *headers; /* added by reply_header */
	size_t header_count;
	int64_t rows;       /* for the log and the audit, as what follows */
	int64_t version;    /* of the roster that was read */
	const char *filter; /* the fields it filters by: "role,status" */
	const char *since;  /* of a delta: a version, or a time */

	void *edge; /* the edge's own: connection, loop */
	void *
	    job; /* the worker's own: what the errand keeps between its steps */
	struct request *next; /* in a queue */
};

/* A header of the request, or NULL. Borrowed. Loop or worker. */
const char *request_header(const struct request *rq, const char *name);
/* The value of a query parameter, or NULL; the last one wins. */
const char *request_param(const struct request *rq, const char *name);
/* Adds a header; name is borrowed for ever, value is copied. */
void reply_header(struct request *rq, const char *name, const char *value);
/* The answer's body is `len` bytes of a file, from `at` on; fd is taken over.
 * The file must not change any more. */
void reply_file(struct request *rq, int fd, int64_t at, int64_t len);
/* Whether the body is of this media type, else FAULT_BAD_MEDIA. */
bool request_media(const struct request *rq, const char *media,
    struct err *err) must_use;

/* How a reply's body is sent. */
enum coding {
	CODING_NEVER, /* as it is, whoever asks: not worth compressing */
	CODING_NONE,  /* as it is, since the client takes nothing else */
	CODING_GZIP,
};

enum coding reply_coding(const struct request *rq);
bool request_takes_gzip(const struct request *rq);
/* Compresses `reply` when the client takes gzip, it is worth it, and it is
 * not compressed yet. loop_take_back does so; only what is kept and sent again
 * calls it earlier, or sets Content-Encoding itself. */
void reply_compress(struct request *rq);

/* Networks, as in "10.0.0.0/8, ::1"; the arena's. */
struct networks {
	struct network *at;
	size_t count;
};

bool networks_parse(struct networks *networks, struct arena *arena,
    const char *list, struct err *err) must_use;
/* Whether they hold an address as rq->client tells it. */
bool networks_hold_client(const struct networks *networks, const char *client);

/* --- the edge (edge/): knows nothing of the database ---------------------- */

struct edge_settings {
	const char *listen; /* "127.0.0.1:8080", "[::]:443"; port 0: any free */
	const char *certificate, *key; /* PEM files, or both NULL */
	const char *public_url;        /* or NULL: from the request */
	const char
	    *proxies; /* addresses whose forwarded headers count, or NULL */
	int loops;    /* 0: one a core */
	int connections_max;
	/* Milliseconds, 0: the default. How long a connection may be idle, a
	 * request may take to arrive, and an answer may take to be ready. */
	int idle_ms, receive_ms, request_ms;
	/* Gives the request away; false: too busy, the edge answers 503. */
	bool (*give)(struct request *rq);
	/* On the loop, before so many bytes are sent for it: false when that
	 * must not be. Again, with less than 0, when some were not sent after
	 * all. NULL: nothing is noted. */
	bool (*note)(struct request *rq, int64_t bytes, struct err *err);
};

struct edge;

/* "GET"; a static text. */
const char *method_word(enum method method);
bool edge_open(struct edge **out, const struct edge_settings *settings,
    const struct route *const *routes, struct err *err) must_use;
/* `routes` is a NULL-terminated list of tables, each ending with a row whose
 * path is NULL. */
int edge_port(const struct edge *edge);
/* Reads certificate and key again, for connections to come. On failure what
 * was read before stays. Any thread but a loop. */
bool edge_reload(struct edge *edge, struct err *err) must_use;
/* Counters in Prometheus' text format, of the edge that `rq` came in by. */
void edge_metrics(const struct request *rq, struct buf *out);
/* Stops accepting, finishes what is under way for at most `ms`, ends. */
void edge_close(struct edge *edge, int ms);
/* Any thread: the answer is ready (or rq->err is set); the loop sends it. */
void loop_take_back(struct request *rq);

/* --- queue.c: whose turn it is -------------------------------------------- */

#define QUEUE_MAX 2048 /* requests; whoever puts sees to it */

/* The requests of one application, first come first served. */
struct lane {
	int64_t application;
	struct request *first, **end;
	struct lane *next; /* whose turn is next; or the next spare one */
};

/* Applications take turns, however many requests each has waiting. Zeroed it
 * is empty. */
struct queue {
	struct lane lanes[QUEUE_MAX];
	int used;           /* of `lanes`, ever */
	struct lane *spare; /* of these, that hold nothing */
	struct lane *last;  /* had its turn; NULL: nobody waits */
	int waiting;        /* requests */
};

void queue_put(struct queue *queue, struct request *rq);
/* Takes the first request of the application whose turn it is, and those of the
 * same that can be asked along with it, up to `max` in all; 0: none waits. */
int queue_take(struct queue *queue, struct request **batch, int max);

/* --- workers -------------------------------------------------------------- */

struct workers;

bool workers_open(struct workers **out, const char *database_url, int threads,
    struct err *err) must_use;
/* On the loop. False: too many are waiting. There is one set of workers in a
 * process. */
bool workers_give(struct request *rq);
/* Whether a worker reached Postgres within the last seconds. Any thread. */
bool workers_ready(void);
/* Counters in Prometheus' text format. Any thread. */
void workers_metrics(struct buf *out);
/* After edge_close: nothing is under way any more. */
void workers_close(struct workers *workers);

struct waiting {
	int workers, idle; /* threads */
	int small, large;  /* requests that wait for one */
};

void workers_waiting(struct waiting *out);

/* What counters.c counts: a batch of requests from counters_start() until
 * Postgres had answered, and whether it did. */
int64_t counters_start(void) must_use;
void counters_batch(int64_t start, int requests, const struct err *err);
void counters_outcome(const struct err *err);

/* --- what an application may: allowances.c, accounts.c, limits.c ---------- */

/* What was answered of a day. */
struct usage {
	int64_t application, requests, bytes;
};

/*
 * What the database says of an application, as it was told last. It decides
 * what is refused before the database is asked. What the database might refuse
 * is answered from it only while a lease runs: for SERVE_LEASE_MS since the
 * database was last asked for news and had none. Whoever takes rights away
 * waits for so long before he says that it is done (serve_settle).
 */
struct allowance {
	int64_t application, epoch;
	bool enabled;
	int64_t begins, ends; /* clock_tick: when the grant is in force */
	bool confined;
	struct networks networks; /* where it may come from, if confined */
	/* -1: it has no such limit of its own. */
	int64_t requests_per_minute, concurrency, bytes_per_day;
	struct usage used; /* today, on all servers */
	int64_t version;   /* live in its district */
	char revision[72];
};

/* Reads them all, and keeps them as the database has them in a thread of its
 * own. Once in a process, before edge_open. The URL is borrowed. */
bool allowances_open(const char *database_url, struct err *err) must_use;
void allowances_close(void); /* twice is fine */

/* Why a request is refused before the database is asked. */
/* clang-format off */
#define REASONS(X) \
	X(TOKEN,       "token",       UNAUTHORISED, "The token is not valid any more.") \
	X(ADDRESS,     "address",     REFUSED,      "This application may not ask from this address.") \
	X(PERIOD,      "period",      REFUSED,      "What this application was granted is not in force.") \
	X(CONCURRENCY, "concurrency", LIMITED,      "Too many requests of this application are under way.") \
	X(BYTES,       "bytes",       LIMITED,      "This application has been sent all that it may have in a day.") \
	X(REQUESTS,    "requests",    LIMITED,      "This application has asked too often.")
/* clang-format on */

enum reason {
#define REASON_ENUM(name, word, fault, text) REASON_##name,
	REASONS(REASON_ENUM)
#undef REASON_ENUM
	    REASON_COUNT,
	REASON_NONE = REASON_COUNT
};

#define DAY_TEXT 11 /* "2026-11-22" and NUL; UTC */

/* What an application may do and has done; accounts.c's lock guards it. */
struct account {
	struct account *next; /* in its chain */
	struct allowance may;
	bool told_of;   /* the database knows it */
	double tokens;  /* requests that it may make at once */
	int64_t filled; /* clock_tick: when they were counted */
	char day[DAY_TEXT];
	struct usage all;     /* of that day, on all servers, when last told */
	struct usage telling; /* here: on its way to the others */
	atomic_llong requests, bytes; /* here, and not told yet */
	atomic_int running;
	int64_t refused[REASON_COUNT];
};

/* `concurrency`: of those that have no such limit of their own. */
void accounts_open(int concurrency);
void accounts_close(void); /* when no request is left; twice is fine */
/* From now on these hold, whose texts are the arena's, which is taken over;
 * `day` is today. */
void accounts_learn(struct arena *arena, const char *day,
    const struct allowance *list, int count);
void accounts_trust(int64_t until); /* clock_tick; the lease */
/* What a request of this application would read now, if that is certain; its
 * networks are left out. False: only the database knows. */
bool accounts_certain(const struct caller *caller, struct allowance *out);

void accounts_lock(void);
void accounts_unlock(void);
/* Under the lock: there is always one. Accounts stay until the end. */
struct account *accounts_find(int64_t application);
struct account *accounts_next(struct account *account); /* NULL: the first */
int64_t accounts_concurrency(const struct account *account);
/* A new day begins where it has. */
void accounts_begin_day(struct account *account, const char *day);
void day_now(char out[DAY_TEXT]);

/* What applications with limits have used here since the last time, in order
 * of their numbers; the arena's. False: none has limits. */
bool accounts_used(struct arena *arena, const char *day,
    const struct usage **list, int *count);
/* What they have used of that day on all servers, as was told then. NULL: it
 * could not be told, and will be the next time. */
void accounts_told(const char *day, const struct usage *list, int count);

/* For a route's admit: as oauth_admit, and then what the allowance says. */
bool limits_admit(struct request *rq, struct err *err);
/* The answer took so many bytes. Loop. */
void limits_sent(const struct request *rq, uint64_t bytes);
void limits_forgive(struct request *rq); /* nobody has asked, after all */
void limits_metrics(struct buf *out);    /* Prometheus' text. Any thread */

/* --- entity tags: tag.c, range.c ------------------------------------------ */

/* For an errand's `knows`: whether the client has what it would be sent. */
bool tag_knows(struct request *rq);
/* Worker: the reply, which is whole, is that of this version and revision. It
 * gets its tag, or becomes a 304. */
void tag_reply(struct request *rq, int64_t version, const char *revision);

/* --- tokens (oauth/) ------------------------------------------------------ */

struct oauth_settings {
	const char *database_url;
	const char *key_file;   /* protects the signing keys at rest */
	const char *public_url; /* the issuer; NULL: a name of our own */
};

/* Reads the signing keys, makes one where there is none, and keeps them fresh
 * in a thread of its own. Once in a process, before edge_open. */
bool oauth_open(const struct oauth_settings *settings,
    struct err *err) must_use;
void oauth_close(void); /* after the edge and the workers; twice is fine */
/* For a route's admit: the request's bearer token must be ours, fresh, and
 * hold one of the route's scopes; fills rq->caller. Or, where the route has it,
 * the request claims to be signed. On any loop. Whether its application may
 * still come in is for limits_admit and session_open. */
bool oauth_admit(struct request *rq, struct err *err);
/* On a worker: proves what these requests claim, in one round trip. What is no
 * good has its rq->err; the others, their rq->caller. */
void oauth_prove(struct request *const *batch, int count, struct db *db);

extern const struct route oauth_routes[];

/* --- oneroster/ ----------------------------------------------------------- */

struct api;
struct collection;
struct link;
struct question;
struct answer;

/* A route's `of`: what it reads. */
struct target {
	const struct api *api;
	const struct collection *of;
	const struct link *link; /* NULL: the collection itself */
	bool single;
	const char *operation; /* operationId */
};

/* And of a route that gives a document. */
struct document {
	const char *text; /* with API_SERVER where ours belongs */
	size_t len;
};

/* Made from the model's tables; the arena's. */
const struct route *oneroster_routes(struct arena *arena);
extern const struct errand oneroster_read;
bool oneroster_discover(struct request *rq, struct err *err);

/* Where the question's page begins, from the parameter `cursor`. */
bool cursor_read(const struct request *rq, struct question *question,
    struct err *err) must_use;
/* The headers Link and X-Total-Count. */
void cursor_reply(struct request *rq, const struct question *question,
    const struct answer *answer);

/* --- bundles: bundles.c, makers.c, range.c -------------------------------- */

struct export; /* publish.h */
struct export_wanted;
struct makers;

extern const struct route bundle_routes[];

/* known.c: which bundle a request is for, as of when it came. */
struct known {
	struct hash128 which;
	int64_t version; /* live then */
};

#define KNOWN_TAG 64

void known_begin(struct known *known, const struct export_wanted *wanted,
    const struct allowance *now);
/* Its tag, if it was noted. Any thread, as the next. */
bool known_find(const struct known *known, char tag[KNOWN_TAG]);
void known_note(const struct known *known, const char *tag);

/* By these makers, or by none (NULL). */
void bundles_use(struct makers *makers);
/* The answer from a file, of which it takes a descriptor of its own. */
void bundle_reply(struct request *rq, const struct export *made);
void bundle_close(struct export *made);

/* Texts are borrowed. makers_close it in any case. */
bool makers_open(struct makers **out, const char *database_url,
    const char *home, struct err *err) must_use;
/* The request waits until its bundle is made. False: too many wait. */
bool makers_give(struct makers *makers, struct request *rq,
    const struct export_wanted *wanted) must_use;
/* Gives up what is being made; all who wait are told. NULL is fine. */
void makers_close(struct makers *makers);

enum range {
	RANGE_NONE, /* all of it */
	RANGE_PART,
	RANGE_BAD, /* beyond its end */
};

struct span {
	int64_t at, len;
};

/* Which part of a file with this entity tag is asked for. */
enum range request_range(const struct request *rq, const char *tag,
    int64_t size, struct span *span);
/* Whether the client has it already, or anything at all (`*`). */
bool request_has(const struct request *rq, const char *tag);
/* Whether the client names this very tag. */
bool request_names(const struct request *rq, const char *tag);

/* --- audited.c ------------------------------------------------------------ */

struct audit; /* audit.h */

/* By this one, or by none (NULL). */
void audited_use(struct audit *audit);
/* Notes what is answered on routes that a worker serves. */
bool audited_note(struct request *rq, int64_t bytes, struct err *err);

/* --- status.c ------------------------------------------------------------- */

extern const struct route status_routes[]; /* /healthz /readyz /metrics */

#endif
