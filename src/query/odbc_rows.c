/* Rows from a driver of ODBC, fetched in blocks into columns that are bound. */
#include "query.h"

#include <string.h>

/* Memory for a block of rows, and at most so many. */
#define BLOCK_BYTES (4 << 20)
#define BLOCK_ROWS 1000
/* Characters that a value may always have: what drivers say of their columns
 * is not to be relied on, and what is longer than it said can't be read. */
#define ROOM_MIN 512
/* Of columns without a length; the longest that a value may be. */
#define ROOM_MAX (QUERY_VALUE_MAX / 2)

/* clang-format off */
static const struct {
	SQLSMALLINT type;
	enum shape shape;
} types[] = {
	{ SQL_CHAR,           SHAPE_PADDED },
	{ SQL_WCHAR,          SHAPE_PADDED },
	{ SQL_BIT,            SHAPE_BOOLEAN },
	{ SQL_DECIMAL,        SHAPE_NUMBER },
	{ SQL_NUMERIC,        SHAPE_NUMBER },
	{ SQL_REAL,           SHAPE_NUMBER },
	{ SQL_FLOAT,          SHAPE_NUMBER },
	{ SQL_DOUBLE,         SHAPE_NUMBER },
	{ SQL_TYPE_TIMESTAMP, SHAPE_MOMENT },
	{ SQL_TIMESTAMP,      SHAPE_MOMENT },
};
/* clang-format on */

static enum shape shape_of(SQLSMALLINT type)
{
	for (size_t i = 0; i < array_length(types); i++)
		if (types[i].type == type)
			return types[i].shape;
	return SHAPE_TEXT;
}

static SQLULEN room_of(SQLSMALLINT type, SQLULEN size)
{
	bool is_long = type == SQL_LONGVARCHAR || type == SQL_WLONGVARCHAR ||
		       type == SQL_LONGVARBINARY || type < -50;

	if (is_long || size == 0 || size >= ROOM_MAX)
		return ROOM_MAX;
	return size + 1 > ROOM_MIN ? size + 1 : ROOM_MIN;
}

/* --- columns -------------------------------------------------------------- */

static bool describe_column(struct query *query, int i, struct err *err)
{
	struct odbc_query *own = query->own;
	struct arena *arena = query->of->arena;
	SQLWCHAR name[256];
	SQLSMALLINT len = 0, type = 0, digits, null;
	SQLULEN size = 0;
	SQLRETURN code = SQLDescribeColW(own->statement, (SQLUSMALLINT)(i + 1),
	    name, array_length(name), &len, &type, &size, &digits, &null);

	if (!SQL_SUCCEEDED(code))
		return odbc_refused(query, own->statement, err);
	if (len >= (SQLSMALLINT)array_length(name))
		return fail(err, FAULT_INVALID,
		    "the query '%s' of '%s' has a column whose name is too "
		    "long",
		    query->name, query->of->account.name);
	query->columns[i] =
	    (struct column){ arena_textn(arena,
				 odbc_narrow(arena, name, (size_t)len).at,
				 odbc_narrow(arena, name, (size_t)len).len),
		    shape_of(type) };
	own->columns[i].room = room_of(type, size);
	return true;
}

static void choose_block(const struct query *query)
{
	struct odbc_query *own = query->own;
	SQLULEN bytes = 0;

	for (int i = 0; i < query->column_count; i++)
		bytes +=
		    own->columns[i].room * sizeof(SQLWCHAR) + sizeof(SQLLEN);
	own->block = bytes > 0 ? BLOCK_BYTES / bytes : 1;
	if (own->block < 1)
		own->block = 1;
	if (own->block > BLOCK_ROWS)
		own->block = BLOCK_ROWS;
}

