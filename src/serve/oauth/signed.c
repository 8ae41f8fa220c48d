/*
 * Who signs requests by OAuth 1.0a: the loop reads whom a request claims to be
 * of, a worker proves it. The secret is in the clear while its HMAC is made,
 * and no longer.
 */
#include "oauth.h"
#include "../serve.h"
#include "homeroom/model.h"
#include "homeroom/publish.h"

#include <string.h>

#include <openssl/crypto.h>

/* Clients' clocks are worse behind than ahead, and some send what they signed
 * a while ago. */
#define OLDEST (600 * SECOND)
#define NEWEST (300 * SECOND)
/* Servers' clocks may differ by so much. */
#define CLOCKS_APART (60 * SECOND)

/* The epoch of a caller that is claimed: the database tells the real one. No
 * application has it, so nothing is answered to it from memory. */
#define CLAIMED INT64_MAX

struct claim {
	struct signature signature;
	const char *sealed; /* the secret */
};

/* RFC 7235 §4.1. */
static bool refuse(struct request *rq, const char *why, struct err *err)
{
	reply_header(rq, "WWW-Authenticate", "OAuth realm=\"homeroom\"");
	return fail(err, FAULT_UNAUTHORISED, "%s", why);
}

static const char not_good[] =
    "The signature is not good: unknown consumer key, another secret, or "
    "another text was signed.";

/* --- on the loop ---------------------------------------------------------- */

/* One way to say it, not two (RFC 5849 §3.1). */
static bool says_elsewhere(const struct params *params)
{
	for (size_t i = 0; i < params->count; i++)
		if (strncmp(params->at[i].name, "oauth_", 6) == 0)
			return true;
	return false;
}

static bool check_time(struct request *rq, const struct signature *signature,
    struct err *err)
{
	int64_t now = clock_now();

	if (signature->time >= now - OLDEST && signature->time <= now + NEWEST)
		return true;
	return refuse(rq,
	    arena_printf(rq->arena,
		"oauth_timestamp lies more than 10 minutes back or 5 minutes "
		"ahead: it is %lld here.",
		(long long)(now / SECOND)),
	    err);
}

bool signed_admit(struct request *rq, const char *header, struct err *err)
{
	const struct params query = { rq->params, rq->param_count };
	struct claim *claim = arena_alloc(rq->arena, sizeof(*claim));
	const struct consumer *consumer;

	if (!signature_read(&claim->signature, rq->arena, header, err))
		return false;
	if (says_elsewhere(&query))
		return fail(err, FAULT_BAD_REQUEST,
		    "What signs a request stands in the header Authorization.");
	if (!throttle_admit(rq, claim->signature.consumer, err) ||
	    !check_time(rq, &claim->signature, err))
		return false;
	consumer = ring_consumer(ring_view()->ring, claim->signature.consumer);
	if (consumer == NULL) {
		throttle_failed(rq->client, claim->signature.consumer);
		return refuse(rq, not_good, err);
	}
	/* The ring may be gone when a worker looks. */
	claim->sealed = arena_text(rq->arena, consumer->sealed);
	rq->caller = (struct caller){ .application = consumer->application,
		.epoch = CLAIMED };
	rq->claim = claim;
	return true;
}

/* --- on a worker: the signature ------------------------------------------- */

/* RFC 5849 §3.4.1.3.1: a form is signed, any other body is not. */
static bool read_body(const struct request *rq, struct params *out,
    struct err *err)
{
	struct err other = { 0 };

	*out = (struct params){ 0 };
	if (rq->body.len == 0 || !request_media(rq, FORM_MEDIA, &other))
		return true;
	if (!form_params(out, rq->arena, rq->body, err))
		return false;
	return !says_elsewhere(out) ||
	       fail(err, FAULT_BAD_REQUEST,
		   "What signs a request stands in the header Authorization.");
}

static bool open_secret(const struct request *rq, struct buf *secret,
    struct err *err)
{
	struct err why = { 0 };

	/* Room at once, so that no copy of the secret is left behind. */
	buf_reserve(secret, 1024);
	/* That the key file is another one is our failure, not the client's. */
	return application_oauth1_open(secret, ring_view()->ring->key_file,
		   rq->caller.application, rq->claim->sealed, &why) ||
	       fail(err, FAULT_INTERNAL, "%s", why.text);
}

