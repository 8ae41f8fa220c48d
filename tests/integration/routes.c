/* Every route of every table, asked with every method: a path that is there
 * is never "nothing here", and Allow says exactly which methods are. */
#include "check.h"
#include "serve/edge/edge.h"

static struct arena *arena;
static struct routes routes;

/* The path with ids in it. */
static const char *example(const struct route *route)
{
	struct buf path = { 0 };
	const char *copy;

	for (const char *c = route->path; *c != '\0'; c++) {
		if (strncmp(c, "{}", 2) == 0) {
			buf_puts(&path, "x%2Fy");
			c++;
		} else {
			buf_char(&path, *c);
		}
	}
	copy = arena_textn(arena, path.data, path.len);
	buf_free(&path);
	return copy;
}

static enum fault ask(const char *path, enum method method, unsigned *allowed)
{
	struct request rq = { .arena = arena, .path = path, .method = method };
	struct err err = { 0 };

	return routes_find(&routes, &rq, allowed, &err) ? FAULT_NONE
							: err.fault;
}

static void check_route(const struct route *route)
{
	const char *path = example(route);
	unsigned allowed;

	for (unsigned m = METHOD_GET; m < METHOD_OPTIONS; m *= 2) {
		enum fault got = ask(path, (enum method)m, &allowed);
		bool goes = (allowed & m) != 0 ||
			    (m == METHOD_HEAD && (allowed & METHOD_GET));

		CHECK(got == (goes ? FAULT_NONE : FAULT_BAD_METHOD),
		    "%s %s: fault %d", method_word((enum method)m), path, got);
		CHECK((allowed & route->methods) == route->methods,
		    "%s: Allow lacks what the table has", path);
		CHECK(goes == (strstr(methods_text(arena, allowed),
				   method_word((enum method)m)) != NULL),
		    "%s: Allow: %s", path, methods_text(arena, allowed));
	}
}

static void every_route(void **state)
{
	int count = 0;

	(void)state;
	for (size_t i = 0; i < routes.count; i++, count++)
		check_route(routes.entries[i].route);
	CHECK(count > 100, "%d routes", count);
}

static void what_is_not_there(void **state)
{
	static const char *const paths[] = { "/", "/oauth", "/oauth/token/x",
		"/oauth/tokens", "/ims/oneroster/v1p1/persons",
		"/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p" };
	unsigned allowed;

	(void)state;
	for (size_t i = 0; i < array_length(paths); i++) {
		enum fault got = ask(paths[i], METHOD_POST, &allowed);

		CHECK(got == FAULT_NOT_FOUND && allowed == 0, "%s: fault %d",
		    paths[i], got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_route),
		cmocka_unit_test(what_is_not_there),
	};
	const struct route *tables[] = { status_routes, oauth_routes,
		bundle_routes, NULL, NULL };
	int failed;

	arena = arena_new();
	tables[3] = oneroster_routes(arena);
	routes_open(&routes, arena, tables);
	failed = check_main(tests);
	arena_free(arena);
	return failed;
}
