/* Questions to one server: many at a time, each asked until it is answered, or
 * until there is no point in asking. */
#include "rest.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ATTEMPTS_MAX 5
#define DEADLINE_SECONDS 120
#define ANSWER_MAX ((size_t)64 << 20)
#define PATIENCE_SECONDS 600 /* that a server may ask for */
#define TURN_MS 200

struct caller {
	const struct source *source;
	struct credentials_there credentials;
	struct remote_account account;
	struct remote *token_remote; /* the token's server may be another */
	struct remotes *remotes;
	int parallel, sent;
	struct call *calls[CALLS_MAX];
	int count;
	const char *token;
	int64_t token_until; /* clock_tick */
	int64_t quiet_until; /* it asked us to be quiet */
	int64_t began;       /* its clock, at the first answer */
};

static void close_caller(void *object)
{
	struct caller *caller = object;

	remotes_free(caller->remotes);
	remote_free(caller->token_remote);
}

bool caller_open(struct caller **out, const struct source *source,
    const struct credentials_there *credentials, int parallel, struct err *err)
{
	struct caller *caller = arena_alloc(source->arena, sizeof(*caller));

	*caller = (struct caller){ .source = source,
		.credentials = *credentials,
		.parallel = parallel,
		.account = { .authorities = source_says(source, "authorities"),
		    .plain = true,
		    .stop = source->stop } };
	*out = caller;
	caller->token_remote = remote_new(&caller->account);
	caller->remotes = remotes_new(&caller->account, parallel);
	arena_defer(source->arena, close_caller, caller);
	return (credentials->id != NULL && credentials->secret != NULL) ||
	       fail(err, FAULT_INVALID,
		   "the source '%s' needs `clientId`, and `clientSecret` or "
		   "`clientSecretFile`",
		   source->name);
}

/* --- questions ------------------------------------------------------------ */

struct call *call_new(void)
{
	struct arena *arena = arena_new();
	struct call *call = arena_alloc(arena, sizeof(*call));

	*call = (struct call){ .method = "GET", .arena = arena };
	return call;
}

void call_free(struct call *call)
{
	if (call != NULL)
		arena_free(call->arena);
}

void call_param(struct call *call, const char *name, const char *value)
{
	if (call->param_count < CALL_PARAMS_MAX)
		call->params[call->param_count++] =
		    (struct param){ name, value };
}

static const char *full_url(const struct call *call)
{
	struct buf url = { 0 };
	const char *text;

	buf_puts(&url, call->url);
	for (int i = 0; i < call->param_count; i++) {
		buf_char(&url, i == 0 ? '?' : '&');
		percent_encode(&url, call->params[i].name,
		    strlen(call->params[i].name));
		buf_char(&url, '=');
		percent_encode(&url, call->params[i].value,
		    strlen(call->params[i].value));
	}
	text = arena_text(call->arena, buf_text(&url));
	buf_free(&url);
	return text;
}

/* --- who we are ----------------------------------------------------------- */

static bool renew_token(struct caller *caller, struct err *err)
{
	int64_t seconds;

	if (!token_get(caller->token_remote, caller->source->arena,
		&caller->credentials, &caller->token, &seconds, err))
		return false;
	/* Before it expires, not after. */
	caller->token_until = clock_tick() + seconds * 900;
	return true;
}

static bool authorise(struct caller *caller, struct call *call,
    const char **header, struct err *err)
{
	if (caller->credentials.signature != NULL) {
		*header =
		    signed_header(call->arena, &caller->credentials, call);
		return true;
	}
	if ((caller->token == NULL || clock_tick() >= caller->token_until) &&
	    !renew_token(caller, err))
		return false;
	call->token = caller->token;
	*header = arena_printf(call->arena, "Bearer %s", caller->token);
	return true;
}

/* --- asking --------------------------------------------------------------- */

static bool send_call(struct caller *caller, struct call *call, struct err *err)
{
	struct remote_request *request =
	    arena_alloc(call->arena, sizeof(*request));
	struct param *headers = arena_alloc(call->arena, 3 * sizeof(*headers));

	headers[0].name = "Authorization";
	if (!authorise(caller, call, &headers[0].value, err))
		return false;
	headers[1] = (struct param){ "Accept", "application/json" };
	headers[2] = (struct param){ "Content-Type", "application/json" };
	*request = (struct remote_request){
		.method = call->method,
		.url = full_url(call),
		.headers = headers,
		.header_count = call->body != NULL ? 3 : 2,
		.body = call->body,
		.body_length = call->body != NULL ? strlen(call->body) : 0,
		.limit = ANSWER_MAX,
		.deadline_ms = (int)source_number(caller->source, "timeout",
				   DEADLINE_SECONDS) *
			       1000,
	};
	if (!remotes_ask(caller->remotes, call->arena, request, call, err))
		return false;
	call->sent = true;
	call->attempts++;
	caller->sent++;
	return true;
}

static bool send_due(struct caller *caller, struct err *err)
{
	int64_t now = clock_tick();

	for (int i = 0; i < caller->count && now >= caller->quiet_until; i++) {
		struct call *call = caller->calls[i];

		if (call->sent || call->not_before > now ||
		    caller->sent == caller->parallel)
			continue;
		if (!send_call(caller, call, err))
			return false;
	}
	return true;
}

void caller_ask(struct caller *caller, struct call *call)
{
	caller->calls[caller->count++] = call;
}

