/* What the SQLSTATE of a refusal means. Its first two characters are its
 * class, which drivers of ODBC and PostgreSQL share. */
#include "query.h"

#include <string.h>

/* clang-format off */
static const struct {
	const char *class;
	enum fault fault;
	bool tells; /* its words are of the query or the server, not of data */
} classes[] = {
	{ "08", FAULT_UNAVAILABLE, true },  /* the connection */
	{ "0A", FAULT_INVALID,     true },  /* not supported */
	{ "22", FAULT_INVALID,     false }, /* data */
	{ "25", FAULT_INVALID,     true },  /* it would write */
	{ "28", FAULT_FORBIDDEN,   true },  /* not let in */
	{ "3D", FAULT_INVALID,     true },  /* no such database */
	{ "40", FAULT_UNAVAILABLE, true },  /* rolled back by the server */
	{ "42", FAULT_INVALID,     true },  /* the query */
	{ "53", FAULT_UNAVAILABLE, true },  /* no room there */
	{ "57", FAULT_UNAVAILABLE, true },  /* cancelled, shut down */
	{ "HYT", FAULT_UNAVAILABLE, true }, /* ODBC: too late */
	{ "HY008", FAULT_UNAVAILABLE, true }, /* ODBC: cancelled */
	{ "IM", FAULT_INVALID,     true },  /* ODBC: no such driver */
	{ "01000", FAULT_INVALID,  true },  /* unixODBC: can't load the driver */
};
/* clang-format on */

static int find(const char *state)
{
	for (size_t i = 0; i < array_length(classes); i++)
		if (strncmp(state, classes[i].class,
			strlen(classes[i].class)) == 0)
			return (int)i;
	return -1;
}

enum fault state_fault(const char *state)
{
	int i = find(state);

	return i >= 0 ? classes[i].fault : FAULT_IO;
}

bool state_tells(const char *state)
{
	int i = find(state);

	return i >= 0 && classes[i].tells;
}
