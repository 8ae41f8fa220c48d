/* A server for tests of the edge; server.h says more. */
#include "check.h"
#include "support/server.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct request *queue, **queue_end = &queue;
static int queued;
static bool held, busy, ended;

static bool give(struct request *rq)
{
	bool taken;

	pthread_mutex_lock(&lock);
	taken = !busy;
	if (taken) {
		rq->next = NULL;
		*queue_end = rq;
		queue_end = &rq->next;
		queued++;
		pthread_cond_broadcast(&changed);
	}
	pthread_mutex_unlock(&lock);
	return taken;
}

static struct request *next_request(void)
{
	struct request *rq = NULL;

	pthread_mutex_lock(&lock);
	while (!ended && (held || queue == NULL))
		pthread_cond_wait(&changed, &lock);
	if (queue != NULL) {
		rq = queue;
		queue = rq->next;
		if (queue == NULL)
			queue_end = &queue;
	}
	pthread_mutex_unlock(&lock);
	return rq;
}

static void *work(void *arg)
{
	struct request *rq;

	while ((rq = next_request()) != NULL) {
		buf_printf(&rq->reply, "[" TEXT_FMT "]", TEXT_ARG(rq->ids[0]));
		reply_header(rq, "X-Worked", "yes");
		loop_take_back(rq);
	}
	return arg;
}

static void set(bool *what, bool to)
{
	pthread_mutex_lock(&lock);
	*what = to;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

void server_hold(bool hold)
{
	set(&held, hold);
}

void server_busy(bool on)
{
	set(&busy, on);
}

int server_asked(void)
{
	int count;

	pthread_mutex_lock(&lock);
	count = queued;
	pthread_mutex_unlock(&lock);
	return count;
}

void server_await(int count)
{
	pthread_mutex_lock(&lock);
	while (queued < count)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static bool say_ok(struct request *rq, struct err *err)
{
	(void)err;
	buf_puts(&rq->reply, "{\"ok\":true}");
	return true;
}

static bool echo(struct request *rq, struct err *err)
{
	if (!request_media(rq, "text/plain", err))
		return false;
	buf_add(&rq->reply, rq->body.at, rq->body.len);
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

/* From the third byte on, as a range would be. */
static bool in_file(struct request *rq, struct err *err)
{
	int64_t size;
	int fd = memfd_create("sized", MFD_CLOEXEC);

	if (fd < 0 || !sized(rq, err) ||
	    !text_integer(rq->ids[0], 0, 1 << 26, &size))
		return false;
	CHECK(write(fd, "##", 2) == 2 &&
		  write(fd, rq->reply.data, rq->reply.len) == size,
	    "writing");
	reply_file(rq, fd, 2, size);
	return true;
}

static bool tell_origin(struct request *rq, struct err *err)
{
	(void)err;
	buf_printf(&rq->reply, "%s %s", rq->base_url, rq->client);
	return true;
}

static bool metrics(struct request *rq, struct err *err)
{
	(void)err;
	edge_metrics(rq, &rq->reply);
	return true;
}

static const struct errand errand;

/* clang-format off */
static const struct route routes[] = {
	{ .methods = METHOD_GET, .path = "/ok", .here = say_ok },
	{ .methods = METHOD_POST, .path = "/echo", .here = echo },
	{ .methods = METHOD_GET, .path = "/sized/{}", .here = sized },
	{ .methods = METHOD_GET, .path = "/file/{}", .here = in_file },
	{ .methods = METHOD_GET | METHOD_POST, .path = "/task/{}", .errand = &errand },
	{ .methods = METHOD_GET, .path = "/origin", .here = tell_origin },
	{ .methods = METHOD_GET, .path = "/metrics", .here = metrics, .media = "text/plain" },
	{ .path = NULL },
};
/* clang-format on */

static const struct route *const tables[] = { routes, NULL };

struct edge *server_open(struct edge_settings wanted)
{
	struct err err = { 0 };
	struct edge *edge;

	wanted.listen = wanted.listen != NULL ? wanted.listen : "127.0.0.1:0";
	wanted.give = give;
	wanted.loops = wanted.loops > 0 ? wanted.loops : 2;
	CHECK(edge_open(&edge, &wanted, tables, &err), "%s", err.text);
	return edge;
}

struct answer server_ask(int port, const char *request, struct buf *in)
{
	struct answer answer;
	struct raw raw;
	size_t at = 0;

	in->len = 0;
	raw_open(&raw, port, false);
	raw_puts(&raw, request);
	raw_answer(&raw, in, &at, false, &answer);
	raw_close(&raw);
	return answer;
}

void server_is_well(struct edge *edge)
{
	struct buf in = { 0 };
	struct answer answer = server_ask(edge_port(edge), LAST, &in);

	CHECK(answer.status == 200, "%d", answer.status);
	buf_free(&in);
}

static pthread_t workers[2];

int server_begin(void **state)
{
	(void)state;
	log_level_set(LOG_ERROR + 1);
	for (size_t i = 0; i < array_length(workers); i++)
		if (pthread_create(&workers[i], NULL, work, NULL) != 0)
			return -1;
	return 0;
}

int server_end(void **state)
{
	(void)state;
	set(&ended, true);
	for (size_t i = 0; i < array_length(workers); i++)
		pthread_join(workers[i], NULL);
	return 0;
}
