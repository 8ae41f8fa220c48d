/* The life of connections at the edge: workers that take their time, clients
 * that leave, dribble or flood. */
#include "check.h"
#include "support/server.h"

#include <time.h>
#include <zlib.h>

/* --- answers in their order, whole, and once ------------------------------ */

static void answers_keep_their_order(void **state)
{
	static const char *const want[] = { "[1]", "{\"ok\":true}", "[2]",
		"[3]", "{\"ok\":true}" };
	struct edge *edge = server_open((struct edge_settings){ 0 });
	struct answer answer;
	struct buf in = { 0 };
	struct raw raw;
	size_t at = 0;

	(void)state;
	raw_open(&raw, edge_port(edge), false);
	raw_puts(&raw,
	    GET("/task/1") GET("/ok") GET("/task/2") GET("/task/3") LAST);
	for (size_t i = 0; i < array_length(want); i++) {
		CHECK(raw_answer(&raw, &in, &at, false, &answer), "%zu", i);
		CHECK(text_is(answer.body, want[i]), "%zu: " TEXT_FMT, i,
		    TEXT_ARG(answer.body));
	}
	CHECK(!raw_more(&raw, &in), "more than was asked for");
	raw_close(&raw);
	buf_free(&in);
	edge_close(edge, 1000);
}

/* More than one turn of a loop takes. */
static void many_at_once(void **state)
{
	struct edge *edge = server_open((struct edge_settings){ 0 });
	struct buf in = { 0 }, out = { 0 };
	struct answer answer;
	struct raw raw;
	size_t at = 0, n = 0;

	(void)state;
	for (int i = 0; i < 3000; i++)
		buf_puts(&out, GET("/ok"));
	buf_puts(&out, LAST);
	raw_open(&raw, edge_port(edge), false);
	CHECK(raw_send(&raw, out.data, out.len), "sending");
	while (raw_answer(&raw, &in, &at, false, &answer))
		n += answer.status == 200;
	CHECK(n == 3001, "%zu", n);
	raw_close(&raw);
	buf_free(&in);
	buf_free(&out);
	edge_close(edge, 1000);
}

static void a_head_has_no_body(void **state)
{
	static const char *const paths[] = { "/sized/5000", "/ok", "/none",
		"/task/1" };
	struct edge *edge = server_open((struct edge_settings){ 0 });
	struct arena *arena = arena_new();
	struct answer answer;

	(void)state;
	for (size_t i = 0; i < array_length(paths); i++) {
		struct buf in = { 0 };
		struct raw raw;
		size_t at = 0;

		raw_open(&raw, edge_port(edge), false);
		raw_puts(&raw,
		    arena_printf(arena, "HEAD %s HTTP/1.1\r\n" HOST "\r\n" LAST,
			paths[i]));
		raw_answer(&raw, &in, &at, true, &answer);
		CHECK(answer_header(&answer, "Content-Length").len > 0, "%s",
		    paths[i]);
		CHECK(raw_answer(&raw, &in, &at, false, &answer) &&
			  text_is(answer.body, "{\"ok\":true}"),
		    "%s", paths[i]);
		raw_close(&raw);
		buf_free(&in);
	}
	arena_free(arena);
	edge_close(edge, 1000);
}

static void a_continue_is_sent(void **state)
{
	struct edge *edge = server_open((struct edge_settings){ 0 });
	struct answer answer;
	struct buf in = { 0 };
	struct raw raw;
	size_t at = 0;

	(void)state;
	raw_open(&raw, edge_port(edge), false);
	raw_puts(&raw,
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Type: text/plain\r\n"
	    "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n");
	raw_answer(&raw, &in, &at, true, &answer);
	CHECK(answer.status == 100, "%d", answer.status);
	raw_puts(&raw, "abc");
	raw_answer(&raw, &in, &at, false, &answer);
	CHECK(answer.status == 200 && text_is(answer.body, "abc"), "%d",
	    answer.status);
	raw_close(&raw);
	answer = server_ask(edge_port(edge),
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Type: text/html\r\n"
	    "Content-Length: 3\r\n\r\nabc",
	    &in);
	CHECK(answer.status == 415, "%d", answer.status);
	buf_free(&in);
	edge_close(edge, 1000);
}

static void large_answers_are_whole(void **state)
{
	struct edge *edge = server_open((struct edge_settings){ 0 });
	struct buf in = { 0 };
	struct answer answer;

	(void)state;
	answer = server_ask(edge_port(edge), GET("/sized/20000000"), &in);
	CHECK(answer.status == 200 && answer.body.len == 20000000, "%zu",
	    answer.body.len);
	for (size_t i = 0; i < answer.body.len; i++)
		CHECK(answer.body.at[i] == (char)('a' + i % 23), "at %zu", i);
	buf_free(&in);
	edge_close(edge, 1000);
}

