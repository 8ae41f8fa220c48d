/*
 * Inside oauth: signing keys, the tokens they sign, and who may have one.
 */
#ifndef HOMEROOM_SERVE_OAUTH_H
#define HOMEROOM_SERVE_OAUTH_H

#include "homeroom/base.h"
#include "homeroom/store.h"

struct request; /* serve.h */

#define SECOND ((int64_t)1000)
/* Where settings name no public URL. */
#define OAUTH_ISSUER "homeroom"
#define TOKEN_LIFE (3600 * SECOND)
#define TOKEN_LEEWAY (30 * SECOND) /* for clocks that don't quite agree */

/* --- key.c: one pair of keys, ES256 --------------------------------------- */

#define KEY_ALGORITHM "ES256"

struct key {
	const char *kid;
	const char *jwk; /* the public half, RFC 7517 */
	const char *public_pem;
	const char *private_pem; /* NULL: sealed by another's key file; it only
				    verifies */
	int64_t retires;         /* signs no more; ms since 1970 */
};

/* kid, jwk and both PEMs; all the arena's, which wipes the private one. */
bool key_make(struct key *out, struct arena *arena, struct err *err) must_use;
/* public_pem from jwk. */
bool key_read(struct key *key, struct arena *arena, struct err *err) must_use;
/* A private half that was sealed, taken into the arena, which wipes it. */
const char *key_private(struct arena *arena, const char *pem, size_t len);

/* --- ring.c: what is known now, the same for all threads ------------------ */

/* An application that may sign requests (OAuth 1.0a). */
struct consumer {
	const char *key; /* its client id */
	int64_t application;
	const char *sealed; /* its secret, in hexadecimal */
};

/* Never changed once it is shown. */
struct ring {
	struct arena *arena; /* that holds it */
	int holders;
	const char *issuer;
	const char *key_file; /* that secrets are sealed by */
	const struct key *keys;
	int key_count;
	const struct key *signs; /* of keys; NULL: none can */
	struct text jwks;
	const struct consumer *consumers; /* by key */
	int consumer_count;
};

/* A thread's hold on the ring, and what it remembers while that lasts. */
struct view {
	struct view *next;
	struct arena *arena;
	uint64_t generation;
	struct ring *ring;   /* nobody changes it */
	struct cache *cache; /* admit.c */
};

/* A ring to be filled, and the arena that everything in it comes from. */
struct ring *ring_new(void);
void ring_free(struct ring *ring); /* one that was never shown */
/* The key that signs: the one that retires next, so that a new one has been
 * known for long before it is used. */
void ring_choose(struct ring *ring);
const struct key *ring_find(const struct ring *ring, const char *kid);
/* NULL: no such application may sign. */
const struct consumer *ring_consumer(const struct ring *ring, const char *key);

void ring_show(struct ring *ring); /* from now on, to all threads */
/* This thread's view of what is shown now; good until its next call. Never
 * waits for more than another thread's hand on a pointer. */
struct view *ring_view(void);
void ring_forget(void); /* everything, when no other thread is left */

/* --- jws.c: signed tokens as they come in --------------------------------- */

struct json_t; /* jansson's */

struct jws {
	const char *token;
	struct text header, payload, signature;
};

/* Three parts, of which the payload is spelled right. */
bool jws_split(struct jws *out, const char *token);
/* A part as an object, to be freed; NULL: it is none. */
struct json_t *jws_object(struct text part);
/* A member's text; NULL: there is none. The object's. */
const char *jws_text(const struct json_t *object, const char *name);
/* Milliseconds; 0: there is no such claim; -1: it is no time. */
int64_t jws_time(const struct json_t *object, const char *name);
/* "ES256" or "RS256"; NULL: another, or the header asks for what we don't
 * understand (RFC 7515 §4.1.11). */
const char *jws_algorithm(const struct json_t *header);
/* Whether this key signed it, by this algorithm. */
bool jws_verify(const struct jws *jws, const char *algorithm, const char *pem);

/* --- token.c: the one door for tokens ------------------------------------- */

struct claims {
	const char *client_id;
	int64_t application, epoch;
	unsigned scopes;
	bool full;
	/* ms since 1970; token_make sets it, but to no later time than it
	 * finds (0: none) */
	int64_t expires;
};

bool token_make(const struct ring *ring, struct arena *arena,
    struct claims *claims, const char **token, struct err *err) must_use;
/* FAULT_UNAUTHORISED for whatever is not a token of ours that is good now.
 * *stranger: it names a key that the ring lacks. */
bool token_read(const struct ring *ring, struct arena *arena, const char *token,
    struct claims *claims, bool *stranger, struct err *err) must_use;

/* --- keeper.c: keeps the ring up to date with the database ---------------- */

