/* Finds the route of a request in the tables. */
#include "edge.h"

#include <stdlib.h>
#include <string.h>

/* Roster clients glue base URLs and paths together with double slashes. */
#define TOLERANT "/ims/"

/* Splits at slashes; SEGMENTS_MAX + 1 says that there were more. */
static size_t split(const char *path, struct text *segments)
{
	bool tolerant = strncmp(path, TOLERANT, strlen(TOLERANT)) == 0;
	size_t n = 0;

	while (*path == '/') {
		size_t len = strcspn(++path, "/");

		if (len > 0 || !tolerant) {
			if (n == SEGMENTS_MAX)
				return SEGMENTS_MAX + 1;
			segments[n++] = (struct text){ path, len };
		}
		path += len;
	}
	return n;
}

/* '{' sorts behind every letter, so a literal comes before an id. */
static int compare_entries(const void *a, const void *b)
{
	const struct route_entry *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? -1 : 1;
	return strcmp(x->route->path, y->route->path);
}

static size_t count_routes(const struct route *const *tables)
{
	size_t n = 0;

	for (; *tables != NULL; tables++)
		for (const struct route *r = *tables; r->path != NULL; r++)
			n++;
	return n;
}

void routes_open(struct routes *routes, struct arena *arena,
    const struct route *const *tables)
{
	struct route_entry *entry;
	size_t at = 0;

	*routes = (struct routes){ .count = count_routes(tables) };
	routes->entries =
	    arena_alloc(arena, (routes->count + 1) * sizeof(*entry));
	entry = routes->entries;
	for (; *tables != NULL; tables++) {
		for (const struct route *r = *tables; r->path != NULL; r++) {
			entry->route = r;
			entry->count = split(r->path, entry->segments);
			entry++;
		}
	}
	qsort(routes->entries, routes->count, sizeof(*entry), compare_entries);
	for (size_t n = 0; n < array_length(routes->first); n++) {
		while (at < routes->count && routes->entries[at].count < n)
			at++;
		routes->first[n] = at;
	}
}

/* Neighbours share their beginnings, so the end is compared first. */
static bool matches(const struct route_entry *entry,
    const struct text *segments)
{
	for (size_t i = entry->count; i > 0; i--) {
		const struct text *want = &entry->segments[i - 1];
		const struct text *have = &segments[i - 1];

		if (text_is(*want, "{}") && have->len > 0)
			continue;
		if (want->len != have->len ||
		    (have->len > 0 &&
			memcmp(want->at, have->at, have->len) != 0))
			return false;
	}
	return true;
}

static bool take_ids(struct request *rq, const struct route_entry *entry,
    const struct text *segments, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < entry->count; i++) {
		struct text segment = segments[i];
		char *copy;

		if (!text_is(entry->segments[i], "{}") || n == ROUTE_IDS_MAX)
			continue;
		copy = arena_textn(rq->arena, segment.at, segment.len);
		if (!percent_decode(copy, &segment.len, false) ||
		    !utf8_valid(copy, segment.len))
			return fail(err, FAULT_BAD_REQUEST,
			    "The path is not UTF-8, percent-encoded.");
		copy[segment.len] = '\0';
		rq->ids[n++] = (struct text){ copy, segment.len };
	}
	return true;
}

/* "*" asks about the server as a whole. */
static unsigned all_methods(const struct routes *routes)
{
	unsigned methods = 0;

	for (size_t i = 0; i < routes->count; i++)
		methods |= routes->entries[i].route->methods;
	return methods;
}

static bool allows(const struct route *route, enum method method)
{
	if (method == METHOD_HEAD)
		method = METHOD_GET;
	return (route->methods & method) != 0;
}

bool routes_find(const struct routes *routes, struct request *rq,
    unsigned *methods, struct err *err)
{
	struct text segments[SEGMENTS_MAX] = { 0 };
	size_t n = split(rq->path, segments);
	const struct route_entry *found = NULL;

	*methods = strcmp(rq->path, "*") == 0 ? all_methods(routes) : 0;
	for (size_t i = n > SEGMENTS_MAX ? routes->count : routes->first[n];
	     n <= SEGMENTS_MAX && i < routes->first[n + 1]; i++) {
		const struct route_entry *entry = &routes->entries[i];

		if (!matches(entry, segments))
			continue;
		*methods |= entry->route->methods;
		if (rq->route == NULL)
			rq->route = entry->route;
		if (found == NULL && allows(entry->route, rq->method))
			found = entry;
	}
	if (*methods == 0)
		return fail(err, FAULT_NOT_FOUND, "There is nothing here.");
	if (found == NULL)
		return fail(err, FAULT_BAD_METHOD,
		    "This method is not allowed here.");
	rq->route = found->route;
	return take_ids(rq, found, segments, err);
}

const char *methods_text(struct arena *arena, unsigned methods)
{
	struct buf text = { 0 };
	const char *copy;

	methods |= METHOD_OPTIONS;
	if ((methods & METHOD_GET) != 0)
		methods |= METHOD_HEAD;
	for (unsigned bit = METHOD_GET; bit <= METHOD_OPTIONS; bit *= 2) {
		if ((methods & bit) == 0)
			continue;
		if (text.len > 0)
			buf_puts(&text, ", ");
		buf_puts(&text, method_word((enum method)bit));
	}
	copy = arena_textn(arena, text.data, text.len);
	buf_free(&text);
	return copy;
}

static const struct {
	const char *prefix;
	enum dialect dialect;
} dialects[] = {
	{ "/ims/oneroster/v1p1", DIALECT_ONEROSTER_11 },
	{ "/ims/oneroster", DIALECT_ONEROSTER_12 },
	{ "/oauth", DIALECT_OAUTH },
};

enum dialect request_dialect(const struct request *rq)
{
	if (rq->route != NULL)
		return rq->route->dialect;
	for (size_t i = 0; rq->path != NULL && i < array_length(dialects);
	     i++) {
		const char *prefix = dialects[i].prefix;

		if (strncmp(rq->path, prefix, strlen(prefix)) == 0)
			return dialects[i].dialect;
	}
	return DIALECT_PROBLEM;
}
