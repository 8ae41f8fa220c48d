/* Queries by unixODBC: connecting, asking, and what drivers complain of. */
#include "query.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LOGIN_SECONDS 20

/* --- complaints ----------------------------------------------------------- */

struct complaint {
	char state[6];
	SQLINTEGER native;
	const char *words;
};

static bool read_complaint(struct arena *arena, SQLSMALLINT kind,
    SQLHANDLE handle, struct complaint *out)
{
	SQLWCHAR state[6] = { 0 }, words[512] = { 0 };
	SQLSMALLINT len = 0;
	struct text text;

	if (!SQL_SUCCEEDED(SQLGetDiagRecW(kind, handle, 1, state, &out->native,
		words, array_length(words), &len)))
		return false;
	for (int i = 0; i < 5; i++)
		out->state[i] = (char)state[i];
	if (len >= (SQLSMALLINT)array_length(words))
		len = array_length(words) - 1;
	text = odbc_narrow(arena, words, (size_t)(len > 0 ? len : 0));
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] < ' ')
			text.len = i;
	out->words = arena_textn(arena, text.at, text.len);
	return true;
}

bool odbc_refused(const struct query *query, SQLHSTMT statement,
    struct err *err)
{
	const struct queries *queries = query->of;
	struct complaint c = { 0 };

	if (queries_late(queries, err))
		return false;
	if (!read_complaint(queries->arena, SQL_HANDLE_STMT, statement, &c))
		return fail(err, FAULT_IO,
		    "the driver of '%s' gave up on the query '%s' without a "
		    "word",
		    queries->account.name, query->name);
	if (strcmp(c.state, "HYT00") == 0 || strcmp(c.state, "57014") == 0)
		return fail(err, FAULT_UNAVAILABLE,
		    "the query '%s' of '%s' took longer than %" PRId64
		    " seconds: `timeout` is how long it may",
		    query->name, queries->account.name,
		    queries->account.seconds);
	if (!state_tells(c.state))
		c.words = "it says more in its own log";
	return fail(err, state_fault(c.state),
	    "the database refused the query '%s' of '%s': %s, native error "
	    "%d: %.300s",
	    query->name, queries->account.name, c.state, (int)c.native,
	    c.words);
}

static bool no_connection(struct queries *queries, struct err *err)
{
	const struct odbc *odbc = queries->link;
	struct complaint c = { .words = "the driver does not say why" };

	(void)read_complaint(queries->arena, SQL_HANDLE_DBC, odbc->connection,
	    &c);
	return fail(err, state_fault(c.state),
	    "can't connect to the database of '%s': %s %.300s",
	    queries->account.name, c.state, c.words);
}

/* --- connecting ----------------------------------------------------------- */

static void prepare_lock(struct odbc *odbc)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&odbc->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&odbc->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

static bool make_handles(struct queries *queries, struct err *err)
{
	struct odbc *odbc = queries->link;

	return (SQL_SUCCEEDED(
		    SQLAllocHandle(SQL_HANDLE_ENV, NULL, &odbc->env)) &&
		   SQL_SUCCEEDED(SQLSetEnvAttr(odbc->env, SQL_ATTR_ODBC_VERSION,
		       odbc_number(SQL_OV_ODBC3), 0)) &&
		   SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_DBC, odbc->env,
		       &odbc->connection))) ||
	       fail(err, FAULT_INTERNAL, "unixODBC gives no connection");
}

/* The driver may not know some of these; nothing is ever committed anyway. */
static void set_attribute(struct odbc *odbc, SQLINTEGER key, SQLULEN value)
{
	(void)SQLSetConnectAttr(odbc->connection, key, odbc_number(value),
	    SQL_IS_UINTEGER);
}

static bool open_odbc(struct queries *queries, struct err *err)
{
	struct odbc *odbc = arena_alloc(queries->arena, sizeof(*odbc));
	const char *string = odbc_string(queries);

	queries->link = odbc;
	prepare_lock(odbc);
	if (!make_handles(queries, err))
		return false;
	set_attribute(odbc, SQL_ATTR_LOGIN_TIMEOUT, LOGIN_SECONDS);
	set_attribute(odbc, SQL_ATTR_ACCESS_MODE, SQL_MODE_READ_ONLY);
	if (!SQL_SUCCEEDED(SQLDriverConnect(odbc->connection, NULL,
		(SQLCHAR *)not_const(string), SQL_NTS, NULL, 0, NULL,
		SQL_DRIVER_NOPROMPT)))
		return no_connection(queries, err);
	odbc->connected = true;
	set_attribute(odbc, SQL_ATTR_AUTOCOMMIT, SQL_AUTOCOMMIT_OFF);
	return odbc_watch(queries, err);
}

/* Statements go with their connection. */
static void close_odbc(struct queries *queries)
{
	struct odbc *odbc = queries->link;

	odbc_unwatch(odbc);
	if (odbc->connected) {
		(void)SQLEndTran(SQL_HANDLE_DBC, odbc->connection,
		    SQL_ROLLBACK);
		(void)SQLDisconnect(odbc->connection);
	}
	if (odbc->connection != NULL)
		(void)SQLFreeHandle(SQL_HANDLE_DBC, odbc->connection);
	if (odbc->env != NULL)
		(void)SQLFreeHandle(SQL_HANDLE_ENV, odbc->env);
	pthread_cond_destroy(&odbc->wake);
	pthread_mutex_destroy(&odbc->lock);
}

/* --- asking --------------------------------------------------------------- */

static bool prepare(struct query *query, struct err *err)
{
	struct queries *queries = query->of;
	struct odbc *odbc = queries->link;
	struct odbc_query *own = arena_alloc(queries->arena, sizeof(*own));
	size_t len;
	const SQLWCHAR *sql = odbc_wide(queries->arena, query->sql, &len);
	bool done;

	query->own = own;
	if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, odbc->connection,
		&own->statement)))
		return no_connection(queries, err);
	(void)SQLSetStmtAttr(own->statement, SQL_ATTR_QUERY_TIMEOUT,
	    odbc_number((SQLULEN)queries->account.seconds), SQL_IS_UINTEGER);
	odbc_busy(odbc, own->statement);
	done = SQL_SUCCEEDED(SQLPrepareW(own->statement, not_const(sql),
		   (SQLINTEGER)len)) ||
	       odbc_refused(query, own->statement, err);
	done = done && odbc_describe(query, err);
	odbc_done(odbc);
	return done;
}

static bool ask(struct query *query, struct err *err)
{
	struct odbc *odbc = query->of->link;
	struct odbc_query *own = query->own;
	SQLRETURN code;

	own->count = own->at = 0;
	own->ended = false;
	odbc_busy(odbc, own->statement);
	code = SQLExecute(own->statement);
	odbc_done(odbc);
	return SQL_SUCCEEDED(code) || odbc_refused(query, own->statement, err);
}

const struct driver driver_odbc = { open_odbc, close_odbc, prepare, ask,
	odbc_next };
