/* Answers that lie in files: whole, plain and over TLS; to clients that leave,
 * and to some that do not read. */
#include "check.h"
#include "support/server.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#define CERTIFICATE "cert.pem"
#define KEY "key.pem"

static struct edge *open_server(bool tls)
{
	struct edge_settings wanted = { 0 };

	if (tls) {
		raw_certificate(CERTIFICATE, KEY);
		wanted.certificate = CERTIFICATE;
		wanted.key = KEY;
	}
	return server_open(wanted);
}

/* --- whole ---------------------------------------------------------------- */

static void is_whole(const struct answer *answer, size_t size)
{
	CHECK(answer->status == 200 && answer->body.len == size, "%d, %zu",
	    answer->status, answer->body.len);
	for (size_t i = 0; i < answer->body.len; i++)
		if (answer->body.at[i] != (char)('a' + i % 23)) {
			CHECK(false, "another byte at %zu", i);
			return;
		}
}

static void ask_sizes(bool tls)
{
	static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 200000,
		20000000 };
	struct edge *edge = open_server(tls);
	struct answer answer;
	struct buf in = { 0 };
	struct raw raw;
	size_t at = 0;

	raw_open(&raw, edge_port(edge), tls);
	for (size_t i = 0; i < array_length(sizes); i++) {
		char request[128];

		snprintf(request, sizeof(request),
		    "GET /file/%zu HTTP/1.1\r\n" HOST "\r\n" GET("/ok"),
		    sizes[i]);
		raw_puts(&raw, request);
		CHECK(raw_answer(&raw, &in, &at, false, &answer), "%zu", i);
		is_whole(&answer, sizes[i]);
		CHECK(raw_answer(&raw, &in, &at, false, &answer) &&
			  text_is(answer.body, "{\"ok\":true}"),
		    "behind %zu bytes", sizes[i]);
	}
	raw_close(&raw);
	buf_free(&in);
	edge_close(edge, 1000);
}

static void files_are_whole(void **state)
{
	(void)state;
	ask_sizes(false);
	ask_sizes(true);
}

static void a_head_has_no_body(void **state)
{
	struct edge *edge = open_server(false);
	struct answer answer;
	struct buf in = { 0 };
	struct raw raw;
	size_t at = 0;

	(void)state;
	raw_open(&raw, edge_port(edge), false);
	raw_puts(&raw, "HEAD /file/300000 HTTP/1.1\r\n" HOST "\r\n" GET("/ok"));
	CHECK(raw_answer(&raw, &in, &at, true, &answer), "no answer");
	CHECK(text_is(answer_header(&answer, "Content-Length"), "300000"),
	    TEXT_FMT, TEXT_ARG(answer.head));
	CHECK(raw_answer(&raw, &in, &at, false, &answer) &&
		  text_is(answer.body, "{\"ok\":true}"),
	    "the next answer");
	raw_close(&raw);
	buf_free(&in);
	edge_close(edge, 1000);
}

/* --- clients that leave, or do not read ----------------------------------- */

static int open_files(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	CHECK(folder != NULL, "no /proc");
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count;
}

static void leave(struct edge *edge, bool tls)
{
	struct buf in = { 0 };
	struct raw raw;

	raw_open(&raw, edge_port(edge), tls);
	raw_puts(&raw, GET("/file/20000000"));
	CHECK(raw_more(&raw, &in), "nothing came");
	raw_reset(&raw);
	buf_free(&in);
}

static void who_leaves_leaves_nothing(void **state)
{
	int before;

	(void)state;
	for (int tls = 0; tls < 2; tls++) {
		struct edge *edge = open_server(tls);

		before = open_files();
		for (int i = 0; i < 20; i++)
			leave(edge, tls);
		if (!tls)
			server_is_well(edge);
		edge_close(edge, 1000);
		CHECK(open_files() < before, "%d files, and %d before",
		    open_files(), before);
	}
}

/* In KiB. */
static long memory_used(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[256];
	long used = 0;

	CHECK(status != NULL, "no /proc");
	while (fgets(line, sizeof(line), status) != NULL)
		if (sscanf(line, "RssAnon: %ld", &used) == 1)
			break;
	fclose(status);
	return used;
}

#define SLOW 40

static void who_does_not_read_costs_a_piece(void **state)
{
	struct edge *edge;
	struct raw raw[SLOW];
	struct buf in = { 0 };
	long before;

	(void)state;
	if (check_sanitized())
		skip();
	edge = open_server(false);
	leave(edge, false); /* what the first one costs */
	before = memory_used();
	for (int i = 0; i < SLOW; i++) {
		raw_open(&raw[i], edge_port(edge), false);
		raw_puts(&raw[i], GET("/file/8000000"));
		CHECK(raw_more(&raw[i], &in), "nothing came");
		in.len = 0;
	}
	server_is_well(edge);
	CHECK(memory_used() - before < SLOW * 512 + 16384, "%ld KiB more",
	    memory_used() - before);
	for (int i = 0; i < SLOW; i++)
		raw_close(&raw[i]);
	buf_free(&in);
	edge_close(edge, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_whole),
		cmocka_unit_test(a_head_has_no_body),
		cmocka_unit_test(who_leaves_leaves_nothing),
		cmocka_unit_test(who_does_not_read_costs_a_piece),
	};

	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, server_begin, server_end);
}
