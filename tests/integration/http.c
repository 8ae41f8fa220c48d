/* The readers of the edge, on bytes: heads, bodies, lists, addresses. */
#include "check.h"
#include "serve/edge/edge.h"

#define HOST "Host: h\r\n"
#define GET "GET / HTTP/1.1\r\n" HOST
#define POST "POST / HTTP/1.1\r\n" HOST

/* The whole way of a head, as a connection goes it, in pieces of `step`. */
static enum refusal read_head(const char *bytes, size_t len, size_t step,
    struct arena *arena, struct head *head)
{
	struct head_search search = { 0 };
	enum refusal refusal = REFUSE_NOTHING;

	*head = (struct head){ 0 };
	for (size_t have = step; search.end == 0; have += step) {
		refusal = head_find(&search, bytes, have < len ? have : len);
		if (refusal != REFUSE_NOTHING)
			return refusal;
		if (have >= len)
			break;
	}
	if (search.end == 0)
		return REFUSE_LATE;
	return head_parse(head, arena,
	    arena_copy(arena, bytes + search.start, search.end - search.start),
	    search.end - search.start);
}

static const char *refusal_name(enum refusal refusal)
{
	return refusal_rules[refusal].name;
}

/* LATE: not refused, but not whole either. */
/* clang-format off */
static const struct {
	const char *bytes;
	enum refusal want;
} heads[] = {
	{ GET "\r\n", REFUSE_NOTHING },
	{ "\r\n\r\n" GET "\r\n", REFUSE_NOTHING },
	{ "GET / HTTP/1.0\r\n\r\n", REFUSE_NOTHING },
	{ "GET / HTTP/1.2\r\n" HOST "\r\n", REFUSE_NOTHING },
	{ GET, REFUSE_LATE },
	{ "", REFUSE_LATE },
	{ "G", REFUSE_LATE },
	/* lines */
	{ "GET / HTTP/1.1\n" HOST "\r\n", REFUSE_BARE_LF },
	{ "GET / HTTP/1.1\r\nHost: h\n\r\n", REFUSE_BARE_LF },
	{ GET "\n", REFUSE_BARE_LF },
	{ "\nGET / HTTP/1.1\r\n" HOST "\r\n", REFUSE_NOT_HTTP },
	{ GET "A: b\rC: d\r\n\r\n", REFUSE_FIELD_VALUE },
	{ "\x16\x03\x01", REFUSE_NOT_HTTP },
	{ " GET / HTTP/1.1\r\n", REFUSE_NOT_HTTP },
	/* the request line */
	{ "GET /\r\n" HOST "\r\n", REFUSE_REQUEST_LINE },
	{ "GET\r\n\r\n", REFUSE_REQUEST_LINE },
	{ "GET  / HTTP/1.1\r\n" HOST "\r\n", REFUSE_REQUEST_LINE },
	{ "GET /  HTTP/1.1\r\n" HOST "\r\n", REFUSE_REQUEST_LINE },
	{ "GET / HTTP/1.1 \r\n" HOST "\r\n", REFUSE_REQUEST_LINE },
	{ "GET\t/ HTTP/1.1\r\n" HOST "\r\n", REFUSE_REQUEST_LINE },
	{ "GET /a b HTTP/1.1\r\n" HOST "\r\n", REFUSE_REQUEST_LINE },
	{ "GET / http/1.1\r\n" HOST "\r\n", REFUSE_REQUEST_LINE },
	{ "GET / HTTP/11\r\n" HOST "\r\n", REFUSE_REQUEST_LINE },
	{ "GET / HTTP/2.0\r\n" HOST "\r\n", REFUSE_VERSION },
	{ "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", REFUSE_VERSION },
	{ "get / HTTP/1.1\r\n" HOST "\r\n", REFUSE_METHOD },
	{ "TRACE / HTTP/1.1\r\n" HOST "\r\n", REFUSE_METHOD },
	{ "CONNECT h:443 HTTP/1.1\r\n" HOST "\r\n", REFUSE_METHOD },
	{ "G@T / HTTP/1.1\r\n" HOST "\r\n", REFUSE_REQUEST_LINE },
	/* the target */
	{ "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", REFUSE_NOTHING },
	{ "GET * HTTP/1.1\r\n" HOST "\r\n", REFUSE_TARGET },
	{ "GET x HTTP/1.1\r\n" HOST "\r\n", REFUSE_TARGET },
	{ "GET /a#b HTTP/1.1\r\n" HOST "\r\n", REFUSE_TARGET },
	{ "GET /a\"b HTTP/1.1\r\n" HOST "\r\n", REFUSE_TARGET },
	{ "GET /a<b HTTP/1.1\r\n" HOST "\r\n", REFUSE_TARGET },
	{ "GET /a\\b HTTP/1.1\r\n" HOST "\r\n", REFUSE_TARGET },
	{ "GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", REFUSE_TARGET },
	{ "GET /\x01 HTTP/1.1\r\n" HOST "\r\n", REFUSE_TARGET },
	{ "GET /\x7f HTTP/1.1\r\n" HOST "\r\n", REFUSE_TARGET },
	{ "GET /%zz HTTP/1.1\r\n" HOST "\r\n", REFUSE_TARGET },
	{ "GET /%4 HTTP/1.1\r\n" HOST "\r\n", REFUSE_TARGET },
	{ "GET /a?b={ HTTP/1.1\r\n" HOST "\r\n", REFUSE_TARGET },
	{ "GET /a?b=%g0 HTTP/1.1\r\n" HOST "\r\n", REFUSE_TARGET },
	{ "GET /a?f=a>'2'~<b!='x'&g=%20?/ HTTP/1.1\r\n" HOST "\r\n", REFUSE_NOTHING },
	{ "GET /../a HTTP/1.1\r\n" HOST "\r\n", REFUSE_DOT_SEGMENT },
	{ "GET /a/.. HTTP/1.1\r\n" HOST "\r\n", REFUSE_DOT_SEGMENT },
	{ "GET /a/./b HTTP/1.1\r\n" HOST "\r\n", REFUSE_DOT_SEGMENT },
	{ "GET /a/%2e%2E/b HTTP/1.1\r\n" HOST "\r\n", REFUSE_DOT_SEGMENT },
	{ "GET /a/.%2e HTTP/1.1\r\n" HOST "\r\n", REFUSE_DOT_SEGMENT },
	{ "GET /.../..a/a. HTTP/1.1\r\n" HOST "\r\n", REFUSE_NOTHING },
	{ "GET /a?b=/../c HTTP/1.1\r\n" HOST "\r\n", REFUSE_NOTHING },
	{ "GET http://a/b HTTP/1.1\r\n" HOST "\r\n", REFUSE_NOTHING },
	{ "GET HTTPS://a:1/b HTTP/1.1\r\n" HOST "\r\n", REFUSE_NOTHING },
	{ "GET http://a HTTP/1.1\r\n" HOST "\r\n", REFUSE_NOTHING },
	{ "GET http:///b HTTP/1.1\r\n" HOST "\r\n", REFUSE_HOST },
	{ "GET http://u@a/b HTTP/1.1\r\n" HOST "\r\n", REFUSE_HOST },
	{ "GET http://a/../b HTTP/1.1\r\n" HOST "\r\n", REFUSE_DOT_SEGMENT },
	{ "GET ftp://a/b HTTP/1.1\r\n" HOST "\r\n", REFUSE_TARGET },
	{ "GET http://a/b HTTP/1.1\r\n\r\n", REFUSE_HOST },
	/* headers */
	{ GET "A: b\r\n c\r\n\r\n", REFUSE_FOLDED },
	{ GET " A: b\r\n\r\n", REFUSE_FOLDED },
	{ GET "A : b\r\n\r\n", REFUSE_FIELD },
	{ GET "A\r\n\r\n", REFUSE_FIELD },
	{ GET ": b\r\n\r\n", REFUSE_FIELD },
	{ GET "A(: b\r\n\r\n", REFUSE_FIELD },
	{ GET "A: \x01\r\n\r\n", REFUSE_FIELD_VALUE },
	{ GET "A: \x7f\r\n\r\n", REFUSE_FIELD_VALUE },
	{ GET "A: b\tc\r\nB:\r\nC:d\r\nE:  \xc3\xa9 \t\r\n\r\n", REFUSE_NOTHING },
	/* the host */
	{ "GET / HTTP/1.1\r\n\r\n", REFUSE_HOST },
	{ "GET / HTTP/1.1\r\nHost:\r\n\r\n", REFUSE_HOST },
	{ "GET / HTTP/1.1\r\nHost : h\r\n\r\n", REFUSE_FIELD },
	{ GET HOST "\r\n", REFUSE_REPEATED },
	{ "GET / HTTP/1.0\r\n" HOST HOST "\r\n", REFUSE_REPEATED },
	{ "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", REFUSE_HOST },
	{ "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", REFUSE_HOST },
	{ "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", REFUSE_HOST },
	{ "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", REFUSE_HOST },
	{ "GET / HTTP/1.1\r\nHost: a:123456\r\n\r\n", REFUSE_HOST },
	{ "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", REFUSE_NOTHING },
	{ "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", REFUSE_HOST },
	{ "GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", REFUSE_HOST },
	/* how long the body is */
	{ POST "Content-Length: 3\r\n\r\n", REFUSE_NOTHING },
	{ POST "Content-Length: 1048576\r\n\r\n", REFUSE_NOTHING },
	{ POST "Content-Length: 1048577\r\n\r\n", REFUSE_BODY_LONG },
	{ POST "Content-Length: 9223372036854775808\r\n\r\n", REFUSE_BODY_LONG },
	{ POST "Content-Length: 99999999999999999999999\r\n\r\n", REFUSE_BODY_LONG },
	{ POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", REFUSE_REPEATED },
	{ POST "Content-Length: 3\r\ncontent-length: 5\r\n\r\n", REFUSE_REPEATED },
	{ POST "Content-Length: +3\r\n\r\n", REFUSE_LENGTH },
	{ POST "Content-Length: -3\r\n\r\n", REFUSE_LENGTH },
	{ POST "Content-Length: 3x\r\n\r\n", REFUSE_LENGTH },
	{ POST "Content-Length: 0x3\r\n\r\n", REFUSE_LENGTH },
	{ POST "Content-Length: 3, 3\r\n\r\n", REFUSE_LENGTH },
	{ POST "Content-Length: 3 3\r\n\r\n", REFUSE_LENGTH },
	{ POST "Content-Length:\r\n\r\n", REFUSE_LENGTH },
	{ POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", REFUSE_LENGTH_CODING },
	{ POST "Transfer-Encoding: chunked\r\n\r\n", REFUSE_NOTHING },
	{ POST "Transfer-Encoding: Chunked\r\n\r\n", REFUSE_NOTHING },
	{ POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", REFUSE_REPEATED },
	{ POST "Transfer-Encoding: chunked, gzip\r\n\r\n", REFUSE_CODING },
	{ POST "Transfer-Encoding: gzip, chunked\r\n\r\n", REFUSE_CODING },
	{ POST "Transfer-Encoding: chunked, chunked\r\n\r\n", REFUSE_CODING },
	{ POST "Transfer-Encoding: xchunked\r\n\r\n", REFUSE_CODING },
	{ POST "Transfer-Encoding: chunked;q=1\r\n\r\n", REFUSE_CODING },
	{ POST "Transfer-Encoding: identity\r\n\r\n", REFUSE_CODING },
	{ POST "Transfer-Encoding:\r\n\r\n", REFUSE_CODING },
	{ POST "Transfer-Encoding : chunked\r\n\r\n", REFUSE_FIELD },
	{ "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", REFUSE_CODING_OLD },
	/* the rest */
	{ POST "Expect: 100-Continue\r\n\r\n", REFUSE_NOTHING },
	{ POST "Expect: 200-ok\r\n\r\n", REFUSE_EXPECT },
	{ GET "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", REFUSE_REPEATED },
	{ GET "Accept: a\r\nAccept: b\r\n\r\n", REFUSE_NOTHING },
};
/* clang-format on */

static void heads_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(heads); i++) {
		const char *bytes = heads[i].bytes;

		for (size_t step = 1; step <= 4096; step *= 64) {
			struct arena *arena = arena_new();
			struct head head = { 0 };
			enum refusal got =
			    read_head(bytes, strlen(bytes), step, arena, &head);

			CHECK(got == heads[i].want, "%s instead of %s: %s",
			    refusal_name(got), refusal_name(heads[i].want),
			    bytes);
			arena_free(arena);
		}
	}
}

static void no_nul_gets_in(void **state)
{
	static const char target[] = "GET /a\0b HTTP/1.1\r\n" HOST "\r\n";
	static const char name[] = GET "A\0B: c\r\n\r\n";
	static const char value[] = GET "A: b\0c\r\n\r\n";
	struct arena *arena = arena_new();
	struct head head = { 0 };

	(void)state;
	CHECK(read_head(target, sizeof(target) - 1, 1, arena, &head) ==
		  REFUSE_REQUEST_LINE,
	    "in the target");
	CHECK(read_head(name, sizeof(name) - 1, 1, arena, &head) ==
		  REFUSE_FIELD,
	    "in a name");
	CHECK(read_head(value, sizeof(value) - 1, 1, arena, &head) ==
		  REFUSE_FIELD_VALUE,
	    "in a value");
	arena_free(arena);
}

static enum refusal of_size(size_t target, size_t value, size_t fields)
{
	struct arena *arena = arena_new();
	struct buf bytes = { 0 };
	struct head head = { 0 };
	enum refusal got;

	buf_puts(&bytes, "GET /");
	for (size_t i = 1; i < target; i++)
		buf_char(&bytes, 'a');
	buf_puts(&bytes, " HTTP/1.1\r\nHost: h\r\nX: ");
	for (size_t i = 0; i < value; i++)
		buf_char(&bytes, 'a');
	for (size_t i = 2; i < fields; i++)
		buf_printf(&bytes, "\r\nX%zu: a", i);
	buf_puts(&bytes, "\r\n\r\n");
	got = read_head(bytes.data, bytes.len, 100, arena, &head);
	buf_free(&bytes);
	arena_free(arena);
	return got;
}

static void heads_have_limits(void **state)
{
	(void)state;
	CHECK(of_size(TARGET_MAX, 1, 2) == REFUSE_NOTHING, "target");
	CHECK(of_size(TARGET_MAX + 1, 1, 2) == REFUSE_TARGET_LONG, "target");
	CHECK(of_size(TARGET_MAX * 9, 1, 2) == REFUSE_TARGET_LONG, "target");
	CHECK(of_size(9, 16000, 2) == REFUSE_NOTHING, "value");
	CHECK(of_size(9, HEAD_MAX, 2) == REFUSE_HEAD_LONG, "value");
	CHECK(of_size(9, 1, FIELDS_MAX) == REFUSE_NOTHING, "fields");
	CHECK(of_size(9, 1, FIELDS_MAX + 1) == REFUSE_FIELDS_MANY, "fields");
}

static void heads_are_understood(void **state)
{
	static const char bytes[] =
	    "GET http://Example.org:81?a=b HTTP/1.1\r\nHost: other\r\n"
	    "Accept: a\r\nX: \t y z \r\naccept: b\r\nCookie: c=1\r\n"
	    "cookie: d=2\r\nConnection: TE, Close\r\n\r\n";
	struct arena *arena = arena_new();
	struct head head = { 0 };

	(void)state;
	CHECK(read_head(bytes, strlen(bytes), 7, arena, &head) ==
		  REFUSE_NOTHING,
	    "refused");
	CHECK(strcmp(head.path, "/") == 0, "%s", head.path);
	CHECK(strcmp(head.query, "a=b") == 0, "%s", head.query);
	CHECK(strcmp(head.host, "Example.org:81") == 0, "%s", head.host);
	CHECK(strcmp(head_field(&head, "ACCEPT"), "a, b") == 0, "lists");
	CHECK(strcmp(head_field(&head, "Cookie"), "c=1; d=2") == 0, "cookies");
	CHECK(strcmp(head_field(&head, "x"), "y z") == 0, "blanks");
	CHECK(!head.keep && !head.old && head.method == METHOD_GET, "flags");
	arena_free(arena);
}

/* --- bodies -------------------------------------------------------------- */

/* LATE: more is to come. `rest` is what belongs to the next request. */
/* clang-format off */
static const struct {
	const char *bytes;
	enum refusal want;
	const char *body, *rest;
} chunks[] = {
	{ "3\r\nabc\r\n0\r\n\r\n", REFUSE_NOTHING, "abc", "" },
	{ "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nGET", REFUSE_NOTHING, "abcde", "GET" },
	{ "0\r\n\r\n", REFUSE_NOTHING, "", "" },
	{ "00\r\n\r\n", REFUSE_NOTHING, "", "" },
	{ "a\r\n0123456789\r\n0\r\n\r\n", REFUSE_NOTHING, "0123456789", "" },
	{ "A;x=\"y\"\r\n0123456789\r\n0\r\n\r\n", REFUSE_NOTHING, "0123456789", "" },
	{ "0\r\nA: b\r\nC: d\r\n\r\nx", REFUSE_NOTHING, "", "x" },
	{ "3\r\nab", REFUSE_LATE, "ab", "" },
	{ "3\r\nabc\r\n0\r\n", REFUSE_LATE, "abc", "" },
	{ "3\nabc\r\n0\r\n\r\n", REFUSE_BARE_LF, NULL, NULL },
	{ "3\r\nabc\n0\r\n\r\n", REFUSE_BARE_LF, NULL, NULL },
	{ "3\r\nabc\r\n0\r\n\n", REFUSE_BARE_LF, NULL, NULL },
	{ "3\r\nabcd\r\n0\r\n\r\n", REFUSE_CHUNK, NULL, NULL },
	{ "0x3\r\nabc\r\n0\r\n\r\n", REFUSE_CHUNK, NULL, NULL },
	{ "-1\r\nabc\r\n0\r\n\r\n", REFUSE_CHUNK, NULL, NULL },
	{ "+3\r\nabc\r\n0\r\n\r\n", REFUSE_CHUNK, NULL, NULL },
	{ " 3\r\nabc\r\n0\r\n\r\n", REFUSE_CHUNK, NULL, NULL },
	{ "3 \r\nabc\r\n0\r\n\r\n", REFUSE_CHUNK, NULL, NULL },
	{ "\r\nabc\r\n0\r\n\r\n", REFUSE_CHUNK, NULL, NULL },
	{ ";x\r\nabc\r\n0\r\n\r\n", REFUSE_CHUNK, NULL, NULL },
	{ "3;\x01\r\nabc\r\n0\r\n\r\n", REFUSE_CHUNK, NULL, NULL },
	{ "3;a\rb\r\nabc\r\n0\r\n\r\n", REFUSE_CHUNK, NULL, NULL },
	{ "0\r\nA\r\n\r\n", REFUSE_CHUNK, NULL, NULL },
	{ "0\r\n A: b\r\n\r\n", REFUSE_CHUNK, NULL, NULL },
	{ "100001\r\n", REFUSE_BODY_LONG, NULL, NULL },
	{ "fffffffffffffffffffff\r\n", REFUSE_BODY_LONG, NULL, NULL },
	{ "3\r\nabc\r\nffffe\r\n", REFUSE_BODY_LONG, NULL, NULL },
};
/* clang-format on */

/* Reads on as a connection does, never more than `step` bytes further. */
static enum refusal read_body(const char *bytes, size_t step, struct buf *out,
    size_t *used)
{
	const struct head head = { .chunked = true };
	size_t len = strlen(bytes), have = 0, more;
	struct body body;
	enum refusal refusal;

	*used = 0;
	body_start(&body, &head);
	while (body.state != BODY_DONE) {
		if (have == len)
			return REFUSE_LATE;
		have = have + step < len ? have + step : len;
		refusal =
		    body_take(&body, bytes + *used, have - *used, &more, out);
		*used += more;
		if (refusal != REFUSE_NOTHING)
			return refusal;
	}
	return REFUSE_NOTHING;
}

static void chunks_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(chunks); i++) {
		for (size_t step = 1; step < 1000; step *= 31) {
			const char *bytes = chunks[i].bytes;
			struct buf out = { 0 };
			size_t used;
			enum refusal got = read_body(bytes, step, &out, &used);

			CHECK(got == chunks[i].want, "%s: %s",
			    refusal_name(got), bytes);
			CHECK(chunks[i].body == NULL ||
				  strcmp(buf_text(&out), chunks[i].body) == 0,
			    "%s: %s", buf_text(&out), bytes);
			CHECK(got != REFUSE_NOTHING ||
				  strcmp(bytes + used, chunks[i].rest) == 0,
			    "%s", bytes + used);
			buf_free(&out);
		}
	}
}

