/* A connection, and the only wait for Postgres. */
#include "store.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define CONNECT_MS 10000
#define OLDEST_SERVER 150000

/* --- waiting ------------------------------------------------------------- */

static int milliseconds_until(int64_t tick)
{
	int64_t left = tick - clock_tick();

	if (tick == 0)
		return -1;
	return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

/* What the socket is ready for; 0 when `until` (a tick; 0: never) passed. */
static short wait_socket(const struct db *db, short events, int64_t until)
{
	struct pollfd fd = { .fd = PQsocket(db->pg), .events = events };

	if (fd.fd < 0)
		return POLLERR;
	for (;;) {
		int ready = poll(&fd, 1, milliseconds_until(until));

		if (ready > 0)
			return fd.revents;
		if (ready == 0 && until != 0 && clock_tick() >= until)
			return 0;
	}
}

bool db_lose(struct db *db, struct err *err)
{
	db->lost = true;
	return fail(err, FAULT_UNAVAILABLE,
	    "the connection to the database is lost");
}

/* libpq 15 cannot cancel without blocking. The server notices that the socket
 * is shut (client_connection_check_interval) and gives up by itself. */
static bool give_up(struct db *db, struct err *err)
{
	db->lost = true;
	if (PQsocket(db->pg) >= 0)
		(void)shutdown(PQsocket(db->pg), SHUT_RDWR);
	return fail(err, FAULT_UNAVAILABLE,
	    "the database did not answer in time");
}

bool db_wait(struct db *db, struct err *err)
{
	/* A lost socket is not busy: PQgetResult then tells of the loss. */
	while (PQisBusy(db->pg)) {
		short unsent = PQflush(db->pg) > 0 ? POLLOUT : 0;
		short ready =
		    wait_socket(db, (short)(POLLIN | unsent), db->deadline);

		if (ready == 0)
			return give_up(db, err);
		if ((ready & ~POLLOUT) != 0)
			(void)PQconsumeInput(db->pg);
	}
	return true;
}

bool db_wait_input(struct db *db, int ms, struct err *err)
{
	int64_t until = ms < 0 ? db->deadline : clock_tick() + ms;
	short ready = wait_socket(db, POLLIN, until);

	if (ready == 0)
		return ms >= 0 || give_up(db, err);
	if (PQconsumeInput(db->pg) == 0)
		return db_lose(db, err);
	return true;
}

bool db_wait_sent(struct db *db, struct err *err)
{
	int unsent;

	while ((unsent = PQflush(db->pg)) > 0) {
		short ready = wait_socket(db, POLLIN | POLLOUT, db->deadline);

		if (ready == 0)
			return give_up(db, err);
		/* Who sends without reading may wait for a server that does
		 * the same. */
		if ((ready & ~POLLOUT) != 0 && PQconsumeInput(db->pg) == 0)
			return db_lose(db, err);
	}
	return unsent == 0 || db_lose(db, err);
}

/* --- answers ------------------------------------------------------------- */

/* What is wrong with the statement itself (class 42) is said in Postgres' own
 * words, which quote the statement; all other messages may quote data. */
static const char *own_words(const PGresult *result, const char *state)
{
	const char *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (words != NULL && strncmp(state, "42", 2) == 0)
		return words;
	return refusal_condition(state);
}

bool db_refused(struct db *db, const PGresult *result, const char *label,
    struct err *err)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *of = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
	const char *at = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);

	if (PQstatus(db->pg) == CONNECTION_BAD || state == NULL)
		return db_lose(db, err);
	if (refusal_ends(state))
		db->lost = true;
	return fail(err, refusal_fault(state), "%s: %s %s%s%s%s%s", label,
	    state, own_words(result, state), of != NULL ? ", constraint " : "",
	    of != NULL ? of : "", at != NULL ? ", at character " : "",
	    at != NULL ? at : "");
}

/* False when it is a refusal, or a COPY where there must be none. */
static bool accept_result(struct db *db, const PGresult *result,
    const char *label, struct err *err)
{
	switch ((int)PQresultStatus(result)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
	case PGRES_EMPTY_QUERY:
		return true;
	case PGRES_COPY_IN:
	case PGRES_COPY_OUT:
	case PGRES_COPY_BOTH:
		give_up(db, &(struct err){ 0 });
		return fail(err, FAULT_INTERNAL, "%s: is a COPY", label);
	default:
		return db_refused(db, result, label, err);
	}
}

PGresult *db_result(struct db *db, const char *label, struct err *err)
{
	PGresult *last = NULL, *next;
	bool accepted = true;

	while (!db->lost && db_wait(db, err) &&
	       (next = PQgetResult(db->pg)) != NULL) {
		PQclear(last);
		last = next;
		accepted = accept_result(db, next, label, err) && accepted;
	}
	if (last == NULL)
		db_lose(db, err);
	if (!db->lost && accepted)
		return last;
	PQclear(last);
	return NULL;
}

bool db_ready(struct db *db, struct err *err)
{
	assert(!db->pipe.on && db->copy == COPY_NONE);
	return !db->lost || db_lose(db, err);
}

/* --- connecting ---------------------------------------------------------- */

#define KEYWORDS_MAX 64