static void drop(struct caller *caller, const struct call *call)
{
	int kept = 0;

	for (int i = 0; i < caller->count; i++)
		if (caller->calls[i] != call)
			caller->calls[kept++] = caller->calls[i];
	caller->count = kept;
}

/* --- what came back ------------------------------------------------------- */

/* -1: it is no moment as HTTP writes it (RFC 9110 §5.6.7). */
static int64_t http_moment(const char *text)
{
	struct tm moment = { 0 };

	if (text == NULL ||
	    strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &moment) == NULL)
		return -1;
	return (int64_t)timegm(&moment) * 1000;
}

/* Seconds, or the moment (RFC 9110 §10.2.3); -1: it does not say. */
static int64_t retry_after(const struct remote_answer *answer)
{
	const char *text = remote_header(answer, "Retry-After");
	int64_t seconds, moment;

	if (text != NULL && text_integer((struct text){ text, strlen(text) }, 0,
				INT32_MAX, &seconds))
		return seconds;
	moment = http_moment(text);
	if (moment < 0)
		return -1;
	return moment <= clock_now() ? 0 : (moment - clock_now()) / 1000 + 1;
}

/* Later each time, and not all at once. */
static bool again(struct caller *caller, struct call *call, int64_t seconds,
    const struct err *why, struct err *err)
{
	uint16_t chance;

	if (call->attempts >= ATTEMPTS_MAX || seconds > PATIENCE_SECONDS) {
		*err = *why;
		if (seconds > PATIENCE_SECONDS)
			err_add(err, "it wants to be left alone for %lld s",
			    (long long)seconds);
		else
			err_add(err, "asked %d times", call->attempts);
		return false;
	}
	random_bytes(&chance, sizeof(chance));
	if (seconds >= 0)
		caller->quiet_until = clock_tick() + seconds * 1000;
	else
		call->not_before = clock_tick() +
				   (INT64_C(500) << call->attempts) +
				   chance % 500;
	return true;
}

static bool refuse_status(const struct remote_answer *answer, struct err *err)
{
	int status = answer->status;

	if (status >= 300 && status < 400)
		return fail(err, FAULT_FORBIDDEN,
		    "it sends us elsewhere (status %d); what proves who we are "
		    "goes nowhere else: give its real address as `url`",
		    status);
	if (status == 401 || status == 403)
		return fail(err, FAULT_FORBIDDEN,
		    "it does not let us read that (status %d): ask for the "
		    "right to it there, or check the credentials",
		    status);
	if (status == 404)
		return fail(err, FAULT_INVALID,
		    "it has nothing there (status 404): check `url` and "
		    "`entities`");
	return fail(err, FAULT_INVALID,
	    "it does not take the question (status %d)", status);
}

static bool may_pass(int status)
{
	return status == 408 || status == 425 || status == 429 ||
	       (status >= 500 && status != 501 && status != 505);
}

/* *done: it is answered; otherwise it is asked again. */
static bool judge(struct caller *caller, struct call *call,
    struct remote_reply *reply, bool *done, struct err *err)
{
	struct err why = { 0 };
	int status = reply->answer.status;

	*done = false;
	if (reply->failed.fault == FAULT_FORBIDDEN ||
	    reply->failed.fault == FAULT_TOO_LARGE) {
		*err = reply->failed;
		return false;
	}
	if (reply->failed.fault != FAULT_NONE)
		return again(caller, call, -1, &reply->failed, err);
	if (may_pass(status)) {
		err_set(&why, FAULT_UNAVAILABLE, "it answered with status %d",
		    status);
		return again(caller, call, retry_after(&reply->answer), &why,
		    err);
	}
	if (status == 401 && caller->credentials.signature == NULL &&
	    !call->renewed) {
		call->renewed = true;
		if (call->token == caller->token)
			caller->token_until = 0;
		return true;
	}
	if (status != 200)
		return refuse_status(&reply->answer, err);
	call->answer = reply->answer;
	if (caller->began == 0)
		caller->began =
		    http_moment(remote_header(&call->answer, "Date"));
	*done = true;
	return true;
}

bool caller_wait(struct caller *caller, struct call **out, struct err *err)
{
	const struct source *source = caller->source;
	struct remote_reply reply;
	bool done;

	for (;;) {
		if (source->stop != NULL && atomic_load(source->stop))
			return fail(err, FAULT_UNAVAILABLE,
			    "it was told to stop");
		if (!send_due(caller, err) ||
		    !remotes_wait(caller->remotes, TURN_MS, &reply, err))
			return false;
		if (reply.about == NULL)
			continue;
		*out = reply.about;
		(*out)->sent = false;
		caller->sent--;
		if (!judge(caller, *out, &reply, &done, err))
			return false;
		if (done) {
			drop(caller, *out);
			return true;
		}
	}
}

int64_t caller_began(const struct caller *caller)
{
	return caller->began > 0 ? caller->began : 0;
}

void caller_forget(struct caller *caller)
{
	if (caller->sent > 0) {
		remotes_free(caller->remotes);
		caller->remotes =
		    remotes_new(&caller->account, caller->parallel);
	}
	caller->count = caller->sent = 0;
}

bool caller_get(struct caller *caller, struct call *call, struct err *err)
{
	struct call *answered;

	caller_ask(caller, call);
	if (caller_wait(caller, &answered, err))
		return true;
	caller_forget(caller);
	return false;
}