static void compression_is_asked_for(void **state)
{
	struct edge *edge = server_open((struct edge_settings){ 0 });
	struct buf in = { 0 };
	struct answer answer;
	unsigned char out[6000];
	z_stream z = { .next_out = out, .avail_out = sizeof(out) };

	(void)state;
	answer = server_ask(edge_port(edge),
	    "GET /sized/5000 HTTP/1.1\r\n" HOST "Accept-Encoding: gzip\r\n\r\n",
	    &in);
	CHECK(text_is(answer_header(&answer, "Content-Encoding"), "gzip"),
	    "not compressed");
	CHECK(text_is(answer_header(&answer, "Vary"), "Accept-Encoding"),
	    "no Vary");
	CHECK(inflateInit2(&z, 31) == Z_OK, "zlib");
	z.next_in = (Bytef *)(uintptr_t)answer.body.at;
	z.avail_in = (uInt)answer.body.len;
	CHECK(inflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out == 5000 &&
		  out[4999] == (unsigned char)('a' + 4999 % 23),
	    "%lu", z.total_out);
	inflateEnd(&z);
	answer = server_ask(edge_port(edge), GET("/sized/5000"), &in);
	CHECK(answer.body.len == 5000 &&
		  text_is(answer_header(&answer, "Vary"), "Accept-Encoding"),
	    "%zu", answer.body.len);
	answer = server_ask(edge_port(edge),
	    "GET /ok HTTP/1.1\r\n" HOST "Accept-Encoding: gzip\r\n\r\n", &in);
	CHECK(answer_header(&answer, "Content-Encoding").len == 0, "small");
	buf_free(&in);
	edge_close(edge, 1000);
}

static void ids_are_kept(void **state)
{
	struct edge *edge = server_open((struct edge_settings){ 0 });
	struct buf in = { 0 };
	struct answer answer;
	struct text id;

	(void)state;
	answer = server_ask(edge_port(edge),
	    "GET /ok HTTP/1.1\r\n" HOST "X-Request-Id: "
	    "0f8fad5b-d9cb-469f-a165-70867728950e\r\n\r\n",
	    &in);
	id = answer_header(&answer, "X-Request-Id");
	CHECK(text_is(id, "0f8fad5b-d9cb-469f-a165-70867728950e"), TEXT_FMT,
	    TEXT_ARG(id));
	answer = server_ask(edge_port(edge),
	    "GET /ok HTTP/1.1\r\n" HOST "X-Request-Id: <b> x=1\r\n\r\n", &in);
	id = answer_header(&answer, "X-Request-Id");
	CHECK(id.len == 16, TEXT_FMT, TEXT_ARG(id));
	buf_free(&in);
	edge_close(edge, 1000);
}

static void origins_are_configured(void **state)
{
	static const char request[] =
	    "GET /origin HTTP/1.1\r\n" HOST "X-Forwarded-For: 192.0.2.9\r\n"
	    "X-Forwarded-Proto: https\r\nX-Forwarded-Host: e\r\n\r\n";
	static const struct {
		const char *proxies, *public_url, *want;
	} cases[] = {
		{ NULL, NULL, "http://h 127.0.0.1" },
		{ "10.0.0.0/8", NULL, "http://h 127.0.0.1" },
		{ "127.0.0.0/8", NULL, "https://e 192.0.2.9" },
		{ NULL, "https://p/x//", "https://p/x 127.0.0.1" },
		{ "127.0.0.1", "https://p", "https://p 192.0.2.9" },
	};
	struct buf in = { 0 };

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct edge *edge = server_open(
		    (struct edge_settings){ .proxies = cases[i].proxies,
			.public_url = cases[i].public_url });
		struct answer answer =
		    server_ask(edge_port(edge), request, &in);

		CHECK(text_is(answer.body, cases[i].want), TEXT_FMT,
		    TEXT_ARG(answer.body));
		edge_close(edge, 1000);
	}
	buf_free(&in);
}

static void counters_count(void **state)
{
	struct edge *edge = server_open((struct edge_settings){ 0 });
	struct buf in = { 0 };
	struct answer answer;

	(void)state;
	for (int i = 0; i < 3; i++)
		server_ask(edge_port(edge), GET("/none"), &in);
	answer = server_ask(edge_port(edge), GET("/metrics"), &in);
	CHECK(memmem(answer.body.at, answer.body.len, "{status=\"4xx\"} 3\n",
		  17) != NULL,
	    TEXT_FMT, TEXT_ARG(answer.body));
	buf_free(&in);
	edge_close(edge, 1000);
}

/* --- clients that leave, and clients that don't -------------------------- */

static void a_half_closed_client_is_answered(void **state)
{
	struct edge *edge = server_open((struct edge_settings){ 0 });
	struct arena *arena = arena_new();
	const char *got;
	struct raw raw;

	(void)state;
	raw_open(&raw, edge_port(edge), false);
	raw_puts(&raw, GET("/task/1") GET("/sized/3000000"));
	raw_end(&raw);
	got = raw_statuses(&raw, arena);
	CHECK(strcmp(got, "200 200") == 0, "%s", got);
	raw_close(&raw);
	arena_free(arena);
	edge_close(edge, 1000);
}

