/* Queries to PostgreSQL, by libpq: row by row, of one snapshot. */
#include "query.h"

#include <assert.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include <libpq-fe.h>

/* How often we look whether to give up (ms). */
#define LOOK_MS 200

struct link {
	PGconn *pg;
	PGresult *row; /* whose values a query has now */
};

static PGconn *pg_of(const struct queries *queries)
{
	const struct link *link = queries->link;

	return link->pg;
}

/* --- waiting -------------------------------------------------------------- */

static bool wait_socket(const struct queries *queries, short events,
    struct err *err)
{
	struct pollfd fd = { .fd = PQsocket(pg_of(queries)), .events = events };

	while (!queries_late(queries, err)) {
		if (fd.fd < 0 || poll(&fd, 1, LOOK_MS) > 0)
			return true;
	}
	return false;
}

/* A lost connection is not busy: PQgetResult then tells of the loss. */
static bool wait_answer(const struct queries *queries, struct err *err)
{
	PGconn *pg = pg_of(queries);

	while (PQisBusy(pg)) {
		short unsent = PQflush(pg) > 0 ? POLLOUT : 0;

		if (!wait_socket(queries, (short)(POLLIN | unsent), err))
			return false;
		(void)PQconsumeInput(pg);
	}
	return true;
}

/* --- refusals ------------------------------------------------------------- */

static bool lost(const struct queries *queries, struct err *err)
{
	return fail(err, FAULT_UNAVAILABLE,
	    "the connection to the database of '%s' broke off",
	    queries->account.name);
}

static bool refused(const struct queries *queries, const char *query,
    const PGresult *result, struct err *err)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *at = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);

	if (state == NULL || PQstatus(pg_of(queries)) == CONNECTION_BAD)
		return lost(queries, err);
	if (strcmp(state, "57014") == 0)
		return fail(err, FAULT_UNAVAILABLE,
		    "the query '%s' of '%s' took longer than %" PRId64
		    " seconds: `timeout` is how long it may",
		    query, queries->account.name, queries->account.seconds);
	if (!state_tells(state) || words == NULL)
		words = "it says what is wrong with a value";
	return fail(err, state_fault(state),
	    "the database refused the query '%s' of '%s': %s %s%s%s", query,
	    queries->account.name, state, words,
	    at != NULL ? ", at character " : "", at != NULL ? at : "");
}

/* The next result, which is of one of these two kinds; NULL: an error. */
static PGresult *take_result(const struct queries *queries, const char *query,
    ExecStatusType wanted, ExecStatusType other, struct err *err)
{
	ExecStatusType status;
	PGresult *result;

	if (!wait_answer(queries, err))
		return NULL;
	result = PQgetResult(pg_of(queries));
	status = PQresultStatus(result);
	if (result != NULL && (status == wanted || status == other))
		return result;
	refused(queries, query, result, err);
	PQclear(result);
	return NULL;
}

/* After the last result there is none. */
static bool take_end(const struct queries *queries, struct err *err)
{
	PGresult *result;

	if (!wait_answer(queries, err))
		return false;
	result = PQgetResult(pg_of(queries));
	PQclear(result);
	return result == NULL || lost(queries, err);
}

/* --- connecting ----------------------------------------------------------- */

/* libpq's message names host and user first; what went wrong stands behind. */
static bool no_connection(const struct queries *queries, struct err *err)
{
	const char *text = PQerrorMessage(pg_of(queries));
	const char *mark = strstr(text, "failed: ");
	bool let = strstr(text, "authentication") == NULL &&
		   strstr(text, "certificate") == NULL &&
		   strstr(text, "no pg_hba.conf entry") == NULL;

	if (mark != NULL)
		text = mark + strlen("failed: ");
	return fail(err, let ? FAULT_UNAVAILABLE : FAULT_FORBIDDEN,
	    "can't connect to the database of '%s': %.*s",
	    queries->account.name, (int)strcspn(text, "\n"), text);
}

static bool connect_on(const struct queries *queries, struct err *err)
{
	PostgresPollingStatusType next = PGRES_POLLING_WRITING;
	PGconn *pg = pg_of(queries);

	while (next != PGRES_POLLING_OK) {
		short events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT;

		if (PQstatus(pg) == CONNECTION_BAD ||
		    next == PGRES_POLLING_FAILED)
			return no_connection(queries, err);
		if (!wait_socket(queries, events, err))
			return false;
		next = PQconnectPoll(pg);
	}
	return PQsetnonblocking(pg, 1) == 0 || lost(queries, err);
}

static bool run(const struct queries *queries, const char *sql,
    const char *value, struct err *err)
{
	PGresult *result;

	if (!PQsendQueryParams(pg_of(queries), sql, value != NULL, NULL, &value,
		NULL, NULL, 0))
		return lost(queries, err);
	result = take_result(queries, "begin", PGRES_TUPLES_OK,
	    PGRES_COMMAND_OK, err);
	PQclear(result);
	return result != NULL && take_end(queries, err);
}

static bool begin(struct queries *queries, struct err *err)
{
	static const char session[] =
	    "select set_config(name, value, false) from (values"
	    " ('default_transaction_read_only', 'on'),"
	    " ('statement_timeout', $1), ('DateStyle', 'ISO'),"
	    " ('TimeZone', 'UTC')) as wanted (name, value)";

	return run(queries, session,
		   arena_number(queries->arena,
		       queries->account.seconds * 1000),
		   err) &&
	       run(queries, "begin isolation level repeatable read read only",
		   NULL, err);
}

static void ignore_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