/* --- lists --------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *accept, *media;
	bool want;
} accepts[] = {
	{ NULL, "application/json", true },
	{ "", "application/json", true },
	{ "*/*", "application/json", true },
	{ "*", "application/json", true },
	{ "application/json", "application/json", true },
	{ "Application/JSON; charset=utf-8", "application/json", true },
	{ "application/*", "application/json", true },
	{ "text/html, */*;q=0.1", "application/json", true },
	{ "text/html", "application/json", false },
	{ "text/html,application/xml;q=0.9", "application/json", false },
	{ "application/json;q=0", "application/json", false },
	{ "application/json;q=0.000, */*", "application/json", false },
	{ "*/*;q=0", "application/json", false },
	{ "*/*;q=0, application/json;q=0.5", "application/json", true },
	{ "application/jsonp", "application/json", false },
	{ "text/*", "text/plain; version=0.0.4", true },
	{ ",, ;, text/plain", "text/plain", true },
};

static const struct {
	const char *accept;
	bool want;
} encodings[] = {
	{ NULL, false }, { "", false }, { "gzip", true }, { "GZIP;q=1", true },
	{ "x-gzip", true }, { "br, gzip;q=0.5", true }, { "gzip;q=0", false },
	{ "*", true }, { "*;q=0", false }, { "gzip;q=0, *", false },
	{ "*, gzip;q=0", false }, { "deflate, br", false }, { "identity", false },
};
/* clang-format on */

