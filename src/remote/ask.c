/* Questions over HTTP, and their answers. */
#include "homeroom/remote.h"
#include "remote.h"

#include <string.h>
#include <strings.h>

static size_t hear_body(char *data, size_t size, size_t count, void *context)
{
	struct hearing *hearing = context;
	size_t len = size * count;

	if (len > hearing->limit - hearing->body.len) {
		hearing->too_large = true;
		return 0;
	}
	buf_add(&hearing->body, data, len);
	return len;
}

static struct text trimmed(const char *at, size_t len)
{
	while (len > 0 && strchr(" \t\r\n", at[len - 1]) != NULL)
		len--;
	while (len > 0 && (*at == ' ' || *at == '\t')) {
		at++;
		len--;
	}
	return (struct text){ at, len };
}

/* A status line begins a new answer: an earlier one was 1xx. */
static size_t hear_header(char *data, size_t size, size_t count, void *context)
{
	struct hearing *hearing = context;
	struct remote_answer *answer = &hearing->answer;
	size_t len = size * count;
	const char *colon = memchr(data, ':', len);
	struct text value;

	if (len >= 5 && strncasecmp(data, "HTTP/", 5) == 0)
		answer->header_count = 0;
	else if (colon != NULL && answer->header_count < REMOTE_HEADERS_MAX) {
		value = trimmed(colon + 1, len - (size_t)(colon + 1 - data));
		answer->headers[answer->header_count++] =
		    (struct param){ arena_textn(hearing->arena, data,
					(size_t)(colon - data)),
			    arena_textn(hearing->arena, value.at, value.len) };
	}
	return len;
}

static struct curl_slist *list_headers(const struct remote_request *request)
{
	/* No wait for a 100 that some servers never send. */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");
	struct buf line = { 0 };

	for (int i = 0; i < request->header_count; i++) {
		line.len = 0;
		buf_printf(&line, "%s: %s", request->headers[i].name,
		    request->headers[i].value);
		list = curl_slist_append(list, buf_text(&line));
	}
	buf_free(&line);
	return list;
}

bool hearing_begin(struct hearing *hearing, struct remote *remote,
    const struct remote_request *request, struct err *err)
{
	CURL *curl = remote->curl;

	hearing->limit = request->limit;
	hearing->headers = list_headers(request);
	if (!remote_prepare(remote, request->url, err))
		return false;
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, hearing->headers);
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, hearing);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, hear_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, hearing);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)request->deadline_ms);
	if (strcmp(request->method, "HEAD") == 0)
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	if (request->body != NULL) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)request->body_length);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
	}
	return true;
}

static bool take_answer(struct hearing *hearing, struct remote *remote,
    CURLcode code, struct err *err)
{
	struct remote_answer *answer = &hearing->answer;
	long status = 0;

	if (hearing->too_large)
		return fail(err, FAULT_TOO_LARGE,
		    "its answer is larger than %zu bytes", hearing->limit);
	if (!remote_outcome(remote, code, err))
		return false;
	curl_easy_getinfo(remote->curl, CURLINFO_RESPONSE_CODE, &status);
	answer->status = (int)status;
	answer->body = arena_textn(hearing->arena, buf_text(&hearing->body),
	    hearing->body.len);
	answer->body_length = hearing->body.len;
	return true;
}

bool hearing_end(struct hearing *hearing, struct remote *remote, CURLcode code,
    struct err *err)
{
	bool done = take_answer(hearing, remote, code, err);

	curl_slist_free_all(hearing->headers);
	hearing->headers = NULL;
	buf_free(&hearing->body);
	return done;
}

bool remote_ask(struct remote *remote, struct arena *arena,
    const struct remote_request *request, struct remote_answer *answer,
    struct err *err)
{
	struct hearing hearing = { .arena = arena };
	CURLcode code = CURLE_FAILED_INIT;
	bool done = hearing_begin(&hearing, remote, request, err);

	if (done)
		code = curl_easy_perform(remote->curl);
	done = hearing_end(&hearing, remote, code, err) && done;
	*answer = hearing.answer;
	return done;
}

const char *remote_header(const struct remote_answer *answer, const char *name)
{
	for (int i = answer->header_count - 1; i >= 0; i--)
		if (strcasecmp(answer->headers[i].name, name) == 0)
			return answer->headers[i].value;
	return NULL;
}
