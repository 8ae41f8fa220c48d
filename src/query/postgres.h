/* Inside query: PostgreSQL. */
#ifndef HOMEROOM_QUERY_POSTGRES_H
#define HOMEROOM_QUERY_POSTGRES_H

#include "query.h"

#define PARAMETERS_MAX 64

/* What libpq is told of a connection; ends with a NULL key. */
struct parameters {
	const char *keys[PARAMETERS_MAX];
	const char *values[PARAMETERS_MAX];
	int count;
};

/* The arena's. Where the address says nothing of it, the server must prove who
 * it is, unless it is of this machine. */
bool postgres_parameters(const struct queries *queries, struct parameters *p,
    struct err *err) must_use;

#endif