static void lists_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(accepts); i++)
		CHECK(accept_allows(accepts[i].accept, accepts[i].media) ==
			  accepts[i].want,
		    "%s of %s", accepts[i].media, accepts[i].accept);
	for (size_t i = 0; i < array_length(encodings); i++)
		CHECK(accept_gzip(encodings[i].accept) == encodings[i].want,
		    "%s", encodings[i].accept);
}

/* --- who asks ------------------------------------------------------------ */

#define TRUSTED "10.0.0.0/8, 2001:db8::/33 192.0.2.1"

/* clang-format off */
static const struct {
	const char *peer, *headers;
	const char *client, *base;
} origins[] = {
	{ "198.51.100.7", "", "198.51.100.7", "http://h" },
	{ "198.51.100.7", "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: e\r\n",
	    "198.51.100.7", "http://h" },
	{ "10.1.2.3", "", "10.1.2.3", "http://h" },
	{ "10.1.2.3", "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: e:8\r\n",
	    "1.2.3.4", "https://e:8" },
	{ "10.1.2.3", "X-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.9.9.9\r\n", "1.2.3.4", "http://h" },
	{ "10.1.2.3", "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 1.2.3.4\r\n", "1.2.3.4", "http://h" },
	{ "10.1.2.3", "X-Forwarded-For: 10.0.0.1, 10.0.0.2\r\n", "10.0.0.1", "http://h" },
	{ "10.1.2.3", "X-Forwarded-For: what\r\n", "10.1.2.3", "http://h" },
	{ "10.1.2.3", "X-Forwarded-Proto: gopher\r\nX-Forwarded-Host: a/b\r\n", "10.1.2.3", "http://h" },
	{ "10.1.2.3", "X-Forwarded-Host: a<b\r\n", "10.1.2.3", "http://h" },
	{ "2001:db8:1::1", "X-Forwarded-For: [2001:db8:8000::9]:81\r\n", "2001:db8:8000::9", "http://h" },
	{ "2001:db8:8000::1", "X-Forwarded-For: 1.2.3.4\r\n", "2001:db8:8000::1", "http://h" },
	{ "192.0.2.1", "Forwarded: for=\"[2001:db8:9000::9]:81\";proto=https;host=\"e\"\r\n", "2001:db8:9000::9", "https://e" },
	{ "192.0.2.1", "Forwarded: for=6.6.6.6;host=evil, for=1.2.3.4:55;proto=https;host=e\r\n", "1.2.3.4", "https://e" },
	{ "192.0.2.2", "Forwarded: for=1.2.3.4\r\n", "192.0.2.2", "http://h" },
};
/* clang-format on */

