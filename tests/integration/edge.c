/* The edge over raw sockets: what is refused, how, and what follows; plain and
 * over TLS. */
#include "check.h"
#include "serve/serve.h"
#include "support/raw.h"

#include <unistd.h>

#define HOST "Host: h\r\n"
#define OK "GET /ok HTTP/1.1\r\n" HOST
#define POST "POST /echo HTTP/1.1\r\n" HOST
#define LAST "GET /last HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"

/* --- the server ---------------------------------------------------------- */

static bool say_ok(struct request *rq, struct err *err)
{
	(void)err;
	buf_puts(&rq->reply, "{\"ok\":true}");
	return true;
}

static bool echo(struct request *rq, struct err *err)
{
	(void)err;
	rq->media = "text/plain";
	buf_add(&rq->reply, rq->body.at, rq->body.len);
	return true;
}

static bool show(struct request *rq, struct err *err)
{
	(void)err;
	for (size_t i = 0; i < ROUTE_IDS_MAX && rq->ids[i].at != NULL; i++)
		buf_printf(&rq->reply, "[" TEXT_FMT "]", TEXT_ARG(rq->ids[i]));
	for (size_t i = 0; i < rq->param_count; i++)
		buf_printf(&rq->reply, "{%s|%s}", rq->params[i].name,
		    rq->params[i].value);
	buf_printf(&rq->reply, "%s", rq->base_url);
	return true;
}

static bool sized(struct request *rq, struct err *err)
{
	int64_t size;

	if (!text_integer(rq->ids[0], 0, 1 << 26, &size))
		return fail(err, FAULT_NOT_FOUND, "no such size");
	for (int64_t i = 0; i < size; i++)
		buf_char(&rq->reply, (char)('a' + i % 23));
	return true;
}

static bool fail_so(struct request *rq, struct err *err)
{
	int64_t fault;

	if (!text_integer(rq->ids[0], 1, FAULT_COUNT - 1, &fault))
		return fail(err, FAULT_NOT_FOUND, "no such fault");
	buf_puts(&rq->reply, "half an answer");
	reply_header(rq, "X-Total-Count", "7");
	return fail(err, (enum fault)fault, "because \"%s\"", "so");
}

static bool refuse_all(struct request *rq, struct err *err)
{
	(void)rq;
	return fail(err, FAULT_UNAUTHORISED, "no token");
}

static bool metrics(struct request *rq, struct err *err)
{
	(void)err;
	edge_metrics(rq, &rq->reply);
	return true;
}

#define PUT_TOO (METHOD_GET | METHOD_PUT)
#define V11 "/ims/oneroster/v1p1"
#define V12 "/ims/oneroster/rostering/v1p2"

/* clang-format off */
static const struct route routes[] = {
	{ .methods = METHOD_GET, .path = "/ok", .here = say_ok },
	{ .methods = METHOD_GET, .path = "/last", .here = say_ok },
	{ .methods = METHOD_POST, .path = "/echo", .here = echo, .media = "text/plain" },
	{ .methods = METHOD_GET, .path = "/sized/{}", .here = sized },
	{ .methods = METHOD_GET, .path = "/fail/{}", .here = fail_so },
	{ .methods = METHOD_GET, .path = "/metrics", .here = metrics, .media = "text/plain" },
	{ .methods = PUT_TOO, .path = V12 "/users/{}", .dialect = DIALECT_ONEROSTER_12, .here = show },
	{ .methods = METHOD_GET, .path = V12 "/users/me", .dialect = DIALECT_ONEROSTER_12, .here = say_ok },
	{ .methods = METHOD_DELETE, .path = V12 "/users/{}", .dialect = DIALECT_ONEROSTER_12, .here = say_ok },
	{ .methods = METHOD_GET, .path = V12 "/a/{}/b/{}", .dialect = DIALECT_ONEROSTER_12, .here = show },
	{ .methods = METHOD_GET, .path = V12 "/fail/{}", .dialect = DIALECT_ONEROSTER_12, .here = fail_so },
	{ .methods = METHOD_GET, .path = V11 "/fail/{}", .dialect = DIALECT_ONEROSTER_11, .here = fail_so },
	{ .methods = METHOD_GET, .path = "/oauth/fail/{}", .dialect = DIALECT_OAUTH, .here = fail_so },
	{ .methods = PUT_TOO, .path = V12 "/secret", .dialect = DIALECT_ONEROSTER_12, .admit = refuse_all, .here = say_ok },
	{ .path = NULL },
};
/* clang-format on */

