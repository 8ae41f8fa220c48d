/* Who may pass: on the loop, by the bearer token (RFC 6750), or by what a
 * worker must prove first. */
#include "oauth.h"
#include "../serve.h"

#include <string.h>
#include <strings.h>

/* --- tokens that were good a moment ago ----------------------------------- */

#define SETS 512 /* a power of two */
#define WAYS 4

struct entry {
	struct hash128 token;
	int64_t expires; /* 0: nobody */
	struct caller caller;
};

/* A thread's own, and gone with the ring it was checked against. The hash is
 * keyed, so two tokens that collide can't be made. */
struct cache {
	uint64_t generation;
	uint8_t key[16];
	unsigned next; /* the way to take when all are taken */
	struct entry sets[SETS][WAYS];
};

static struct cache *cache_of(struct view *view)
{
	if (view->cache == NULL) {
		view->cache = arena_alloc(view->arena, sizeof(*view->cache));
		random_bytes(view->cache->key, sizeof(view->cache->key));
		view->cache->generation = view->generation;
	}
	if (view->cache->generation != view->generation) {
		memset(view->cache->sets, 0, sizeof(view->cache->sets));
		view->cache->generation = view->generation;
	}
	return view->cache;
}

static const struct entry *recall(const struct cache *cache,
    struct hash128 token, int64_t now)
{
	const struct entry *set = cache->sets[token.low & (SETS - 1)];

	for (const struct entry *e = set; e < set + WAYS; e++)
		if (e->token.low == token.low && e->token.high == token.high &&
		    e->expires > now)
			return e;
	return NULL;
}

static void remember(struct cache *cache, struct hash128 token,
    const struct claims *claims, const struct caller *caller)
{
	struct entry *set = cache->sets[token.low & (SETS - 1)];
	struct entry *place = &set[cache->next++ % WAYS];
	int64_t now = clock_now();

	for (struct entry *e = set; e < set + WAYS; e++)
		if (e->expires <= now)
			place = e;
	*place = (struct entry){ token, claims->expires, *caller };
}

/* --- the request ---------------------------------------------------------- */

/* What the header Authorization says after this scheme, or NULL. */
static const char *credentials(const struct request *rq, const char *scheme)
{
	const char *authorization = request_header(rq, "Authorization");
	size_t len = strlen(scheme);

	if (authorization == NULL ||
	    strncasecmp(authorization, scheme, len) != 0 ||
	    authorization[len] != ' ')
		return NULL;
	authorization += len;
	return authorization + strspn(authorization, " ");
}

static bool read_caller(struct request *rq, const char *token, struct err *err)
{
	struct view *view = ring_view();
	struct cache *cache = cache_of(view);
	struct hash128 hash = siphash128(cache->key, token, strlen(token));
	const struct entry *known = recall(cache, hash, clock_now());
	struct claims claims;
	bool stranger;

	if (known != NULL) {
		rq->caller = known->caller;
		return true;
	}
	if (!token_read(view->ring, rq->arena, token, &claims, &stranger,
		err)) {
		if (stranger)
			keeper_ask();
		return false;
	}
	rq->caller = (struct caller){
		.application = claims.application,
		.epoch = claims.epoch,
		.scopes = claims.scopes,
		.full = claims.full,
	};
	remember(cache, hash, &claims, &rq->caller);
	return true;
}

bool oauth_admit(struct request *rq, struct err *err)
{
	const char *token = credentials(rq, "Bearer");
	const char *signature =
	    rq->route->oauth1 ? credentials(rq, "OAuth") : NULL;

	if (signature != NULL)
		return signed_admit(rq, signature, err);
	if (token == NULL)
		return fail(err, FAULT_UNAUTHORISED,
		    "a bearer token is needed");
	if (!read_caller(rq, token, err))
		return false;
	if (rq->route->scopes != 0 &&
	    (rq->caller.scopes & rq->route->scopes) == 0)
		return fail(err, FAULT_FORBIDDEN,
		    "the token holds no scope that allows this");
	return true;
}