static bool open_postgres(struct queries *queries, struct err *err)
{
	struct link *link = arena_alloc(queries->arena, sizeof(*link));
	struct parameters p = { 0 };

	queries->link = link;
	if (!postgres_parameters(queries, &p, err))
		return false;
	link->pg = PQconnectStartParams(p.keys, p.values, 0);
	assert(link->pg != NULL);
	if (!connect_on(queries, err))
		return false;
	PQsetNoticeReceiver(link->pg, ignore_notice, NULL);
	return begin(queries, err);
}

/* Nobody there goes on working for us. */
static void cancel(PGconn *pg)
{
	PGcancel *cancel = PQgetCancel(pg);
	char why[256];

	if (cancel != NULL)
		(void)PQcancel(cancel, why, sizeof(why));
	PQfreeCancel(cancel);
}

static void close_postgres(struct queries *queries)
{
	struct link *link = queries->link;

	PQclear(link->row);
	if (link->pg != NULL && PQtransactionStatus(link->pg) == PQTRANS_ACTIVE)
		cancel(link->pg);
	PQfinish(link->pg);
}

/* --- what a query gives --------------------------------------------------- */

/* From PostgreSQL's catalog of types, where these never change. */
/* clang-format off */
static const struct {
	Oid oid;
	enum shape shape;
} types[] = {
	{ 16,   SHAPE_BOOLEAN }, /* boolean */
	{ 700,  SHAPE_NUMBER },  /* real */
	{ 701,  SHAPE_NUMBER },  /* double precision */
	{ 1042, SHAPE_PADDED },  /* character(n) */
	{ 1114, SHAPE_MOMENT },  /* timestamp */
	{ 1184, SHAPE_MOMENT },  /* timestamp with time zone */
	{ 1700, SHAPE_NUMBER },  /* numeric */
};
/* clang-format on */

static enum shape shape_of(Oid oid)
{
	for (size_t i = 0; i < array_length(types); i++)
		if (types[i].oid == oid)
			return types[i].shape;
	return SHAPE_TEXT;
}

static bool describe(struct query *query, const PGresult *result,
    struct err *err)
{
	struct arena *arena = query->of->arena;
	int count = PQnfields(result);

	if (PQnparams(result) > 0 || count > QUERY_COLUMNS_MAX)
		return fail(err, FAULT_INVALID,
		    "the query '%s' of '%s' has parameters or more than %d "
		    "columns",
		    query->name, query->of->account.name, QUERY_COLUMNS_MAX);
	query->column_count = count;
	query->columns =
	    arena_alloc(arena, (size_t)(count + 1) * sizeof(*query->columns));
	for (int i = 0; i < count; i++)
		query->columns[i] =
		    (struct column){ arena_text(arena, PQfname(result, i)),
			    shape_of(PQftype(result, i)) };
	return true;
}

static const char *name_of(const struct query *query)
{
	return arena_printf(query->of->row, "query_%d", query->number);
}

static bool prepare(struct query *query, struct err *err)
{
	struct queries *queries = query->of;
	PGresult *result;
	bool done;

	if (!PQsendPrepare(pg_of(queries), name_of(query), query->sql, 0, NULL))
		return lost(queries, err);
	result = take_result(queries, query->name, PGRES_COMMAND_OK,
	    PGRES_COMMAND_OK, err);
	PQclear(result);
	if (result == NULL || !take_end(queries, err))
		return false;
	if (!PQsendDescribePrepared(pg_of(queries), name_of(query)))
		return lost(queries, err);
	result = take_result(queries, query->name, PGRES_COMMAND_OK,
	    PGRES_COMMAND_OK, err);
	done = result != NULL && describe(query, result, err);
	PQclear(result);
	return done && take_end(queries, err);
}

static bool ask(struct query *query, struct err *err)
{
	PGconn *pg = pg_of(query->of);

	return (PQsendQueryPrepared(pg, name_of(query), 0, NULL, NULL, NULL,
		    0) &&
		   PQsetSingleRowMode(pg)) ||
	       lost(query->of, err);
}

/* The server counts too, and says so at the end. */
static bool check_end(const struct query *query, PGresult *result,
    struct err *err)
{
	const char *text = PQcmdTuples(result);
	int64_t count = -1;

	if (!text_integer((struct text){ text, strlen(text) }, 0, INT64_MAX,
		&count) ||
	    count != query->rows)
		return fail(err, FAULT_IO,
		    "the query '%s' of '%s' gave %" PRId64
		    " rows, but the database says %" PRId64,
		    query->name, query->of->account.name, query->rows, count);
	if (!take_end(query->of, err))
		return false;
	return PQtransactionStatus(pg_of(query->of)) == PQTRANS_INTRANS ||
	       fail(err, FAULT_INVALID,
		   "the query '%s' of '%s' ends the transaction that all "
		   "queries are asked in",
		   query->name, query->of->account.name);
}

static bool next(struct query *query, bool *more, struct err *err)
{
	struct link *link = query->of->link;

	PQclear(link->row);
	link->row = take_result(query->of, query->name, PGRES_SINGLE_TUPLE,
	    PGRES_TUPLES_OK, err);
	if (link->row == NULL)
		return false;
	*more = PQresultStatus(link->row) == PGRES_SINGLE_TUPLE;
	if (!*more)
		return check_end(query, link->row, err);
	for (int i = 0; i < query->column_count; i++)
		query->values[i] =
		    (struct text){ PQgetisnull(link->row, 0, i) != 0
				       ? NULL
				       : PQgetvalue(link->row, 0, i),
			    (size_t)PQgetlength(link->row, 0, i) };
	return true;
}

const struct driver driver_postgres = { open_postgres, close_postgres, prepare,
	ask, next };