static void clients_leave(void **state)
{
	struct edge *edge = server_open((struct edge_settings){ 0 });
	struct buf in = { 0 };
	struct raw raw;
	int asked = server_asked();

	(void)state;
	server_hold(true);
	for (int i = 0; i < 4; i++) { /* while a worker works */
		raw_open(&raw, edge_port(edge), false);
		raw_puts(&raw, GET("/task/1"));
		server_await(++asked);
		raw_reset(&raw);
	}
	server_hold(false);
	for (int i = 0; i < 4; i++) { /* in the middle of an answer */
		raw_open(&raw, edge_port(edge), false);
		raw_puts(&raw, GET("/sized/20000000"));
		CHECK(raw_more(&raw, &in), "nothing came");
		raw_reset(&raw);
	}
	for (int i = 0; i < 4; i++) { /* in the middle of a body */
		raw_open(&raw, edge_port(edge), false);
		raw_puts(&raw, "POST /echo HTTP/1.1\r\n" HOST
			       "Content-Length: 99\r\n\r\nabc");
		raw_reset(&raw);
	}
	server_is_well(edge);
	buf_free(&in);
	edge_close(edge, 1000);
}

/* Sends a byte every few milliseconds until the edge has had enough. */
static int dribble(int port, const char *before)
{
	const struct timespec pause = { 0, 20 * 1000000L };
	struct buf in = { 0 };
	struct answer answer;
	struct raw raw;
	size_t at = 0;

	raw_open(&raw, port, false);
	raw_puts(&raw, before);
	for (int i = 0; i < 40 && raw_puts(&raw, "a"); i++)
		nanosleep(&pause, NULL);
	raw_answer(&raw, &in, &at, false, &answer);
	raw_close(&raw);
	buf_free(&in);
	return answer.status;
}

static void dribblers_are_cut_off(void **state)
{
	struct edge *edge = server_open(
	    (struct edge_settings){ .receive_ms = 300, .idle_ms = 300 });
	int port = edge_port(edge), status;
	struct buf in = { 0 };
	struct raw raw;

	(void)state;
	status = dribble(port, "GET /");
	CHECK(status == 408, "in the head: %d", status);
	status = dribble(port,
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 999\r\n\r\n");
	CHECK(status == 408, "in the body: %d", status);
	raw_open(&raw, port, false);
	CHECK(!raw_more(&raw, &in) && in.len == 0, "idle");
	raw_close(&raw);
	buf_free(&in);
	edge_close(edge, 1000);
}

static void overdue_answers_are_given_up(void **state)
{
	struct edge *edge =
	    server_open((struct edge_settings){ .request_ms = 100 });
	struct buf in = { 0 };
	struct answer answer;

	(void)state;
	server_hold(true);
	answer = server_ask(edge_port(edge), GET("/task/1"), &in);
	CHECK(answer.status == 503, "%d", answer.status);
	CHECK(answer_header(&answer, "Retry-After").len > 0, "Retry-After");
	server_hold(false); /* its answer comes, to nobody */
	server_busy(true);
	answer = server_ask(edge_port(edge), GET("/task/1"), &in);
	CHECK(answer.status == 503, "%d", answer.status);
	server_busy(false);
	server_is_well(edge);
	buf_free(&in);
	edge_close(edge, 1000);
}

static void floods_are_bounded(void **state)
{
	struct edge *edge =
	    server_open((struct edge_settings){ .connections_max = 8 });
	struct raw raws[8], more;
	struct buf in = { 0 };
	struct answer answer;
	size_t at;

	(void)state;
	for (size_t i = 0; i < array_length(raws); i++) {
		raw_open(&raws[i], edge_port(edge), false);
		raw_puts(&raws[i], GET("/ok"));
		at = 0;
		in.len = 0;
		CHECK(raw_answer(&raws[i], &in, &at, false, &answer), "%zu", i);
	}
	answer = server_ask(edge_port(edge), GET("/ok"), &in);
	CHECK(answer.status == 503, "%d", answer.status);
	for (size_t i = 0; i < array_length(raws); i++)
		raw_close(&raws[i]);
	do { /* the edge learns of it in its own time */
		raw_open(&more, edge_port(edge), false);
		raw_puts(&more, GET("/ok"));
		at = 0;
		in.len = 0;
		raw_answer(&more, &in, &at, false, &answer);
		raw_close(&more);
	} while (answer.status == 503);
	CHECK(answer.status == 200, "%d", answer.status);
	buf_free(&in);
	edge_close(edge, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_keep_their_order),
		cmocka_unit_test(many_at_once),
		cmocka_unit_test(a_head_has_no_body),
		cmocka_unit_test(a_continue_is_sent),
		cmocka_unit_test(large_answers_are_whole),
		cmocka_unit_test(compression_is_asked_for),
		cmocka_unit_test(ids_are_kept),
		cmocka_unit_test(origins_are_configured),
		cmocka_unit_test(counters_count),
		cmocka_unit_test(a_half_closed_client_is_answered),
		cmocka_unit_test(clients_leave),
		cmocka_unit_test(dribblers_are_cut_off),
		cmocka_unit_test(overdue_answers_are_given_up),
		cmocka_unit_test(floods_are_bounded),
	};

	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, server_begin, server_end);
}
