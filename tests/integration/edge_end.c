/* TLS at the edge, and its end: a stop under load, with workers still busy. */
#include "check.h"
#include "support/server.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sched.h>
#include <unistd.h>

#define CERTIFICATE "cert.pem"
#define KEY "key.pem"

static struct edge *open_tls(void)
{
	raw_certificate(CERTIFICATE, KEY);
	return server_open(
	    (struct edge_settings){ .certificate = CERTIFICATE, .key = KEY });
}

/* --- TLS ----------------------------------------------------------------- */

/* With Nagle's algorithm each would wait 40 ms for an acknowledgement. */
static void small_answers_do_not_wait(void **state)
{
	struct edge *edge = open_tls();
	struct answer answer;
	struct buf in = { 0 };
	struct raw raw;
	size_t at = 0;
	int64_t begin;

	(void)state;
	raw_open(&raw, edge_port(edge), true);
	begin = clock_tick();
	for (int i = 0; i < 100; i++) {
		raw_puts(&raw, GET("/sized/20000"));
		CHECK(raw_answer(&raw, &in, &at, false, &answer) &&
			  answer.body.len == 20000,
		    "%d", i);
	}
	CHECK(clock_tick() - begin < 2000, "%lld ms",
	    (long long)(clock_tick() - begin));
	raw_close(&raw);
	buf_free(&in);
	edge_close(edge, 1000);
}

static void large_answers_are_whole(void **state)
{
	struct edge *edge = open_tls();
	struct answer answer;
	struct buf in = { 0 };
	struct raw raw;
	size_t at = 0;

	(void)state;
	raw_open(&raw, edge_port(edge), true);
	raw_puts(&raw, GET("/sized/20000000") GET("/task/1"));
	raw_answer(&raw, &in, &at, false, &answer);
	CHECK(answer.body.len == 20000000, "%zu", answer.body.len);
	for (size_t i = 0; i < answer.body.len; i++)
		CHECK(answer.body.at[i] == (char)('a' + i % 23), "at %zu", i);
	raw_answer(&raw, &in, &at, false, &answer);
	CHECK(text_is(answer.body, "[1]"), TEXT_FMT, TEXT_ARG(answer.body));
	raw_close(&raw);
	buf_free(&in);
	edge_close(edge, 1000);
}

/* How a handshake ends when the client wants it so. */
static bool shakes_hands(int port, int version, const char *protocols,
    const char **chosen)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
	struct raw raw;
	SSL *ssl;
	const unsigned char *name;
	unsigned len;
	bool done;

	SSL_CTX_set_security_level(tls, 0);
	SSL_CTX_set_max_proto_version(tls, version);
	if (*protocols != '\0')
		SSL_CTX_set_alpn_protos(tls, (const unsigned char *)protocols,
		    (unsigned)strlen(protocols));
	raw_open(&raw, port, false);
	ssl = SSL_new(tls);
	SSL_set_fd(ssl, raw.fd);
	done = SSL_connect(ssl) == 1;
	SSL_get0_alpn_selected(ssl, &name, &len);
	*chosen =
	    len == 8 && memcmp(name, "http/1.1", 8) == 0 ? "http/1.1" : "none";
	SSL_free(ssl);
	raw_close(&raw);
	SSL_CTX_free(tls);
	return done;
}

static void handshakes_are_modern(void **state)
{
	static const struct {
		int version;
		const char *protocols;
		bool want;
		const char *chosen;
	} cases[] = {
		{ TLS1_3_VERSION, "", true, "none" },
		{ TLS1_2_VERSION, "", true, "none" },
		{ TLS1_1_VERSION, "", false, "none" },
		{ TLS1_3_VERSION, "\x08http/1.1", true, "http/1.1" },
		{ TLS1_2_VERSION, "\x02h2\x08http/1.1", true, "http/1.1" },
		{ TLS1_3_VERSION, "\x02h2", false, "none" },
	};
	struct edge *edge = open_tls();

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		const char *chosen;
		bool done = shakes_hands(edge_port(edge), cases[i].version,
		    cases[i].protocols, &chosen);

		CHECK(done == cases[i].want, "%zu", i);
		CHECK(strcmp(chosen, cases[i].chosen) == 0, "%zu: %s", i,
		    chosen);
	}
	edge_close(edge, 1000);
}

/* A client that speaks no TLS, or stops in the middle, holds nothing up. */
static void broken_handshakes_end(void **state)
{
	struct edge *edge = open_tls();
	struct buf in = { 0 };
	struct raw raw;

	(void)state;
	raw_open(&raw, edge_port(edge), false);
	raw_puts(&raw, GET("/ok"));
	while (raw_more(&raw, &in))
		continue;
	raw_close(&raw);
	raw_open(&raw, edge_port(edge), false);
	raw_send(&raw, "\x16\x03\x01\x02", 4);
	raw_reset(&raw);
	raw_open(&raw, edge_port(edge), true);
	CHECK(raw_puts(&raw, LAST) && raw_more(&raw, &in), "not well");
	raw_close(&raw);
	buf_free(&in);
	edge_close(edge, 1000);
}

