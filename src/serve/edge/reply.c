/* Writes answers: the status line, headers, compression. */
#include "edge.h"

#include <assert.h>
#include <string.h>
#include <zlib.h>

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 206, "Partial Content" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 416, "Range Not Satisfiable" },
	{ 417, "Expectation Failed" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 505, "HTTP Version Not Supported" },
};

const char *status_reason(int status)
{
	for (size_t i = 0; i < array_length(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "";
}

bool status_has_body(int status)
{
	return status != 204 && status != 304;
}

static void put_header(struct buf *out, const char *name, const char *value)
{
	buf_puts(out, name);
	buf_puts(out, ": ");
	buf_puts(out, value);
	buf_puts(out, "\r\n");
}

/* printf would be a tenth of a small answer. */
static void put_number(struct buf *out, uint64_t number)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	buf_add(out, digits + at, sizeof(digits) - at);
}

static const char *reply_media(const struct request *rq)
{
	if (rq->media != NULL)
		return rq->media;
	if (rq->route != NULL && rq->route->media != NULL)
		return rq->route->media;
	return "application/json";
}

void reply_compose(struct buf *out, const struct request *rq,
    const struct reply_head *head)
{
	buf_reserve(out, 512);
	buf_puts(out, "HTTP/1.1 ");
	put_number(out, (uint64_t)rq->status);
	buf_char(out, ' ');
	buf_puts(out, status_reason(rq->status));
	buf_puts(out, "\r\n");
	put_header(out, "Date", head->date);
	if (status_has_body(rq->status)) {
		if (reply_length(rq) > 0)
			put_header(out, "Content-Type", reply_media(rq));
		buf_puts(out, "Content-Length: ");
		put_number(out, reply_length(rq));
		buf_puts(out, "\r\n");
	}
	put_header(out, "X-Request-Id", rq->id);
	put_header(out, "X-Content-Type-Options", "nosniff");
	for (size_t i = 0; i < rq->header_count; i++)
		put_header(out, rq->headers[i].name, rq->headers[i].value);
	if (head->close)
		put_header(out, "Connection", "close");
	else if (head->old)
		put_header(out, "Connection", "keep-alive");
	buf_puts(out, "\r\n");
}

/* Full when the count is a power of two from 4 on. */
static bool is_full(size_t count)
{
	return count == 0 || (count >= 4 && (count & (count - 1)) == 0);
}

void reply_header(struct request *rq, const char *name, const char *value)
{
	struct exchange *exchange = rq->edge;
	size_t n = rq->header_count;
	struct param *headers = exchange->headers;
	char *copy = arena_text(rq->arena, value);

	/* A value never ends its line, whoever made it. */
	for (char *at = copy; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = ' ';
	if (is_full(n)) {
		headers = arena_alloc(rq->arena,
		    (n == 0 ? 4 : 2 * n) * sizeof(*headers));
		if (n > 0)
			memcpy(headers, rq->headers, n * sizeof(*headers));
		exchange->headers = headers;
		rq->headers = headers;
	}
	headers[n] = (struct param){ .name = name, .value = copy };
	rq->header_count = n + 1;
}

/* --- compression --------------------------------------------------------- */

#define WORTH_COMPRESSING 1024

static bool is_text(const char *media)
{
	return strncmp(media, "text/", 5) == 0 ||
	       strncmp(media, "application/json", 16) == 0 ||
	       strncmp(media, "application/problem+json", 24) == 0 ||
	       strncmp(media, "application/javascript", 22) == 0 ||
	       strncmp(media, "image/svg+xml", 13) == 0;
}

/* Compressed before, or by the handler; or found not to be wanted. */
static bool is_settled(const struct request *rq)
{
	for (size_t i = 0; i < rq->header_count; i++)
		if (strcmp(rq->headers[i].name, "Content-Encoding") == 0 ||
		    strcmp(rq->headers[i].value, "Accept-Encoding") == 0)
			return true;
	return false;
}

/* zlib takes its input as bytes that it may write, though it never does. */
static void gzip(struct buf *out, const struct buf *in)
{
	z_stream z = { 0 };
	int result =
	    deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);

	assert(result == Z_OK);
	buf_reserve(out, deflateBound(&z, in->len));
	z.next_in = (Bytef *)in->data;
	z.avail_in = (uInt)in->len;
	z.next_out = (Bytef *)out->data;
	z.avail_out = (uInt)out->cap;
	result = deflate(&z, Z_FINISH);
	assert(result == Z_STREAM_END);
	out->len = z.total_out;
	deflateEnd(&z);
}

bool request_takes_gzip(const struct request *rq)
{
	return accept_gzip(request_header(rq, "Accept-Encoding"));
}

enum coding reply_coding(const struct request *rq)
{
	if (rq->reply.len <= WORTH_COMPRESSING || rq->reply.len > UINT32_MAX ||
	    rq->status == 206 || !is_text(reply_media(rq)))
		return CODING_NEVER;
	return request_takes_gzip(rq) ? CODING_GZIP : CODING_NONE;
}

void reply_compress(struct request *rq)
{
	enum coding coding = reply_coding(rq);
	struct buf packed = { 0 };

	if (coding == CODING_NEVER || is_settled(rq))
		return;
	reply_header(rq, "Vary", "Accept-Encoding");
	if (coding == CODING_NONE)
		return;
	gzip(&packed, &rq->reply);
	buf_free(&rq->reply);
	rq->reply = packed;
	reply_header(rq, "Content-Encoding", "gzip");
}