static bool give_nothing(struct request *rq)
{
	(void)rq;
	return false;
}

static struct edge *edges[2]; /* plain, TLS */

static int open_edges(void **state)
{
	const struct route *const tables[] = { routes, NULL };
	struct edge_settings wanted = {
		.listen = "127.0.0.1:0",
		.loops = 2,
		.give = give_nothing,
	};
	struct err err = { 0 };

	(void)state;
	log_level_set(LOG_ERROR + 1);
	raw_certificate("cert.pem", "key.pem");
	CHECK(edge_open(&edges[0], &wanted, tables, &err), "%s", err.text);
	wanted.certificate = "cert.pem";
	wanted.key = "key.pem";
	CHECK(edge_open(&edges[1], &wanted, tables, &err), "%s", err.text);
	return 0;
}

static int close_edges(void **state)
{
	(void)state;
	edge_close(edges[0], 100);
	edge_close(edges[1], 100);
	return 0;
}

static void connect_to(struct raw *raw, int tls)
{
	raw_open(raw, edge_port(edges[tls]), tls != 0);
}

/* --- what is refused, and that nothing behind it is heard ---------------- */

/* After each, LAST is sent: answered with 200 where the connection lives, and
 * never where it must not. */
/* clang-format off */
static const struct {
	const char *bytes, *want;
} exchanges[] = {
	{ "", "200" },
	{ OK "\r\n", "200 200" },
	{ "\r\n" OK "\r\n\r\n", "200 200" },
	{ OK "\r\n" OK "\r\n" OK "\r\n", "200 200 200 200" },
	{ OK "Connection: close\r\n\r\n", "200" },
	{ "GET /ok HTTP/1.0\r\n\r\n", "200" },
	{ "GET /ok HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "200 200" },
	{ "GET http://other/ok HTTP/1.1\r\n" HOST "\r\n", "200 200" },
	{ "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", "204 200" },
	{ "GET /none HTTP/1.1\r\n" HOST "\r\n", "404 200" },
	/* bodies */
	{ POST "Content-Length: 3\r\n\r\nabc", "200 200" },
	{ POST "Content-Length: 0\r\n\r\n", "200 200" },
	{ POST "\r\n", "200 200" },
	{ POST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n", "200 200" },
	{ POST "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n", "200 200" },
	{ OK "Content-Length: 8\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=b&c=de", "200 200" },
	{ "GET /none HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc", "404 200" },
	{ "POST /none HTTP/1.1\r\n" HOST "Content-Length: 99999\r\n\r\nabc", "404" },
	{ "POST /none HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n", "404" },
	{ "POST /none HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "404" },
	/* smuggling */
	{ POST "Content-Length: 3\r\nContent-Length: 40\r\n\r\nabc", "400" },
	{ POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "400" },
	{ POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400" },
	{ POST "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", "501" },
	{ POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "501" },
	{ POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400" },
	{ POST "Transfer-Encoding: xchunked\r\n\r\n", "501" },
	{ POST "Transfer-Encoding: identity\r\n\r\n", "501" },
	{ "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400" },
	{ POST "Content-Length: +3\r\n\r\nabc", "400" },
	{ POST "Content-Length: -1\r\n\r\nabc", "400" },
	{ POST "Content-Length: 3x\r\n\r\nabc", "400" },
	{ POST "Content-Length: 0x3\r\n\r\nabc", "400" },
	{ POST "Content-Length: 3, 3\r\n\r\nabc", "400" },
	{ POST "Content-Length: 9223372036854775808\r\n\r\nabc", "413" },
	{ POST "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n", "400" },
	{ POST "Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n", "400" },
	{ POST "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", "400" },
	{ POST "Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n", "400" },
	{ POST "Transfer-Encoding: chunked\r\n\r\n200000\r\n", "413" },
	{ POST "Content-Length: 1048577\r\n\r\n", "413" },
	{ POST "Expect: 100-continue\r\nContent-Length: 1048577\r\n\r\n", "413" },
	{ POST "Expect: miracles\r\nContent-Length: 3\r\n\r\nabc", "417" },
	/* heads */
	{ "GET /ok HTTP/1.1\n" HOST "\r\n", "400" },
	{ "GET /ok HTTP/1.1\nHost: h\n\n", "400" },
	{ OK "A: b\r\n c\r\n\r\n", "400" },
	{ OK "A : b\r\n\r\n", "400" },
	{ "GET /ok HTTP/1.1\r\nHost : h\r\n\r\n", "400" },
	{ "GET /ok HTTP/1.1\r\n\r\n", "400" },
	{ OK HOST "\r\n", "400" },
	{ OK "A: \x01\r\n\r\n", "400" },
	{ "GET /o\x01k HTTP/1.1\r\n" HOST "\r\n", "400" },
	{ "GET /o k HTTP/1.1\r\n" HOST "\r\n", "400" },
	{ "GET /\xff HTTP/1.1\r\n" HOST "\r\n", "400" },
	{ "GET /ok#x HTTP/1.1\r\n" HOST "\r\n", "400" },
	{ "GET /a/../ok HTTP/1.1\r\n" HOST "\r\n", "400" },
	{ "GET /a/%2e%2e/ok HTTP/1.1\r\n" HOST "\r\n", "400" },
	{ "GET /ok HTTP/2.0\r\n" HOST "\r\n", "505" },
	{ "GET /ok HTTP/1\r\n" HOST "\r\n", "400" },
	{ "GET /ok\r\n", "400" },
	{ "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505" },
	{ "get /ok HTTP/1.1\r\n" HOST "\r\n", "501" },
	{ "BREW /ok HTTP/1.1\r\n" HOST "\r\n", "501" },
	{ "TRACE /ok HTTP/1.1\r\n" HOST "\r\n", "501" },
	{ "CONNECT h:443 HTTP/1.1\r\n" HOST "\r\n", "501" },
	{ "\x16\x03\x01\x02\x00\x01\r\n", "400" },
	/* methods, media */
	{ "PATCH /ok HTTP/1.1\r\n" HOST "\r\n", "405 200" },
	{ "POST /ok HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", "405 200" },
	{ "OPTIONS /ok HTTP/1.1\r\n" HOST "\r\n", "204 200" },
	{ "OPTIONS /none HTTP/1.1\r\n" HOST "\r\n", "404 200" },
	{ OK "Accept: text/html\r\n\r\n", "406 200" },
	{ OK "Accept: text/html, */*;q=0.1\r\n\r\n", "200 200" },
	{ OK "Accept: application/json;q=0\r\n\r\n", "406 200" },
	{ "GET /ok?a=%ff HTTP/1.1\r\n" HOST "\r\n", "400 200" },
	{ "GET /ok?a=%00 HTTP/1.1\r\n" HOST "\r\n", "400 200" },
	{ "GET " V12 "/users/%ff HTTP/1.1\r\n" HOST "\r\n", "400 200" },
	{ "GET " V12 "/users/%00 HTTP/1.1\r\n" HOST "\r\n", "400 200" },
	{ "GET " V12 "/secret HTTP/1.1\r\n" HOST "\r\n", "401 200" },
	{ "PUT " V12 "/secret HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc", "401 200" },
};
/* clang-format on */

static const char *talk(int tls, const void *bytes, size_t len,
    struct arena *arena)
{
	const char *statuses;
	struct raw raw;

	connect_to(&raw, tls);
	raw_send(&raw, bytes, len);
	raw_puts(&raw, LAST);
	statuses = raw_statuses(&raw, arena);
	raw_close(&raw);
	return statuses;
}

static void what_is_refused(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < array_length(exchanges); i++) {
		const char *bytes = exchanges[i].bytes;

		for (int tls = 0; tls < 2; tls++) {
			const char *got =
			    talk(tls, bytes, strlen(bytes), arena);

			CHECK(strcmp(got, exchanges[i].want) == 0,
			    "'%s' instead of '%s' (tls=%d): %s", got,
			    exchanges[i].want, tls, bytes);
		}
	}
	arena_free(arena);
}

static void nuls_are_refused(void **state)
{
	static const char value[] = OK "A: b\0c\r\n\r\n";
	static const char target[] = "GET /o\0k HTTP/1.1\r\n" HOST "\r\n";
	struct arena *arena = arena_new();
	const char *got;

	(void)state;
	got = talk(0, value, sizeof(value) - 1, arena);
	CHECK(strcmp(got, "400") == 0, "%s", got);
	got = talk(0, target, sizeof(target) - 1, arena);
	CHECK(strcmp(got, "400") == 0, "%s", got);
	arena_free(arena);
}

/* A request with a part of so many letters. */
static const char *with_long(const char *before, size_t letters,
    const char *after, struct arena *arena)
{
	struct buf bytes = { 0 };
	const char *got;

	buf_puts(&bytes, before);
	for (size_t i = 0; i < letters; i++)
		buf_char(&bytes, 'a');
	buf_puts(&bytes, after);
	got = talk(0, bytes.data, bytes.len, arena);
	buf_free(&bytes);
	return got;
}

static void what_is_too_long(void **state)
{
	static const struct {
		const char *before;
		size_t letters;
		const char *after, *want;
	} cases[] = {
		{ "GET /", 8191, " HTTP/1.1\r\n" HOST "\r\n", "404 200" },
		{ "GET /", 8192, " HTTP/1.1\r\n" HOST "\r\n", "414" },
		{ "GET /", 9000000, " HTTP/1.1\r\n" HOST "\r\n", "414" },
		{ OK "A: ", 16000, "\r\n\r\n", "200 200" },
		{ OK "A: ", 30000, "\r\n\r\n", "431" },
		{ OK "A: ", 9000000, "\r\n\r\n", "431" },
		{ POST "Content-Length: 1048576\r\n\r\n", 1048576, "",
		    "200 200" },
		{ POST "Transfer-Encoding: chunked\r\n\r\n100000\r\n", 1048576,
		    "\r\n0\r\n\r\n", "200 200" },
		{ POST "Transfer-Encoding: chunked\r\n\r\n100000\r\n", 1048576,
		    "\r\n1\r\na\r\n0\r\n\r\n", "413" },
		{ POST "Content-Length: 300000000\r\n\r\n", 9000000, "",
		    "413" },
		{ POST "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: ",
		    5000, "\r\n\r\n", "431" },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		const char *got = with_long(cases[i].before, cases[i].letters,
		    cases[i].after, arena);

		CHECK(strcmp(got, cases[i].want) == 0, "%s instead of %s: %s",
		    got, cases[i].want, cases[i].before);
	}
	arena_free(arena);
}

static void too_many_headers(void **state)
{
	struct arena *arena = arena_new();
	struct buf bytes = { 0 };
	const char *got;

	(void)state;
	buf_puts(&bytes, OK);
	for (int i = 0; i < 100; i++)
		buf_printf(&bytes, "X%d: y\r\n", i);
	buf_puts(&bytes, "\r\n");
	got = talk(0, bytes.data, bytes.len, arena);
	CHECK(strcmp(got, "431") == 0, "%s", got);
	buf_free(&bytes);
	arena_free(arena);
}

/* --- one answer, closely ------------------------------------------------- */

/* Asks on a connection of its own; the answer points into `in`. */
static struct answer ask(int tls, const char *request, struct buf *in)
{
	bool of_head = strncmp(request, "HEAD", 4) == 0;
	struct answer answer;
	size_t at = 0;
	struct raw raw;

	in->len = 0;
	connect_to(&raw, tls);
	raw_puts(&raw, request);
	raw_answer(&raw, in, &at, of_head, &answer);
	raw_close(&raw);
	return answer;
}

/* clang-format off */
static const struct {
	const char *target, *want;
} targets[] = {
	{ V12 "/users/a%2Fb@c", "[a/b@c]http://h" },
	{ V12 "/users/%E2%82%AC", "[\xe2\x82\xac]http://h" },
	{ V12 "/users/a+b", "[a+b]http://h" },
	{ "/ims/oneroster//rostering/v1p2//users//x", "[x]http://h" },
	{ V12 "/users/me", "{\"ok\":true}" },
	{ V12 "/a/1/b/2", "[1][2]http://h" },
	{ V12 "/users/x?filter=a='b'%20AND%20c%3E'd=e'&limit=5", "[x]{filter|a='b' AND c>'d=e'}{limit|5}http://h" },
	{ V12 "/users/x?f=a+b&&g&=h&limit%20=100", "[x]{f|a b}{g|}{|h}{limit |100}http://h" },
	{ V12 "/users/x?filter=dateLastModified>'2020-01-01'~<", "[x]{filter|dateLastModified>'2020-01-01'~<}http://h" },
	{ V12 "/users/x?", "[x]http://h" },
	{ "https://other:99" V12 "/users/x", "[x]http://other:99" },
};
/* clang-format on */

static void what_is_asked(void **state)
{
	struct arena *arena = arena_new();
	struct buf in = { 0 };

	(void)state;
	for (size_t i = 0; i < array_length(targets); i++) {
		struct answer got = ask(0,
		    arena_printf(arena, "GET %s HTTP/1.1\r\n" HOST "\r\n",
			targets[i].target),
		    &in);

		CHECK(got.status == 200 && text_is(got.body, targets[i].want),
		    "%s: %d " TEXT_FMT, targets[i].target, got.status,
		    TEXT_ARG(got.body));
	}
	buf_free(&in);
	arena_free(arena);
}

#define TEXT "because \\\"so\\\""
#define SET                                                                    \
	"{\"statusInfoSet\":[{\"imsx_codeMajor\":\"failure\","                 \
	"\"imsx_severity\":\"error\","                                         \
	"\"imsx_messageRefIdentifier\":\"my-id\","                             \
	"\"imsx_description\":\"" TEXT "\",\"imsx_codeMinor\":"
#define ROOT                                                                   \
	"{\"imsx_codeMajor\":\"failure\",\"imsx_severity\":\"error\","         \
	"\"imsx_description\":\"" TEXT "\",\"imsx_CodeMinor\":{"               \
	"\"imsx_codeMinorField\":[{\"imsx_codeMinorFieldName\":"               \
	"\"TargetEndSystem\",\"imsx_codeMinorFieldValue\":"

/* clang-format off */
static const struct {
	const char *mount;
	enum fault fault;
	int status;
	const char *body; /* its beginning */
	const char *header, *value;
} faults[] = {
	{ V12, FAULT_BAD_FILTER, 400, ROOT "\"invalid_filter_field\"}]}}", "Cache-Control", "no-store" },
	{ V12, FAULT_NOT_FOUND, 404, ROOT "\"unknownobject\"}]}}", "Content-Type", "application/json" },
	{ V12, FAULT_UNAUTHORISED, 401, ROOT "\"unauthorisedrequest\"", "WWW-Authenticate", "Bearer realm=\"homeroom\"" },
	{ V12, FAULT_FORBIDDEN, 403, ROOT "\"forbidden\"", "WWW-Authenticate", "Bearer realm=\"homeroom\", error=\"insufficient_scope\"" },
	{ V12, FAULT_INVALID, 422, ROOT "\"invaliddata\"", "X-Total-Count", "" },
	{ V11, FAULT_NOT_FOUND, 404, SET "\"unknown object\"}]}", "Content-Type", "application/json" },
	{ V11, FAULT_UNAUTHORISED, 401, SET "\"unauthorized\"", "WWW-Authenticate", "Bearer realm=\"homeroom\"" },
	{ V11, FAULT_BAD_REQUEST, 400, SET "\"invalid data\"", "X-Request-Id", "my-id" },
	{ "/oauth", FAULT_BAD_CLIENT, 401, "{\"error\":\"invalid_client\",\"error_description\":\"because 'so'\"}", "WWW-Authenticate", "Basic realm=\"homeroom\", charset=\"UTF-8\"" },
	{ "/oauth", FAULT_BAD_SCOPE, 400, "{\"error\":\"invalid_scope\"", "Cache-Control", "no-store" },
	{ "", FAULT_CONFLICT, 409, "{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409,\"detail\":\"" TEXT "\",\"requestId\":\"my-id\"}", "Content-Type", "application/problem+json" },
	{ "", FAULT_BUSY, 429, "{\"type\":\"about:blank\",\"title\":\"Too Many Requests\"", "Retry-After", "1" },
	{ "", FAULT_UNAVAILABLE, 503, "{\"type\"", "Retry-After", "5" },
	{ "", FAULT_DATABASE, 500, "{\"type\":\"about:blank\",\"title\":\"Internal Server Error\",\"status\":500,\"detail\":\"The server failed.", "Retry-After", "" },
};
/* clang-format on */

static void how_faults_are_told(void **state)
{
	struct arena *arena = arena_new();
	struct buf in = { 0 };

	(void)state;
	for (size_t i = 0; i < array_length(faults); i++) {
		const char *want = faults[i].body;
		struct answer got = ask(0,
		    arena_printf(arena,
			"GET %s/fail/%d HTTP/1.1\r\n" HOST
			"X-Request-Id: my-id\r\n\r\n",
			faults[i].mount, (int)faults[i].fault),
		    &in);
		struct text value = answer_header(&got, faults[i].header);

		CHECK(got.status == faults[i].status, "%zu: %d", i, got.status);
		CHECK(got.body.len >= strlen(want) &&
			  memcmp(got.body.at, want, strlen(want)) == 0,
		    "%zu: " TEXT_FMT, i, TEXT_ARG(got.body));
		CHECK(text_is(value, faults[i].value), "%zu: %s: " TEXT_FMT, i,
		    faults[i].header, TEXT_ARG(value));
		CHECK(got.status < 500 || memmem(got.body.at, got.body.len,
					      "because", 7) == NULL,
		    "%zu: tells too much", i);
	}
	buf_free(&in);
	arena_free(arena);
}

/* clang-format off */
static const struct {
	const char *request, *begins;
} dialects[] = {
	{ "GET " V11 "/none HTTP/1.1\r\n" HOST "\r\n", "{\"statusInfoSet\":" },
	{ "GET " V12 "/none HTTP/1.1\r\n" HOST "\r\n", "{\"imsx_codeMajor\":" },
	{ "GET /oauth/none HTTP/1.1\r\n" HOST "\r\n", "{\"error\":" },
	{ "GET /none HTTP/1.1\r\n" HOST "\r\n", "{\"type\":" },
	{ "GET " V12 "/users/x HTTP/1.1\r\n\r\n", "{\"imsx_codeMajor\":" },
	{ "GET " V12 "/users/x HTTP/1.1\n\r\n", "{\"imsx_codeMajor\":" },
	{ "PATCH " V12 "/users/x HTTP/1.1\r\n" HOST "\r\n", "{\"imsx_codeMajor\":" },
};
/* clang-format on */

static void dialects_go_by_path(void **state)
{
	struct buf in = { 0 };

	(void)state;
	for (size_t i = 0; i < array_length(dialects); i++) {
		struct answer got = ask(0, dialects[i].request, &in);
		const char *want = dialects[i].begins;

		CHECK(got.body.len > strlen(want) &&
			  memcmp(got.body.at, want, strlen(want)) == 0,
		    "%s: " TEXT_FMT, dialects[i].request, TEXT_ARG(got.body));
	}
	buf_free(&in);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(nuls_are_refused),
		cmocka_unit_test(what_is_too_long),
		cmocka_unit_test(too_many_headers),
		cmocka_unit_test(what_is_asked),
		cmocka_unit_test(how_faults_are_told),
		cmocka_unit_test(dialects_go_by_path),
	};

	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, open_edges, close_edges);
}