static void origins_are_told(void **state)
{
	struct arena *arena = arena_new();
	struct networks proxies;
	struct err err = { 0 };
	const struct origin origin = { .proxies = &proxies };

	(void)state;
	CHECK(networks_parse(&proxies, arena, TRUSTED, &err), "%s", err.text);
	for (size_t i = 0; i < array_length(origins); i++) {
		const char *peer = origins[i].peer;
		const char *bytes =
		    arena_printf(arena, GET "%s\r\n", origins[i].headers);
		struct request rq = { .arena = arena };
		struct head head = { 0 };
		struct address address;

		CHECK(address_parse(&address,
			  (struct text){ peer, strlen(peer) }),
		    "%s", peer);
		CHECK(read_head(bytes, strlen(bytes), 99, arena, &head) ==
			  REFUSE_NOTHING,
		    "%s", bytes);
		origin_tell(&rq, &head, &origin, &address);
		CHECK(strcmp(rq.client, origins[i].client) == 0, "%s of %s",
		    rq.client, origins[i].headers);
		CHECK(strcmp(rq.base_url, origins[i].base) == 0, "%s of %s",
		    rq.base_url, origins[i].headers);
	}
	arena_free(arena);
}

static void networks_are_checked(void **state)
{
	static const char *const bad[] = { "x", "10.0.0.0/33", "10.0.0/8",
		"::/129", "10.0.0.0/", "10.0.0.0/-1", "/8", "1.2.3.4/8x" };
	struct arena *arena = arena_new();
	struct networks proxies;

	(void)state;
	for (size_t i = 0; i < array_length(bad); i++) {
		struct err err = { 0 };

		CHECK(!networks_parse(&proxies, arena, bad[i], &err), "%s",
		    bad[i]);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_are_read),
		cmocka_unit_test(no_nul_gets_in),
		cmocka_unit_test(heads_have_limits),
		cmocka_unit_test(heads_are_understood),
		cmocka_unit_test(chunks_are_read),
		cmocka_unit_test(lists_are_read),
		cmocka_unit_test(origins_are_told),
		cmocka_unit_test(networks_are_checked),
	};

	return check_main(tests);
}
