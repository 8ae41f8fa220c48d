/* Reads a request's body from bytes: counted, or in chunks with trailers. */
#include "edge.h"

#include <string.h>

void body_start(struct body *body, const struct head *head)
{
	*body = (struct body){ .state = BODY_DONE };
	if (head->chunked)
		body->state = BODY_CHUNK_LINE;
	else if (head->length > 0)
		body->state = BODY_COUNTED;
	body->left = head->length;
}

static bool has_control(const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)at[i] < ' ' && at[i] != '\t') ||
		    at[i] == 0x7f)
			return true;
	return false;
}

/* "1a;extension": the extension is checked and dropped. */
static enum refusal parse_chunk_line(struct body *body, const char *line,
    size_t len, size_t held)
{
	size_t size = 0, digits = 0;

	while (digits < len && hex_digit(line[digits]) >= 0) {
		size = size * 16 + (size_t)hex_digit(line[digits++]);
		if (size > BODY_MAX - held)
			return REFUSE_BODY_LONG;
	}
	if (digits == 0 || (digits < len && line[digits] != ';') ||
	    has_control(line, len))
		return REFUSE_CHUNK;
	body->left = size;
	body->state = size > 0 ? BODY_CHUNK : BODY_TRAILERS;
	return REFUSE_NOTHING;
}

/* A trailer may hold nothing that we would believe, so it is dropped. */
static enum refusal parse_trailer(struct body *body, const char *line,
    size_t len)
{
	if (len == 0) {
		body->state = BODY_DONE;
		return REFUSE_NOTHING;
	}
	if (memchr(line, ':', len) == NULL || *line == ':' || *line == ' ' ||
	    *line == '\t' || has_control(line, len))
		return REFUSE_CHUNK;
	body->trailers += len;
	return body->trailers > TRAILERS_MAX ? REFUSE_TRAILERS_LONG
					     : REFUSE_NOTHING;
}

/* The line that ends a chunk, begins one, or stands behind the last. */
static enum refusal parse_line(struct body *body, const char *line, size_t len,
    size_t held)
{
	switch (body->state) {
	case BODY_CHUNK_LINE:
		return len > CHUNK_LINE_MAX
			   ? REFUSE_CHUNK
			   : parse_chunk_line(body, line, len, held);
	case BODY_CHUNK_END:
		body->state = BODY_CHUNK_LINE;
		return len == 0 ? REFUSE_NOTHING : REFUSE_CHUNK;
	case BODY_TRAILERS:
		return parse_trailer(body, line, len);
	case BODY_DONE:
	case BODY_COUNTED:
	case BODY_CHUNK:
		break;
	}
	return REFUSE_CHUNK;
}

/* *used stays when the line is not whole yet. */
static enum refusal take_line(struct body *body, const char *data, size_t len,
    size_t *used, size_t held)
{
	const char *line = data + *used;
	const char *lf = memchr(line, '\n', len - *used);

	if (lf == NULL && len - *used > TRAILERS_MAX)
		return body->state == BODY_TRAILERS ? REFUSE_TRAILERS_LONG
						    : REFUSE_CHUNK;
	if (lf == NULL)
		return REFUSE_NOTHING;
	if (lf == line || lf[-1] != '\r')
		return REFUSE_BARE_LF;
	*used += (size_t)(lf + 1 - line);
	return parse_line(body, line, (size_t)(lf - 1 - line), held);
}

static void take_data(struct body *body, const char *data, size_t len,
    size_t *used, struct buf *out)
{
	size_t more = len - *used < body->left ? len - *used : body->left;

	buf_add(out, data + *used, more);
	*used += more;
	body->left -= more;
	if (body->left == 0)
		body->state =
		    body->state == BODY_COUNTED ? BODY_DONE : BODY_CHUNK_END;
}

enum refusal body_take(struct body *body, const char *data, size_t len,
    size_t *used, struct buf *out)
{
	enum refusal refusal;
	size_t before;

	*used = 0;
	while (body->state != BODY_DONE && *used < len) {
		if (body->state == BODY_COUNTED || body->state == BODY_CHUNK) {
			take_data(body, data, len, used, out);
			continue;
		}
		before = *used;
		refusal = take_line(body, data, len, used, out->len);
		if (refusal != REFUSE_NOTHING)
			return refusal;
		if (*used == before)
			break;
	}
	return REFUSE_NOTHING;
}