static bool check_signature(struct request *rq, struct err *err)
{
	struct signed_request request = {
		.method = method_word(rq->method),
		.base_url = rq->base_url,
		.path = rq->path,
		.query = { rq->params, rq->param_count },
	};
	struct buf base = { 0 }, secret = { 0 };
	bool opened, fits = false;

	if (!read_body(rq, &request.body, err))
		return false;
	opened = open_secret(rq, &secret, err);
	if (opened) {
		signature_base(&base, rq->arena, &rq->claim->signature,
		    &request);
		fits = signature_fits(&rq->claim->signature,
		    (struct text){ base.data, base.len },
		    (struct text){ secret.data, secret.len });
	}
	OPENSSL_cleanse(secret.data, secret.cap);
	buf_free(&secret);
	buf_free(&base);
	if (!opened || fits)
		return opened;
	throttle_failed(rq->client, rq->claim->signature.consumer);
	return refuse(rq, not_good, err);
}

/* --- on a worker: the nonce ----------------------------------------------- */

static bool ask_nonce(struct request *rq, struct db *db, struct err *err)
{
	const struct signature *signature = &rq->claim->signature;
	const char *texts[] = { "oauth1",
		arena_number(rq->arena, signature->time), signature->nonce };
	struct values values = { 0 };
	struct nonce nonce;
	char expires[CLOCK_TEXT];

	if (!nonce_hash(&nonce, texts, array_length(texts), err))
		return false;
	clock_format(expires, signature->time + OLDEST + CLOCKS_APART);
	values_add(&values, arena_number(rq->arena, rq->caller.application));
	values_add(&values, rq->claim->sealed);
	values_add(&values, nonce.hash);
	values_add(&values, expires);
	return pipe_ask(db, STATEMENT_oauth1_prove, &values, err);
}

static bool hear_nonce(struct request *rq, struct db *db, struct err *err)
{
	const struct rows *rows;

	if (!pipe_answer(db, rq->arena, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return refuse(rq,
		    "The request was sent before (its oauth_nonce was used), "
		    "or the application may not sign any more.",
		    err);
	rq->caller.epoch = rows_integer(rows, 0, 0);
	rq->caller.full = rows_get(rows, 0, 1)[0] == 't';
	rq->caller.scopes = scopes_read(rows_get(rows, 0, 2));
	return rq->route->scopes == 0 ||
	       (rq->caller.scopes & rq->route->scopes) != 0 ||
	       fail(err, FAULT_FORBIDDEN,
		   "the application holds no scope that allows this");
}

static bool is_open(const struct request *rq)
{
	return rq->claim != NULL && rq->err.fault == FAULT_NONE;
}

/* Asks for all whose signature is good. */
static bool converse(struct request *const *batch, int count, struct db *db,
    struct err *err)
{
	bool done = pipe_begin(db, err);
	struct err ended = { 0 };

	for (int i = 0; done && i < count; i++)
		done = !is_open(batch[i]) || ask_nonce(batch[i], db, err);
	done = done && pipe_flush(db, err);
	for (int i = 0; done && i < count; i++) {
		struct request *rq = batch[i];

		if (is_open(rq) && !hear_nonce(rq, db, &rq->err) &&
		    rq->err.fault != FAULT_UNAUTHORISED &&
		    rq->err.fault != FAULT_FORBIDDEN) {
			*err = rq->err;
			done = false;
		}
	}
	if (!pipe_end(db, &ended) && done) {
		*err = ended;
		done = false;
	}
	if (!done && db_usable(db))
		db_rollback(db);
	return done;
}

void oauth_prove(struct request *const *batch, int count, struct db *db)
{
	struct err err = { 0 };
	int64_t deadline = 0;
	int good = 0;

	for (int i = 0; i < count; i++) {
		struct request *rq = batch[i];

		if (!is_open(rq) || !check_signature(rq, &rq->err))
			continue;
		good++;
		if (rq->deadline > deadline)
			deadline = rq->deadline;
	}
	if (good == 0)
		return;
	db_deadline(db, deadline);
	if (!converse(batch, count, db, &err))
		for (int i = 0; i < count; i++)
			if (is_open(batch[i]))
				batch[i]->err = err;
	for (int i = 0; i < count; i++)
		if (is_open(batch[i]))
			batch[i]->claim = NULL;
}