bool odbc_describe(struct query *query, struct err *err)
{
	struct odbc_query *own = query->own;
	struct arena *arena = query->of->arena;
	SQLSMALLINT count = 0;

	if (!SQL_SUCCEEDED(SQLNumResultCols(own->statement, &count)))
		return odbc_refused(query, own->statement, err);
	if (count > QUERY_COLUMNS_MAX)
		return fail(err, FAULT_INVALID,
		    "the query '%s' of '%s' has more than %d columns",
		    query->name, query->of->account.name, QUERY_COLUMNS_MAX);
	query->column_count = count;
	query->columns =
	    arena_alloc(arena, (size_t)(count + 1) * sizeof(*query->columns));
	own->columns =
	    arena_alloc(arena, (size_t)(count + 1) * sizeof(*own->columns));
	for (int i = 0; i < count; i++)
		if (!describe_column(query, i, err))
			return false;
	choose_block(query);
	return true;
}

/* --- rows ----------------------------------------------------------------- */

static bool set(struct query *query, SQLINTEGER key, SQLPOINTER value,
    struct err *err)
{
	struct odbc_query *own = query->own;

	return SQL_SUCCEEDED(SQLSetStmtAttr(own->statement, key, value, 0)) ||
	       odbc_refused(query, own->statement, err);
}

/* A driver may give fewer rows at once than it is asked for. */
static bool bind_columns(struct query *query, struct err *err)
{
	struct odbc_query *own = query->own;
	struct arena *arena = query->of->arena;
	bool done = true;

	own->states = arena_alloc(arena, own->block * sizeof(*own->states));
	done =
	    set(query, SQL_ATTR_ROW_ARRAY_SIZE, odbc_number(own->block), err) &&
	    set(query, SQL_ATTR_ROWS_FETCHED_PTR, &own->count, err) &&
	    set(query, SQL_ATTR_ROW_STATUS_PTR, own->states, err);
	for (int i = 0; done && i < query->column_count; i++) {
		struct odbc_column *c = &own->columns[i];
		SQLULEN bytes = c->room * sizeof(SQLWCHAR);

		c->values = arena_alloc(arena, own->block * bytes);
		c->lengths =
		    arena_alloc(arena, own->block * sizeof(*c->lengths));
		done = SQL_SUCCEEDED(SQLBindCol(own->statement,
			   (SQLUSMALLINT)(i + 1), SQL_C_WCHAR, c->values,
			   (SQLLEN)bytes, c->lengths)) ||
		       odbc_refused(query, own->statement, err);
	}
	return done;
}

static bool fetch(struct query *query, struct err *err)
{
	struct odbc_query *own = query->own;
	struct odbc *odbc = query->of->link;
	SQLRETURN code;

	if (queries_late(query->of, err))
		return false;
	own->count = own->at = 0;
	odbc_busy(odbc, own->statement);
	code = SQLFetch(own->statement);
	odbc_done(odbc);
	own->ended = code == SQL_NO_DATA;
	if (own->ended)
		return true;
	if (!SQL_SUCCEEDED(code))
		return odbc_refused(query, own->statement, err);
	for (SQLULEN i = 0; i < own->count; i++)
		if (own->states[i] == SQL_ROW_ERROR)
			return odbc_refused(query, own->statement, err);
	return true;
}

static void take_value(struct query *query, int i)
{
	struct odbc_query *own = query->own;
	const struct odbc_column *c = &own->columns[i];
	const SQLWCHAR *wide = c->values + own->at * c->room;
	SQLLEN bytes = c->lengths[own->at];

	query->values[i] = (struct text){ NULL, 0 };
	if (bytes == SQL_NULL_DATA)
		return;
	if (bytes < 0 || (SQLULEN)bytes >= c->room * sizeof(SQLWCHAR))
		query->problem = "has a value that is too long";
	else
		query->values[i] = odbc_narrow(query->of->row, wide,
		    (size_t)bytes / sizeof(SQLWCHAR));
}

bool odbc_next(struct query *query, bool *more, struct err *err)
{
	struct odbc_query *own = query->own;

	if (own->states == NULL && !bind_columns(query, err))
		return false;
	while (own->at == own->count && !own->ended)
		if (!fetch(query, err))
			return false;
	*more = !own->ended;
	if (!*more) {
		(void)SQLFreeStmt(own->statement, SQL_CLOSE);
		return true;
	}
	for (int i = 0; i < query->column_count; i++)
		take_value(query, i);
	own->at++;
	return true;
}
