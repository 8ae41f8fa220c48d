/*
 * How a page tells of its neighbours. A link carries the version in which the
 * pull began, and `next` also the sourcedId behind which it goes on; never a
 * value of a record.
 *
 * cursor=VERSION or cursor=VERSION.OFFSET.SOURCEDID
 */
#include "../serve.h"
#include "homeroom/model.h"
#include "homeroom/publish.h"

#include <string.h>

static bool bad_cursor(struct err *err)
{
	return fail(err, FAULT_BAD_REQUEST, "The cursor is not one of ours.");
}

/* The number before the next dot, or before the end. */
static bool take_number(const char **at, int64_t *number)
{
	struct text digits = { *at, strcspn(*at, ".") };

	*at += digits.len;
	return text_integer(digits, 0, INT64_MAX, number);
}

bool cursor_read(const struct request *rq, struct question *question,
    struct err *err)
{
	const char *at = request_param(rq, "cursor");
	int64_t offset;

	if (at == NULL)
		return true;
	if (!take_number(&at, &question->version))
		return bad_cursor(err);
	if (*at == '\0')
		return true;
	at++;
	if (!take_number(&at, &offset) || at[0] == '\0' || at[1] == '\0')
		return bad_cursor(err);
	at++;
	/* Who counts the offset up in a link that we made means the offset. */
	if (offset == question->sel.offset)
		question->after = (struct text){ at, strlen(at) };
	return true;
}

/* --- links ---------------------------------------------------------------- */

struct page_link {
	const char *rel;
	int64_t offset;
	const char *after; /* "": only the version is pinned */
};

static bool is_ours(const char *name)
{
	return strcmp(name, "limit") == 0 || strcmp(name, "offset") == 0 ||
	       strcmp(name, "cursor") == 0;
}

static void put_encoded(struct buf *out, const char *text)
{
	percent_encode(out, text, strlen(text));
}

static void put_link(struct buf *out, const struct request *rq,
    const struct question *q, const struct answer *answer,
    const struct page_link *link)
{
	buf_printf(out, "%s<%s%s?", out->len > 0 ? ", " : "", rq->base_url,
	    rq->path);
	for (size_t i = 0; i < rq->param_count; i++) {
		const struct param *p = &rq->params[i];

		if (is_ours(p->name))
			continue;
		put_encoded(out, p->name);
		buf_char(out, '=');
		put_encoded(out, p->value);
		buf_char(out, '&');
	}
	buf_printf(out, "limit=%d&offset=%lld&cursor=%lld", q->sel.limit,
	    (long long)link->offset, (long long)answer->version);
	if (*link->after != '\0') {
		buf_printf(out, ".%lld.", (long long)link->offset);
		put_encoded(out, link->after);
	}
	buf_printf(out, ">; rel=\"%s\"", link->rel);
}

static const char *after_of(const struct request *rq,
    const struct question *question)
{
	const struct text *after = &question->after;

	return after->at == NULL
		   ? ""
		   : arena_textn(rq->arena, after->at, after->len);
}

/* The last page is this one, under the very URL by which it was reached, or
 * else the one that holds the last record. */
static void put_last(struct buf *out, const struct request *rq,
    const struct question *q, const struct answer *answer)
{
	int64_t limit = q->sel.limit;
	struct page_link last = { .rel = "last", .after = "" };

	if (!answer->more && answer->rows > 0) {
		last.offset = q->sel.offset;
		last.after = after_of(rq, q);
	} else if (answer->total > 0) {
		last.offset = (answer->total - 1) / limit * limit;
	}
	put_link(out, rq, q, answer, &last);
}

void cursor_reply(struct request *rq, const struct question *q,
    const struct answer *answer)
{
	int64_t limit = q->sel.limit, offset = q->sel.offset;
	struct page_link next = { "next", offset + answer->rows, answer->last };
	struct page_link first = { "first", 0, "" };
	struct page_link prev = { "prev", offset > limit ? offset - limit : 0,
		"" };
	struct buf header = { 0 };

	if (answer->more)
		put_link(&header, rq, q, answer, &next);
	put_last(&header, rq, q, answer);
	put_link(&header, rq, q, answer, &first);
	if (offset > 0)
		put_link(&header, rq, q, answer, &prev);
	reply_header(rq, "Link", buf_text(&header));
	buf_free(&header);
	reply_header(rq, "X-Total-Count",
	    arena_number(rq->arena, answer->total));
}