struct parameters {
	const char *keys[KEYWORDS_MAX];
	const char *values[KEYWORDS_MAX];
	int count;
};

static void parameter(struct parameters *p, const char *key, const char *value)
{
	assert(p->count < KEYWORDS_MAX - 1);
	p->keys[p->count] = key;
	p->values[p->count++] = value;
}

static bool is_private(const PQconninfoOption *options)
{
	for (const PQconninfoOption *o = options; o->keyword != NULL; o++)
		if (strcmp(o->keyword, "user") == 0)
			return o->val != NULL &&
			       strcmp(o->val, CLUSTER_USER) == 0;
	return false;
}

/*
 * The session's settings go with the connection's first packet: they cost no
 * round trip, and a role that came so is the one RESET ROLE goes back to.
 * Serving's statements are short and asked for ever, so their plans are made
 * once; those of an import are long and see a table of another size each time.
 */
static void session_settings(struct buf *out, const char *role)
{
	bool serve = role != NULL && strcmp(role, "homeroom_serve") == 0;

	buf_puts(out, " -c search_path=pg_catalog -c jit=off"
		      " -c TimeZone=UTC -c DateStyle=ISO -c bytea_output=hex"
		      " -c client_min_messages=warning"
		      " -c client_connection_check_interval=1000");
	if (serve)
		buf_puts(out, " -c plan_cache_mode=force_generic_plan");
	if (role != NULL)
		buf_printf(out, " -c role=%s", role);
}

static PGconn *start(const PQconninfoOption *url, const char *role)
{
	struct parameters p = { 0 };
	struct buf session = { 0 };
	bool login = role != NULL && is_private(url);
	PGconn *pg;

	for (const PQconninfoOption *o = url; o->keyword != NULL; o++) {
		if (o->val == NULL)
			continue;
		if (strcmp(o->keyword, "options") == 0)
			buf_puts(&session, o->val);
		else if (strcmp(o->keyword, "user") != 0 || !login)
			parameter(&p, o->keyword, o->val);
	}
	if (login)
		parameter(&p, "user", role);
	session_settings(&session, role);
	parameter(&p, "options", buf_text(&session));
	parameter(&p, "client_encoding", "UTF8");
	parameter(&p, "fallback_application_name", "homeroom");
	pg = PQconnectStartParams(p.keys, p.values, 0);
	buf_free(&session);
	return pg;
}

/* libpq's message names the socket and the host first; what went wrong stands
 * behind, in its first line. */
static bool refused_connection(struct db *db, struct err *err)
{
	const char *text = PQerrorMessage(db->pg);
	const char *mark = strstr(text, "failed: ");

	if (mark != NULL)
		text = mark + strlen("failed: ");
	return fail(err, FAULT_UNAVAILABLE,
	    "can't connect to the database: %.*s", (int)strcspn(text, "\n"),
	    text);
}

static bool finish_connecting(struct db *db, struct err *err)
{
	PostgresPollingStatusType next = PGRES_POLLING_WRITING;

	while (next != PGRES_POLLING_OK) {
		short events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT;

		if (PQstatus(db->pg) == CONNECTION_BAD ||
		    next == PGRES_POLLING_FAILED)
			return refused_connection(db, err);
		if (wait_socket(db, events, db->deadline) == 0)
			return give_up(db, err);
		next = PQconnectPoll(db->pg);
	}
	if (PQserverVersion(db->pg) < OLDEST_SERVER)
		return fail(err, FAULT_DATABASE,
		    "the database is older than PostgreSQL 15");
	return true;
}

static void ignore_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

bool db_connect(struct db **out, const char *url, const char *role,
    struct err *err)
{
	PQconninfoOption *options = PQconninfoParse(url, NULL);
	struct db *db;

	if (options == NULL)
		return fail(err, FAULT_INVALID,
		    "the database's URL can't be read");
	db = memory_new(sizeof(*db));
	random_bytes(db->key, sizeof(db->key));
	db->deadline = clock_tick() + CONNECT_MS;
	db->pg = start(options, role);
	PQconninfoFree(options);
	assert(db->pg != NULL);
	if (!finish_connecting(db, err)) {
		db_close(db);
		return false;
	}
	PQsetNoticeReceiver(db->pg, ignore_notice, NULL);
	db->lost = PQsetnonblocking(db->pg, 1) != 0;
	db->deadline = 0;
	*out = db;
	return true;
}

bool db_open(struct db **out, const char *url, enum db_role role,
    struct err *err)
{
	static const char *const names[] = {
		[DB_OWNER] = "homeroom_owner",
		[DB_INGEST] = "homeroom_ingest",
		[DB_SERVE] = "homeroom_serve",
	};

	return db_connect(out, url, names[role], err);
}

void db_close(struct db *db)
{
	if (db == NULL)
		return;
	PQfinish(db->pg);
	PQfreemem(db->copied);
	memory_free(db->pipe.sent);
	memory_free(db);
}

bool db_usable(const struct db *db)
{
	return !db->lost && PQstatus(db->pg) == CONNECTION_OK;
}

void db_deadline(struct db *db, int64_t tick)
{
	db->deadline = tick;
}
