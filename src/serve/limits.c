/*
 * Who may ask now, and who must wait: decided on the loop, before the database
 * is asked. What is left is told by the fields of
 * draft-ietf-httpapi-ratelimit-headers.
 */
#include "serve.h"

#include <inttypes.h>
#include <string.h>

#define MINUTE ((int64_t)60 * 1000)
#define DAY ((int64_t)86400 * 1000)

static const struct {
	const char *word;
	enum fault fault;
	const char *text;
} reasons[] = {
#define REASON_ROW(name, word, fault, text)                                    \
	[REASON_##name] = { word, FAULT_##fault, text },
	REASONS(REASON_ROW)
#undef REASON_ROW
};

/* --- what is left --------------------------------------------------------- */

/* One limit, as the client is told of it. */
struct quota {
	const char *policy;
	enum reason reason; /* when nothing is left */
	int64_t quota;      /* -1: there is none */
	int64_t left;
	int64_t until; /* in milliseconds: it is whole, or at least not empty */
};

enum { QUOTA_REQUESTS, QUOTA_BYTES, QUOTA_CONCURRENCY, QUOTAS };

/* Tokens come back evenly, a minute's in a minute. */
static void refill(struct account *account, int64_t now)
{
	double quota = (double)account->may.requests_per_minute;

	account->tokens +=
	    quota * (double)(now - account->filled) / (double)MINUTE;
	if (account->tokens > quota)
		account->tokens = quota;
	account->filled = now;
}

static struct quota requests_left(struct account *account, int64_t now)
{
	struct quota q = { "\"requests\"", REASON_REQUESTS,
		account->may.requests_per_minute, 0, MINUTE };
	double wanted;

	if (q.quota <= 0)
		return q;
	refill(account, now);
	wanted = account->tokens < 1 ? 1 : (double)q.quota;
	q.left = account->tokens < 1 ? 0 : (int64_t)account->tokens;
	q.until = (int64_t)((wanted - account->tokens) * (double)MINUTE /
			    (double)q.quota) +
		  1;
	return q;
}

static struct quota bytes_left(struct account *account)
{
	struct quota q = { "\"bytes\"", REASON_BYTES,
		account->may.bytes_per_day, 0, DAY - clock_now() % DAY };
	char day[DAY_TEXT];

	if (q.quota < 0)
		return q;
	day_now(day);
	accounts_begin_day(account, day);
	q.left = q.quota - account->all.bytes - account->telling.bytes -
		 atomic_load(&account->bytes);
	if (q.left < 0)
		q.left = 0;
	return q;
}

static struct quota places_left(const struct account *account)
{
	struct quota q = { "\"concurrency\"", REASON_CONCURRENCY,
		accounts_concurrency(account), 0, 1 };
	int64_t running = atomic_load(&account->running);

	q.left = q.quota > running ? q.quota - running : 0;
	return q;
}

/* --- the decision --------------------------------------------------------- */

/* Under the lock. */
static enum reason judge(const struct account *account,
    const struct request *rq, const struct quota quotas[QUOTAS])
{
	/* The one that is empty for longest. */
	static const int order[] = { QUOTA_BYTES, QUOTA_REQUESTS,
		QUOTA_CONCURRENCY };
	const struct allowance *may = &account->may;
	int64_t now = clock_tick();

	/* Epochs only rise: this much is certain however old the news. */
	if (rq->caller.epoch < may->epoch)
		return REASON_TOKEN;
	if (may->confined && !networks_hold_client(&may->networks, rq->client))
		return REASON_ADDRESS;
	if (now < may->begins || now >= may->ends)
		return REASON_PERIOD;
	for (size_t i = 0; i < array_length(order); i++) {
		const struct quota *q = &quotas[order[i]];

		if (q->quota >= 0 && q->left == 0)
			return q->reason;
	}
	return REASON_NONE;
}

/* The request is over, whatever became of it. */
static void leave(void *argument)
{
	struct account *account = argument;

	atomic_fetch_sub(&account->running, 1);
}

static void enter(struct account *account, struct request *rq)
{
	rq->account = account;
	account->tokens -= 1;
	atomic_fetch_add(&account->running, 1);
	if (account->may.requests_per_minute >= 0)
		atomic_fetch_add(&account->requests, 1);
	arena_defer(rq->arena, leave, account);
}

static enum reason decide(struct request *rq, struct quota quotas[QUOTAS])
{
	struct account *account;
	enum reason reason;

	accounts_lock();
	account = accounts_find(rq->caller.application);
	quotas[QUOTA_REQUESTS] = requests_left(account, clock_tick());
	quotas[QUOTA_BYTES] = bytes_left(account);
	quotas[QUOTA_CONCURRENCY] = places_left(account);
	reason = judge(account, rq, quotas);
	if (reason == REASON_NONE) {
		enter(account, rq);
		quotas[QUOTA_REQUESTS].left--;
		quotas[QUOTA_CONCURRENCY].left--;
	} else {
		account->refused[reason]++;
	}
	/* The limit that all have is nobody's policy. */
	if (account->may.concurrency < 0 && reason != REASON_CONCURRENCY)
		quotas[QUOTA_CONCURRENCY].quota = -1;
	accounts_unlock();
	return reason;
}

/* --- what the client is told ---------------------------------------------- */

static int64_t seconds(int64_t ms)
{
	return (ms + 999) / 1000;
}

static const char *const policies[] = {
	[QUOTA_REQUESTS] = ";w=60",
	[QUOTA_BYTES] = ";qu=\"content-bytes\";w=86400",
	[QUOTA_CONCURRENCY] = ";qu=\"concurrent-requests\"",
};

/* Of a refusal only what refused: Retry-After must not come before the end of
 * a window that is told of. */
static void tell(struct request *rq, const struct quota quotas[QUOTAS],
    enum reason reason)
{
	struct buf policy = { 0 }, left = { 0 };

	for (int i = 0; i < QUOTAS; i++) {
		const struct quota *q = &quotas[i];

		if (q->quota < 0)
			continue;
		buf_printf(&policy, "%s%s;q=%" PRId64 "%s",
		    policy.len > 0 ? ", " : "", q->policy, q->quota,
		    policies[i]);
		if (reason != REASON_NONE && q->reason != reason)
			continue;
		buf_printf(&left, "%s%s;r=%" PRId64, left.len > 0 ? ", " : "",
		    q->policy, reason == REASON_NONE ? q->left : 0);
		if (i != QUOTA_CONCURRENCY)
			buf_printf(&left, ";t=%" PRId64, seconds(q->until));
		if (reason != REASON_NONE)
			reply_header(rq, "Retry-After",
			    arena_number(rq->arena, seconds(q->until)));
	}
	if (policy.len > 0)
		reply_header(rq, "RateLimit-Policy", buf_text(&policy));
	if (left.len > 0)
		reply_header(rq, "RateLimit", buf_text(&left));
	buf_free(&policy);
	buf_free(&left);
}

bool limits_admit(struct request *rq, struct err *err)
{
	struct quota quotas[QUOTAS];
	enum reason reason;

	if (!oauth_admit(rq, err))
		return false;
	reason = decide(rq, quotas);
	tell(rq, quotas, reason);
	return reason == REASON_NONE ||
	       fail(err, reasons[reason].fault, "%s", reasons[reason].text);
}

void limits_sent(const struct request *rq, uint64_t bytes)
{
	if (rq->account != NULL)
		atomic_fetch_add(&rq->account->bytes, (int64_t)bytes);
}

void limits_forgive(struct request *rq)
{
	struct account *account = rq->account;

	if (account == NULL)
		return;
	accounts_lock();
	account->tokens += 1;
	if (account->may.requests_per_minute >= 0)
		atomic_fetch_sub(&account->requests, 1);
	accounts_unlock();
	rq->account = NULL;
}

/* --- counters ------------------------------------------------------------- */

static void put_refused(struct buf *out, const struct account *account)
{
	for (int i = 0; i < REASON_COUNT; i++)
		if (account->refused[i] > 0)
			buf_printf(out,
			    "homeroom_refused_total{reason=\"%s\","
			    "application=\"%" PRId64 "\"} %" PRId64 "\n",
			    reasons[i].word, account->may.application,
			    account->refused[i]);
}

void limits_metrics(struct buf *out)
{
	buf_puts(out,
	    "# HELP homeroom_refused_total Requests refused before the "
	    "database was asked.\n"
	    "# TYPE homeroom_refused_total counter\n");
	accounts_lock();
	for (struct account *a = accounts_next(NULL); a != NULL;
	     a = accounts_next(a))
		put_refused(out, a);
	accounts_unlock();
}