bool keeper_open(const char *database_url, const char *key_file,
    const char *issuer, struct err *err) must_use;
void keeper_close(void);
/* Somebody saw a key that we don't know. Any thread. */
void keeper_ask(void);

/* --- load.c: the ring from the database ----------------------------------- */

/* Reads what the database has; makes a new key first where one is due. */
bool load_ring(struct ring **out, struct db *db, const char *key_file,
    const char *issuer, struct err *err) must_use;

/* --- throttle.c: who guesses too often must wait -------------------------- */

/* Seconds to wait before another try; 0: none. Any thread. */
int throttle_wait(const char *client, const char *client_id);
void throttle_failed(const char *client, const char *client_id);
/* FAULT_BUSY, and the answer says how long, where there is a wait. */
bool throttle_admit(struct request *rq, const char *client_id,
    struct err *err) must_use;

/* --- form.c: what a client sends ------------------------------------------ */

struct form {
	const char *grant_type, *scope; /* NULL: not there, or empty */
	const char *client_id, *client_secret;
	const char *client_assertion, *client_assertion_type;
};

struct params {
	const struct param *at;
	size_t count;
};

#define FORM_MEDIA "application/x-www-form-urlencoded"

/* Its parameters, whatever their names, in their order. */
bool form_params(struct params *out, struct arena *arena, struct text body,
    struct err *err) must_use;
/* A parameter we know that comes twice is FAULT_BAD_REQUEST. */
bool form_read(struct form *form, struct arena *arena, struct text body,
    struct err *err) must_use;
/* The credentials of HTTP Basic, each form-encoded (RFC 6749 §2.3.1). */
bool form_basic(struct form *form, struct arena *arena, const char *encoded,
    struct err *err) must_use;

/* --- assertion.c: clients that prove themselves by their keys ------------- */

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

struct application; /* publish.h */

/* What a client says of itself (RFC 7523 §3); nothing of it is proven. */
struct assertion {
	struct jws jws;
	const char *algorithm;
	const char *kid; /* NULL: not said */
	const char *client_id;
	const struct json_t *claims;
};

/* FAULT_BAD_CLIENT for whatever is no assertion. All of it the arena's. */
bool assertion_read(struct assertion *out, struct arena *arena,
    const char *text, struct err *err) must_use;
/* Whether it is an application's, for us, good now, and shown for the first
 * time; else FAULT_BAD_CLIENT. */
bool assertion_check(const struct assertion *assertion, struct request *rq,
    struct db *db, struct application *out, struct err *err) must_use;

/* --- nonce.c: what may be shown once only --------------------------------- */

struct nonce {
	int64_t application;
	char hash[65];   /* SHA-256, in hexadecimal */
	int64_t expires; /* too old by itself from then on; ms since 1970 */
};

/* The hash of these texts together. */
bool nonce_hash(struct nonce *nonce, const char *const *texts, size_t count,
    struct err *err) must_use;
/* *fresh: nobody showed it before. It is remembered until it expires. */
bool nonce_take(const struct nonce *nonce, struct db *db, struct arena *arena,
    bool *fresh, struct err *err) must_use;
/* Forgets those that have expired. */
bool nonce_purge(struct db *db, struct err *err) must_use;

/* --- signature.c: signed requests (OAuth 1.0a, RFC 5849) ------------------ */

/* What the header Authorization says. */
struct signature {
	const char *consumer, *nonce;
	const char *method;   /* "HMAC-SHA1" or "HMAC-SHA256" */
	const char *proof;    /* base64 */
	int64_t time;         /* ms since 1970 */
	struct params params; /* of the header; those that are signed */
};

/* What is signed beside it. */
struct signed_request {
	const char *method, *base_url, *path;
	struct params query, body;
};

/* `header` is what follows "OAuth ". FAULT_BAD_REQUEST where something is
 * missing, comes twice or is not supported. */
bool signature_read(struct signature *out, struct arena *arena,
    const char *header, struct err *err) must_use;
/* RFC 5849 §3.4.1. */
void signature_base(struct buf *out, struct arena *arena,
    const struct signature *signature, const struct signed_request *request);
/* Whether this secret signed that text. */
bool signature_fits(const struct signature *signature, struct text base,
    struct text secret);

/* --- signed.c: who signs -------------------------------------------------- */

/* On the loop: whom the request claims to be of, if it is in time. What of
 * rq->caller it fills is a claim, and rq->claim says so until it is proven. */
bool signed_admit(struct request *rq, const char *header,
    struct err *err) must_use;

/* --- endpoint.c: POST /oauth/token ---------------------------------------- */

bool endpoint_token(struct request *rq, struct db *db, struct err *err);

#endif
