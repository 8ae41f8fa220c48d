/*
 * Entity tags of what is read by REST. A tag is made from what the answer
 * depends on, never from its bytes, so that a loop can tell a client that it
 * has the answer already without anybody having to make it.
 */
#include "serve.h"

#include <string.h>

#define TAG_SIZE 48

/* So that an answer and its compressed self, which have other bytes, have
 * other tags. */
static const char marks[] = {
	[CODING_NEVER] = 's',
	[CODING_NONE] = 'p',
	[CODING_GZIP] = 'g',
};

/* --- what an answer depends on -------------------------------------------- */

static void add_text(struct buf *out, const char *text)
{
	buf_add(out, text, strlen(text) + 1);
}

/* Decoded, so that one question has one tag however its URL is spelt. */
static void add_question(struct buf *out, const struct request *rq)
{
	add_text(out, rq->base_url);
	add_text(out, rq->route->path);
	for (size_t i = 0; i < array_length(rq->ids) && rq->ids[i].at != NULL;
	     i++)
		add_text(out, rq->ids[i].at);
	for (size_t i = 0; i < rq->param_count; i++) {
		add_text(out, rq->params[i].name);
		add_text(out, rq->params[i].value);
	}
}

/* The program's version is part of it: another one may tell the same in other
 * words. All servers must come to the same, so the key is no secret; a tag that
 * somebody makes up tells him nothing but that he made it up. */
static void make_tag(char out[TAG_SIZE], const struct request *rq,
    int64_t version, const char *revision)
{
	static const uint8_t key[16] = "homeroom answer";
	struct buf what = { 0 }, text = { 0 };
	struct hash128 hash;

	buf_reserve(&what, 512);
	add_text(&what, HOMEROOM_VERSION);
	buf_add(&what, &rq->caller.application, sizeof(int64_t));
	buf_add(&what, &version, sizeof(version));
	add_text(&what, revision);
	add_question(&what, rq);
	hash = siphash128(key, what.data, what.len);
	buf_char(&text, '"');
	base64url_encode(&text, &hash, sizeof(hash));
	buf_puts(&text, "-?\"");
	memcpy(out, buf_text(&text), text.len + 1);
	buf_free(&what);
	buf_free(&text);
}

static void set_coding(char tag[TAG_SIZE], enum coding coding)
{
	tag[strlen(tag) - 2] = marks[coding];
}

/* --- the answer ----------------------------------------------------------- */

static void put_headers(struct request *rq, const char *tag, int64_t version)
{
	reply_header(rq, "ETag", tag);
	/* About children: never in a shared cache. */
	reply_header(rq, "Cache-Control", "private, no-cache");
	rq->version = version;
	reply_header(rq, "Homeroom-Version", arena_number(rq->arena, version));
}

static void not_modified(struct request *rq, enum coding coding)
{
	rq->status = 304;
	rq->reply.len = 0;
	if (coding != CODING_NEVER)
		reply_header(rq, "Vary", "Accept-Encoding");
}

void tag_reply(struct request *rq, int64_t version, const char *revision)
{
	enum coding coding = reply_coding(rq);
	char tag[TAG_SIZE];

	make_tag(tag, rq, version, revision);
	set_coding(tag, coding);
	put_headers(rq, tag, version);
	if (request_has(rq, tag))
		not_modified(rq, coding);
}

/* The live version, or the one that the link of an earlier page pins. */
static bool find_version(const struct request *rq, int64_t live,
    int64_t *version)
{
	const char *cursor = request_param(rq, "cursor");

	*version = live;
	return cursor == NULL ||
	       text_integer((struct text){ cursor, strcspn(cursor, ".") }, 1,
		   INT64_MAX, version);
}

/* Which coding the answer had is not known here; it is one of two. */
bool tag_knows(struct request *rq)
{
	enum coding codings[2] = { CODING_NEVER,
		request_takes_gzip(rq) ? CODING_GZIP : CODING_NONE };
	struct allowance now;
	char tag[TAG_SIZE];
	int64_t version;

	if (request_header(rq, "If-None-Match") == NULL ||
	    !accounts_certain(&rq->caller, &now) ||
	    !find_version(rq, now.version, &version))
		return false;
	make_tag(tag, rq, version, now.revision);
	for (size_t i = 0; i < array_length(codings); i++) {
		set_coding(tag, codings[i]);
		if (!request_names(rq, tag))
			continue;
		put_headers(rq, tag, version);
		not_modified(rq, codings[i]);
		return true;
	}
	return false;
}