static void serial_of(int port, char *out, size_t room)
{
	struct raw raw;
	X509 *x509;
	EVP_PKEY *key;
	unsigned char *der = NULL;
	int len;

	raw_open(&raw, port, true);
	x509 = SSL_get1_peer_certificate(raw.ssl);
	CHECK(x509 != NULL, "no certificate");
	key = X509_get0_pubkey(x509);
	len = i2d_PUBKEY(key, &der);
	CHECK(len > 16 && 33 <= room, "%d", len);
	hex_encode(out, der + len - 16, 16);
	OPENSSL_free(der);
	X509_free(x509);
	raw_close(&raw);
}

static void certificates_are_read_again(void **state)
{
	struct edge *edge = open_tls();
	struct err err = { 0 };
	char first[33], second[33];
	FILE *file;

	(void)state;
	serial_of(edge_port(edge), first, sizeof(first));
	file = fopen(CERTIFICATE, "w");
	CHECK(file != NULL, "cannot spoil the certificate");
	fclose(file);
	CHECK(!edge_reload(edge, &err), "an empty file was taken");
	serial_of(edge_port(edge), second, sizeof(second));
	CHECK(strcmp(first, second) == 0, "the old one is gone");
	raw_certificate(CERTIFICATE, KEY);
	err = (struct err){ 0 };
	CHECK(edge_reload(edge, &err), "%s", err.text);
	/* Each loop takes it when it comes to it. */
	do
		serial_of(edge_port(edge), second, sizeof(second));
	while (strcmp(first, second) == 0);
	edge_close(edge, 1000);
}

/* --- what cannot be opened ----------------------------------------------- */

static void bad_settings_are_refused(void **state)
{
	static const struct edge_settings cases[] = {
		{ .listen = "127.0.0.1" },
		{ .listen = "127.0.0.1:99999" },
		{ .listen = "example.org:0" },
		{ .listen = "192.0.2.1:0" },
		{ .listen = "127.0.0.1:0", .proxies = "10.0.0.0/40" },
		{ .listen = "127.0.0.1:0", .certificate = "none.pem" },
		{ .listen = "127.0.0.1:0",
		    .certificate = "none.pem",
		    .key = "none.pem" },
	};
	static const struct route none = { .path = NULL };
	const struct route *const tables[] = { &none, NULL };

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct err err = { 0 };
		struct edge *edge;

		CHECK(!edge_open(&edge, &cases[i], tables, &err), "%zu", i);
		CHECK(err.text[0] != '\0', "%zu says nothing", i);
	}
}

static void a_port_is_not_shared(void **state)
{
	struct edge *edge = server_open((struct edge_settings){ 0 }), *second;
	static const struct route none = { .path = NULL };
	const struct route *const tables[] = { &none, NULL };
	struct edge_settings wanted = { 0 };
	struct err err = { 0 };
	char listen[32];

	(void)state;
	snprintf(listen, sizeof(listen), "127.0.0.1:%d", edge_port(edge));
	wanted.listen = listen;
	CHECK(!edge_open(&second, &wanted, tables, &err), "two on a port");
	edge_close(edge, 1000);
	CHECK(edge_open(&edge, &wanted, tables, &err), "%s", err.text);
	edge_close(edge, 1000);
}

static void a_v6_address_serves(void **state)
{
	struct edge *edge =
	    server_open((struct edge_settings){ .listen = ":0" });

	(void)state;
	server_is_well(edge); /* which comes by IPv4 */
	edge_close(edge, 1000);
}

/* --- the log ------------------------------------------------------------- */

static void the_log_holds_ids_only(void **state)
{
	struct edge *edge = server_open((struct edge_settings){ 0 });
	int before = dup(STDERR_FILENO);
	struct buf in = { 0 };
	char text[4096] = "";
	FILE *file = fopen("log", "w+");

	(void)state;
	CHECK(file != NULL && before >= 0, "no file");
	dup2(fileno(file), STDERR_FILENO);
	log_level_set(LOG_DEBUG);
	server_ask(edge_port(edge), GET("/task/secret?filter=secret"), &in);
	server_ask(edge_port(edge), GET("/secret"), &in);
	server_ask(edge_port(edge), GET("/sec\"ret"), &in);
	edge_close(edge, 1000); /* all is logged */
	log_level_set(LOG_ERROR + 1);
	dup2(before, STDERR_FILENO);
	close(before);
	rewind(file);
	CHECK(fread(text, 1, sizeof(text) - 1, file) > 0, "empty");
	fclose(file);
	CHECK(strstr(text, "secret") == NULL, "%s", text);
	CHECK(strstr(text, " application=0 method=GET route=/task/{} status=200"
			   " fault=NONE rows=0 bytes=") != NULL,
	    "%s", text);
	CHECK(strstr(text, " route=- status=404 fault=NOT_FOUND ") != NULL,
	    "%s", text);
	buf_free(&in);
}

