/* What Postgres says when it refuses, in words that hold no value. */
#include "store.h"

#include <string.h>

/* The first row whose state the SQLSTATE begins with counts. */
/* clang-format off */
static const struct refusal {
	const char *state;
	enum fault fault;
	const char *condition;
} refusals[] = {
/*	  state    fault              condition */
	{ "40001", FAULT_BUSY,        "serialization failure" },
	{ "40P01", FAULT_BUSY,        "deadlock detected" },
	{ "55P03", FAULT_BUSY,        "lock not available" },
	{ "57014", FAULT_BUSY,        "query canceled" },
	{ "57P",   FAULT_UNAVAILABLE, "server shut down or starting up" },
	{ "08",    FAULT_UNAVAILABLE, "connection exception" },
	{ "53100", FAULT_UNAVAILABLE, "disk full" },
	{ "53200", FAULT_UNAVAILABLE, "out of memory" },
	{ "53300", FAULT_UNAVAILABLE, "too many connections" },
	{ "53",    FAULT_UNAVAILABLE, "insufficient resources" },
	{ "0A",    FAULT_DATABASE,    "feature not supported" },
	{ "21",    FAULT_DATABASE,    "cardinality violation" },
	{ "22001", FAULT_DATABASE,    "string data right truncation" },
	{ "22003", FAULT_DATABASE,    "numeric value out of range" },
	{ "22007", FAULT_DATABASE,    "invalid datetime format" },
	{ "22008", FAULT_DATABASE,    "datetime field overflow" },
	{ "22021", FAULT_DATABASE,    "character not in repertoire" },
	{ "22P02", FAULT_DATABASE,    "invalid text representation" },
	{ "22P04", FAULT_DATABASE,    "bad COPY file format" },
	{ "22",    FAULT_DATABASE,    "data exception" },
	{ "23502", FAULT_DATABASE,    "not null violation" },
	{ "23503", FAULT_DATABASE,    "foreign key violation" },
	{ "23505", FAULT_DATABASE,    "unique violation" },
	{ "23514", FAULT_DATABASE,    "check violation" },
	{ "23",    FAULT_DATABASE,    "integrity constraint violation" },
	{ "25006", FAULT_DATABASE,    "read only transaction" },
	{ "25P02", FAULT_DATABASE,    "in failed transaction" },
	{ "25",    FAULT_DATABASE,    "invalid transaction state" },
	{ "26",    FAULT_DATABASE,    "invalid statement name" },
	{ "42501", FAULT_DATABASE,    "insufficient privilege" },
	{ "42601", FAULT_DATABASE,    "syntax error" },
	{ "42703", FAULT_DATABASE,    "undefined column" },
	{ "42704", FAULT_DATABASE,    "undefined object" },
	{ "42883", FAULT_DATABASE,    "undefined function" },
	{ "42P01", FAULT_DATABASE,    "undefined table" },
	{ "42P18", FAULT_DATABASE,    "indeterminate datatype" },
	{ "42",    FAULT_DATABASE,    "syntax error or access rule violation" },
	{ "54",    FAULT_DATABASE,    "program limit exceeded" },
	{ "58",    FAULT_DATABASE,    "system error" },
	{ "P0",    FAULT_DATABASE,    "raised by a function" },
	{ "XX",    FAULT_DATABASE,    "internal error" },
	{ "",      FAULT_DATABASE,    "refused" },
};
/* clang-format on */

static const struct refusal *find(const char *sqlstate)
{
	const struct refusal *r = refusals;

	while (strncmp(sqlstate, r->state, strlen(r->state)) != 0)
		r++;
	return r;
}

enum fault refusal_fault(const char *sqlstate)
{
	return find(sqlstate)->fault;
}

const char *refusal_condition(const char *sqlstate)
{
	return find(sqlstate)->condition;
}

bool refusal_ends(const char *sqlstate)
{
	return strncmp(sqlstate, "57P", 3) == 0;
}