/* --- the end ------------------------------------------------------------- */

struct load {
	int port;
	bool tls;
	atomic_bool stop;
	atomic_int answers, odd;
};

static void *hammer(void *arg)
{
	struct load *load = arg;
	struct buf in = { 0 };
	struct answer answer;
	struct raw raw;

	while (!atomic_load(&load->stop)) {
		size_t at = 0;

		if (!raw_open(&raw, load->port, load->tls))
			break;
		raw_puts(&raw, GET("/task/1") GET("/ok") GET("/sized/200000")
				   GET("/task/2") LAST);
		in.len = 0;
		while (raw_answer(&raw, &in, &at, false, &answer)) {
			atomic_fetch_add(&load->answers, 1);
			if (answer.status != 200)
				atomic_fetch_add(&load->odd, 1);
		}
		raw_close(&raw);
	}
	buf_free(&in);
	return NULL;
}

static void stop_under_load(bool tls)
{
	struct edge *edge =
	    tls ? open_tls() : server_open((struct edge_settings){ 0 });
	struct load load = { .port = edge_port(edge), .tls = tls };
	pthread_t threads[8];

	for (size_t i = 0; i < array_length(threads); i++)
		pthread_create(&threads[i], NULL, hammer, &load);
	while (atomic_load(&load.answers) < 2000)
		sched_yield();
	edge_close(edge, 2000);
	atomic_store(&load.stop, true);
	for (size_t i = 0; i < array_length(threads); i++)
		pthread_join(threads[i], NULL);
	CHECK(atomic_load(&load.odd) == 0, "%d answers were odd",
	    atomic_load(&load.odd));
}

static void stops_under_load(void **state)
{
	(void)state;
	stop_under_load(false);
	stop_under_load(true);
}

/* The worker comes back when its loop is gone. */
static void stops_before_its_workers(void **state)
{
	struct edge *edge = server_open((struct edge_settings){ 0 });
	int asked = server_asked();
	struct raw raws[4];

	(void)state;
	server_hold(true);
	for (size_t i = 0; i < array_length(raws); i++) {
		raw_open(&raws[i], edge_port(edge), false);
		raw_puts(&raws[i], GET("/task/1"));
		server_await(++asked);
	}
	edge_close(edge, 0);
	server_hold(false);
	for (size_t i = 0; i < array_length(raws); i++)
		raw_close(&raws[i]);
}

static void *close_edge(void *edge)
{
	edge_close(edge, 5000);
	return NULL;
}

static void finishes_what_is_under_way(void **state)
{
	struct edge *edge = server_open((struct edge_settings){ 0 });
	int asked = server_asked(), port = edge_port(edge);
	struct raw raw, other;
	struct answer answer;
	struct buf in = { 0 };
	pthread_t closer;
	size_t at = 0;

	(void)state;
	server_hold(true);
	raw_open(&raw, port, false);
	raw_puts(&raw, GET("/task/1"));
	server_await(++asked);
	CHECK(pthread_create(&closer, NULL, close_edge, edge) == 0, "thread");
	while (raw_open(&other, port, false))
		raw_close(&other);
	server_hold(false);
	raw_answer(&raw, &in, &at, false, &answer);
	CHECK(text_is(answer.body, "[1]"), TEXT_FMT, TEXT_ARG(answer.body));
	CHECK(text_is(answer_header(&answer, "Connection"), "close"), "kept");
	raw_close(&raw);
	buf_free(&in);
	pthread_join(closer, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_answers_do_not_wait),
		cmocka_unit_test(large_answers_are_whole),
		cmocka_unit_test(handshakes_are_modern),
		cmocka_unit_test(broken_handshakes_end),
		cmocka_unit_test(certificates_are_read_again),
		cmocka_unit_test(bad_settings_are_refused),
		cmocka_unit_test(a_port_is_not_shared),
		cmocka_unit_test(a_v6_address_serves),
		cmocka_unit_test(the_log_holds_ids_only),
		cmocka_unit_test(stops_under_load),
		cmocka_unit_test(stops_before_its_workers),
		cmocka_unit_test(finishes_what_is_under_way),
	};

	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, server_begin, server_end);
}
